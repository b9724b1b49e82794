/**
 * `compute`, remembering its answers for the last strings; names of members repeat from event to event. All is forgotten
 * when `limit` is reached, so that strings made up by somebody cost time but no memory.
 */
export function remember<T>(limit: number, compute: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    let answer = known.get(text);
    if (answer === undefined) {
      answer = compute(text);
      if (known.size >= limit) known.clear();
      // A long string is no name; keeping it would keep the message that it is part of.
      if (text.length <= 64) known.set(text, answer);
    }
    return answer;
  };
}
