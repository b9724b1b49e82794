import { describe, expect, it } from 'vitest';
import { cosignatureType, formatVerifierKey } from '@/lib/core/provenance/note';
import { describeQuorum, meetsQuorum, PolicyError, parsePolicy } from '@/lib/core/provenance/policy';
import { sha256 } from '@/lib/platform/crypto';

const publicKey = (n: number) => sha256(`key ${n}`);
const vkey = (n: number, name = `witness.example/${n}`) =>
  formatVerifierKey(sha256, { name, publicKey: publicKey(n) }, cosignatureType);
const logKey = formatVerifierKey(sha256, { name: 'log.example', publicKey: publicKey(0) });
const read = (text: string) => parsePolicy(sha256, text);

const witnesses = (...numbers: number[]) => numbers.map((n) => `witness w${n} ${vkey(n)} https://w${n}.example/w/`);

/** The example of the specification, with addresses. */
const example = [
  `log ${logKey}`,
  '',
  ...[1, 2, 3].map((n) => `witness X${n} ${vkey(n)}`),
  'group X-witnesses 2 X1 X2 X3',
  '\t# indented comment ',
  ...[4, 5, 6].map((n) => `  witness\tY${n} ${vkey(n)}  https://y.example/${n}/`),
  'group Y-witnesses any Y4 Y5 Y6',
  'group X-and-Y all X-witnesses Y-witnesses',
  'quorum X-and-Y',
].join('\n');

describe('a policy', () => {
  it('is read as the specification writes it', () => {
    const { logs, witnesses: all, quorum } = read(example);
    expect(logs.map(({ name }) => name)).toEqual(['log.example']);
    expect(all.map(({ name, url }) => [name, url])).toEqual([
      ['X1', null],
      ['X2', null],
      ['X3', null],
      ['Y4', 'https://y.example/4'],
      ['Y5', 'https://y.example/5'],
      ['Y6', 'https://y.example/6'],
    ]);
    const met = (...names: string[]) => meetsQuorum(quorum, new Set(names));
    expect([met('X1', 'X2', 'Y4'), met('X1', 'X3', 'Y6'), met('X1', 'X2', 'X3', 'Y4', 'Y5')]).toEqual([
      true,
      true,
      true,
    ]);
    expect([met(), met('X1', 'Y4'), met('X1', 'X2', 'X3'), met('Y4', 'Y5', 'Y6'), met('X1', 'X1', 'Y4')]).toEqual(
      Array(5).fill(false),
    );
  });

  it('may ask for nobody, or for one', () => {
    expect(meetsQuorum(read('quorum none\n').quorum, new Set())).toBe(true);
    const { quorum } = read([...witnesses(1), 'quorum w1'].join('\n'));
    expect([meetsQuorum(quorum, new Set()), meetsQuorum(quorum, new Set(['w1']))]).toEqual([false, true]);
  });

  it('says who runs a witness', () => {
    const policy = read(
      [
        ...witnesses(1, 2, 3, 4),
        '#custody:organisation Example Ltd.: w1 w2',
        '#custody:own w4',
        'group example any w1 w2',
        'group all 2 example w3',
        'quorum all',
      ].join('\n'),
    );
    expect(policy.witnesses.map(({ organisation, own }) => [organisation, own])).toEqual([
      ['Example Ltd.', false],
      ['Example Ltd.', false],
      ['w3', false],
      ['w4', true],
    ]);
    expect(describeQuorum(policy)).toBe('2 of (Example Ltd., w3)');
  });

  it.each<[string, string[], RegExp]>([
    ['no quorum', witnesses(1), /no quorum/],
    ['two quorums', ['quorum none', 'quorum none'], /line 2 .*already/],
    ['an unknown line', ['quorum none', 'qourum none'], /line 2 .*"qourum"/],
    ['a name twice', [...witnesses(1), `witness w1 ${vkey(2)}`, 'quorum none'], /taken/],
    ['the name none', [`witness none ${vkey(1)}`, 'quorum none'], /taken/],
    ['a key twice', [...witnesses(1), `witness w2 ${vkey(1, 'other.example')}`, 'quorum none'], /key of w1/],
    ['a log’s key as a witness’s', [`witness w1 ${logKey}`, 'quorum none'], /type 4/],
    ['a witness’s key as a log’s', [`log ${vkey(1)}`, 'quorum none'], /type 1/],
    ['a member that comes later', ['group g all w1', ...witnesses(1), 'quorum g'], /nothing is called w1/],
    ['a member twice', [...witnesses(1, 2), 'group a any w1', 'group b any w1 w2', 'quorum b'], /member already/],
    ['a threshold of 0', [...witnesses(1), 'group g 0 w1', 'quorum g'], /asks for "0"/],
    ['a threshold over its members', [...witnesses(1), 'group g 2 w1', 'quorum g'], /asks for "2"/],
    ['a threshold with a leading zero', [...witnesses(1), 'group g 01 w1', 'quorum g'], /asks for "01"/],
    ['a group of nobody', ['group g any', 'quorum g'], /a group line is/],
    ['control characters', ['quorum none\r'], /control/],
    ['an address that is none', [`witness w1 ${vkey(1)} ftp://w1`, 'quorum none'], /no address/],
    ['too much on a line', [`witness w1 ${vkey(1)} https://w1 more`, 'quorum none'], /a witness line is/],
    [
      'an organisation counted twice',
      [...witnesses(1, 2, 3), '#custody:organisation A: w1 w2', 'group g 2 w1 w2 w3', 'quorum g'],
      /counts the organisation A/,
    ],
    [
      'an organisation counted twice through groups',
      [...witnesses(1, 2, 3), '#custody:organisation A: w1 w3', 'group a any w1 w2', 'group g 2 a w3', 'quorum g'],
      /counts the organisation A/,
    ],
    ['a witness of our own in the quorum', [...witnesses(1), '#custody:own w1', 'quorum w1'], /the log's own/],
    [
      'an organisation of nobody',
      [...witnesses(1), '#custody:organisation A: w9', 'quorum none'],
      /w9, which is no witness/,
    ],
    [
      'a misspelt line of ours',
      [...witnesses(1), '#custody:organization A: w1', 'quorum none'],
      /write "#custody:organisation/,
    ],
  ])('with %s is refused', (_, lines, why) => {
    expect(() => read(lines.join('\n'))).toThrow(PolicyError);
    expect(() => read(lines.join('\n'))).toThrow(why);
  });

  it('may count several witnesses of one organisation within a group of its own', () => {
    const lines = [...witnesses(1, 2, 3), '#custody:organisation A: w1 w2 w3', 'group a 2 w1 w2 w3', 'quorum a'];
    const policy = read(lines.join('\n'));
    expect(meetsQuorum(policy.quorum, new Set(['w1', 'w3']))).toBe(true);
    expect(describeQuorum(policy)).toBe('2 of 3 of A');
  });
});
