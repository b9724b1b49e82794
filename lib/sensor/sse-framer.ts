export interface SseFramer {
  /** Data of the events that end in this chunk. */
  push(chunk: Uint8Array): string[];
  /** Events left out because they were longer than the bound, since the last call. */
  takeOversized(): number;
}

/**
 * Takes the data out of a text/event-stream (WHATWG HTML, 9.2.6), on copies. Lines may end in CR, LF or both, as a client
 * reads them. `maxEvent`: most characters of one event.
 */
export function createSseFramer(maxEvent: number): SseFramer {
  const decoder = new TextDecoder();
  let buffer = '';
  let data: string[] = [];
  let length = 0;
  let oversized = 0;

  const field = (line: string) => {
    if (line !== 'data' && !line.startsWith('data:')) return;
    const value = line.slice(5);
    length += value.length + 1;
    if (length <= maxEvent) data.push(value.startsWith(' ') ? value.slice(1) : value);
  };
  const finish = (): string[] => {
    const event = length > maxEvent ? '' : data.join('\n');
    if (length > maxEvent) oversized += 1;
    data = [];
    length = 0;
    return event === '' ? [] : [event];
  };

  return {
    push(chunk) {
      const searched = Math.max(0, buffer.length - 1);
      buffer += decoder.decode(chunk, { stream: true });
      const events: string[] = [];
      // A CR at the very end waits for the LF that may follow.
      const end = /\r\n|\n|\r(?!$)/g;
      end.lastIndex = searched;
      let start = 0;
      for (let match = end.exec(buffer); match; match = end.exec(buffer)) {
        const line = buffer.slice(start, match.index);
        if (line === '') events.push(...finish());
        else field(line);
        start = end.lastIndex;
      }
      buffer = buffer.slice(start);
      if (buffer.length > maxEvent) {
        // An unfinished line beyond the bound: its event is lost, its end is still found.
        length = maxEvent + 1;
        buffer = 'data:';
      }
      return events;
    },
    takeOversized() {
      const count = oversized;
      oversized = 0;
      return count;
    },
  };
}
