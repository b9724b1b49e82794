import { describe, expect, test } from 'vitest';
import { definitionHash, diffDefinitions, hashDefinitions } from '@/lib/core/event/tool-definition';
import { sha256 } from './sample';

const tool = { name: 'add', description: 'Adds.', inputSchema: { type: 'object', properties: { a: {}, b: {} } } };

describe('definitionHash', () => {
  test('is SHA-256 of the canonical form', () => {
    const text = '{"description":"Adds.","inputSchema":{"properties":{"a":{},"b":{}},"type":"object"},"name":"add"}';
    expect(definitionHash(tool, sha256)).toBe(sha256(text));
  });

  test('does not hang on the order of members, nor on the hash itself; does on each character', () => {
    const turned = { inputSchema: { properties: { b: {}, a: {} }, type: 'object' }, description: 'Adds.', name: 'add' };
    expect(definitionHash(turned, sha256)).toBe(definitionHash(tool, sha256));
    expect(definitionHash({ ...tool, definition_hash: 'f'.repeat(64) }, sha256)).toBe(definitionHash(tool, sha256));
    expect(definitionHash({ ...tool, description: 'Adds.\u200b' }, sha256)).not.toBe(definitionHash(tool, sha256));
  });

  test('a list has one hash whatever its order', () => {
    const other = { name: 'sub' };
    const [first, second] = [hashDefinitions([tool, other], sha256), hashDefinitions([other, tool], sha256)];
    expect(first.listHash).toBe(second.listHash);
    expect(first.listHash).not.toBe(hashDefinitions([tool], sha256).listHash);
    expect(first.tools[0]?.definition_hash).toBe(definitionHash(tool, sha256));
  });
});

describe('diffDefinitions', () => {
  const before = new Map([
    ['a', '1'],
    ['b', '2'],
    ['__proto__', '3'],
  ]);
  test.each([
    [[{ name: 'a', hash: '1' }], true, { added: [], changed: [], removed: ['b', '__proto__'] }],
    [[{ name: 'a', hash: '1' }], false, { added: [], changed: [], removed: [] }],
    [
      [
        { name: 'a', hash: '9' },
        { name: 'c', hash: '1' },
      ],
      false,
      { added: ['c'], changed: ['a'], removed: [] },
    ],
    [
      [
        { name: 'a', hash: '1' },
        { name: 'a', hash: '9' },
      ],
      false,
      { added: [], changed: ['a'], removed: [] },
    ],
    [[], true, { added: [], changed: [], removed: ['a', 'b', '__proto__'] }],
  ])('%#', (now, complete, expected) => {
    expect(diffDefinitions(before, now, complete)).toEqual(expected);
  });
});
