import { expect, test } from 'vitest';

import { type Bencodable, encodeBencode } from './bencode.ts';
import { decodeBencode, decodeStrict } from './bencode-decode.ts';
import { utf8 } from './utf8.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

test.each<[string, Bencodable, string]>([
  ['an integer', 42, 'i42e'],
  ['0', 0, 'i0e'],
  ['minus 0, which is 0', -0, 'i0e'],
  ['a negative integer', -7, 'i-7e'],
  ['an integer over 2^53', 2n ** 63n - 1n, 'i9223372036854775807e'],
  ['a string', 'spam', '4:spam'],
  ['text as UTF-8', 'ä', '2:\xc3\xa4'],
  ['bytes', Uint8Array.of(0, 255), '2:\0\xff'],
  ['a list', ['spam', 42], 'l4:spami42ee'],
  ['a dictionary, its keys in order', { foo: 42, bar: 'spam' }, 'd3:bar4:spam3:fooi42ee'],
  ['a map', new Map([['b', 1], ['a', 2]]), 'd1:ai2e1:bi1ee'],
  ['a dictionary without what is undefined', { a: undefined, b: 1 }, 'd1:bi1ee'],
  ['keys in order of their bytes', { '\xff': 1, 'z': 2 }, 'd1:zi2e1:\xffi1ee'],
])('writes %s', (_, value, encoded) => {
  expect(encodeBencode(value)).toEqual(bytes(encoded));
});

test('reads what it writes, and says where it ends', () => {
  const { value, end, deviation } = decodeBencode(bytes('d3:bar4:spam3:fooli42eee rest'));
  expect(value).toEqual(new Map<string, unknown>([['bar', utf8('spam')], ['foo', [42]]]));
  expect(end).toBe(24);
  expect(deviation).toBeUndefined();
});

test('integers that a number cannot hold are bigints', () => {
  expect(decodeBencode(bytes('i9007199254740991e')).value).toBe(Number.MAX_SAFE_INTEGER);
  expect(decodeBencode(bytes('i9007199254740993e')).value).toBe(9007199254740993n);
  expect(decodeBencode(bytes('i-9223372036854775808e')).value).toBe(-(2n ** 63n));
});

test.each([
  ['nothing', '', 'malformed-bencode'],
  ['an integer without digits', 'ie', 'malformed-bencode'],
  ['a minus without digits', 'i-e', 'malformed-bencode'],
  ['a fraction', 'i1.5e', 'malformed-bencode'],
  ['an integer that is cut short', 'i15', 'malformed-bencode'],
  ['a plus', 'i+1e', 'malformed-bencode'],
  ['a list that is cut short', 'l', 'malformed-bencode'],
  ['a string that is cut short', '5:spam', 'malformed-bencode'],
  ['a negative length', '-1:', 'malformed-bencode'],
  ['a length without an end', '4', 'malformed-bencode'],
  ['a key that is an integer', 'di1ei2ee', 'malformed-bencode'],
  ['a key without a value', 'd1:ae', 'malformed-bencode'],
  ['a letter', 'x', 'malformed-bencode'],
  ['a string of 2 GB', '2147483647:', 'bencode-bomb'],
  ['a length of 30 digits', `${'9'.repeat(30)}:`, 'bencode-bomb'],
  ['an integer of 65 bits', 'i-9223372036854775809e', 'bencode-bomb'],
  ['33 lists in one another', 'l'.repeat(33) + 'e'.repeat(33), 'bencode-bomb'],
  ['10,001 values', `l${'i0e'.repeat(10_000)}e`, 'bencode-bomb'],
])('refuses %s', (_, encoded, fault) => {
  expect(() => decodeBencode(bytes(encoded))).toThrow(expect.objectContaining({ name: 'WireError', fault }));
});

test('bears 32 lists in one another, and 10,000 values', () => {
  expect(decodeBencode(bytes('l'.repeat(32) + 'e'.repeat(32))).end).toBe(64);
  expect(decodeBencode(bytes(`l${'i0e'.repeat(9_999)}e`)).value).toHaveLength(9_999);
});

test.each([
  ['a leading 0', 'i03e', 3],
  ['a minus 0', 'i-0e', 0],
  ['a length with a leading 0', '04:spam', utf8('spam')],
  ['keys out of order', 'd1:bi1e1:ai2ee', new Map([['b', 1], ['a', 2]])],
  ['a key twice, of which the first counts', 'd1:ai1e1:ai2ee', new Map([['a', 1]])],
])('bears %s and remarks it', (_, encoded, value) => {
  const decoded = decodeBencode(bytes(encoded));
  expect(decoded.value).toEqual(value);
  expect(decoded.deviation).toBeDefined();
  expect(() => decodeStrict(bytes(`d1:k${encoded}e`))).toThrow('non-canonical-bencode');
});

test('strictly, nothing may stand behind the end, and it is a dictionary', () => {
  expect(decodeStrict(bytes('d1:ai1ee'))).toEqual(new Map([['a', 1]]));
  expect(() => decodeStrict(bytes('d1:ai1eex'))).toThrow('1 bytes behind it');
  expect(() => decodeStrict(bytes('le'))).toThrow('no dictionary');
});

test('keys are bytes, so that those that are no text survive', () => {
  const key = '\x00\xfe\xff';
  const encoded = encodeBencode(new Map([[key, 1]]));
  expect(encoded).toEqual(bytes(`d3:${key}i1ee`));
  expect(decodeBencode(encoded).value).toEqual(new Map([[key, 1]]));
});
