/** Generated prose: words of a vocabulary whose ranks are as in a natural language (Zipf), so that common words are common. */
export function proseOf(seed: number) {
  let state = seed * 2 + 1;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const word = () => vocabulary[Math.floor(Math.exp(random() * Math.log(vocabulary.length))) - 1] as string;
  return {
    random,
    words: (count: number): string[] => Array.from({ length: count }, word),
    text: (count: number): string => Array.from({ length: count }, word).join(' '),
  };
}

const syllables = 'ka lo mi ter an den sor vel tu ri pos ne gra hul est wo chi bar fen dal'.split(' ');
const vocabulary = Array.from({ length: 8_000 }, (_, rank) => {
  let name = '';
  for (let left = rank + 1; left > 0; left = Math.floor(left / syllables.length))
    name += syllables[left % syllables.length];
  return name;
});
