import { expect, test } from 'vitest';

import { type BencodeInput, decodeBencode, decodeStrict, encodeBencode } from './bencode.ts';
import { utf8 } from './utf8.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

test.each<[string, BencodeInput, string]>([
  ['an integer', 42, 'i42e'],
  ['0', 0, 'i0e'],
  ['minus 0 as 0', -0, 'i0e'],
  ['a negative integer', -7, 'i-7e'],
  ['an integer above 2^53', 2n ** 63n - 1n, 'i9223372036854775807e'],
  ['a string', 'spam', '4:spam'],
  ['text as UTF-8', 'ä', '2:\xc3\xa4'],
  ['bytes', Uint8Array.of(0, 255), '2:\0\xff'],
  ['a list', ['spam', 42], 'l4:spami42ee'],
  ['a dictionary with sorted keys', { foo: 42, bar: 'spam' }, 'd3:bar4:spam3:fooi42ee'],
  [
    'a map',
    new Map([
      ['b', 1],
      ['a', 2],
    ]),
    'd1:ai2e1:bi1ee',
  ],
  ['a dictionary without its undefined values', { a: undefined, b: 1 }, 'd1:bi1ee'],
  ['keys sorted by their bytes', { '\xff': 1, z: 2 }, 'd1:zi2e1:\xffi1ee'],
])('encodes %s', (_, value, encoded) => {
  expect(encodeBencode(value)).toEqual(bytes(encoded));
});

test('decodes what it encodes, and reports where the value ends', () => {
  const { value, end, deviation } = decodeBencode(bytes('d3:bar4:spam3:fooli42eee rest'));
  expect(value).toEqual(
    new Map<string, unknown>([
      ['bar', utf8('spam')],
      ['foo', [42]],
    ]),
  );
  expect(end).toBe(24);
  expect(deviation).toBeUndefined();
});

test('integers outside the safe range are bigints', () => {
  expect(decodeBencode(bytes('i9007199254740991e')).value).toBe(Number.MAX_SAFE_INTEGER);
  expect(decodeBencode(bytes('i9007199254740993e')).value).toBe(9007199254740993n);
  expect(decodeBencode(bytes('i-9223372036854775808e')).value).toBe(-(2n ** 63n));
});

test.each([
  ['empty input', '', 'malformed-bencode'],
  ['an integer without digits', 'ie', 'malformed-bencode'],
  ['a minus sign without digits', 'i-e', 'malformed-bencode'],
  ['a fraction', 'i1.5e', 'malformed-bencode'],
  ['a truncated integer', 'i15', 'malformed-bencode'],
  ['a plus sign', 'i+1e', 'malformed-bencode'],
  ['a truncated list', 'l', 'malformed-bencode'],
  ['a truncated string', '5:spam', 'malformed-bencode'],
  ['a negative length', '-1:', 'malformed-bencode'],
  ['a length without a colon', '4', 'malformed-bencode'],
  ['a key that is an integer', 'di1ei2ee', 'malformed-bencode'],
  ['a key without a value', 'd1:ae', 'malformed-bencode'],
  ['a letter that begins no value', 'x', 'malformed-bencode'],
  ['a string of 2 GB', '2147483647:', 'bencode-bomb'],
  ['a length of 30 digits', `${'9'.repeat(30)}:`, 'bencode-bomb'],
  ['an integer of 65 bits', 'i-9223372036854775809e', 'bencode-bomb'],
  ['33 nested lists', 'l'.repeat(33) + 'e'.repeat(33), 'bencode-bomb'],
  ['10,001 values', `l${'i0e'.repeat(10_000)}e`, 'bencode-bomb'],
])('refuses %s', (_, encoded, violation) => {
  expect(() => decodeBencode(bytes(encoded))).toThrow(
    expect.objectContaining({ name: 'WireError', violation }),
  );
});

test('accepts 32 nested lists, and 10,000 values', () => {
  expect(decodeBencode(bytes('l'.repeat(32) + 'e'.repeat(32))).end).toBe(64);
  expect(decodeBencode(bytes(`l${'i0e'.repeat(9_999)}e`)).value).toHaveLength(9_999);
});

test.each([
  ['a leading 0', 'i03e', 3],
  ['a minus 0', 'i-0e', 0],
  ['a length with a leading 0', '04:spam', utf8('spam')],
  [
    'unsorted keys',
    'd1:bi1e1:ai2ee',
    new Map([
      ['b', 1],
      ['a', 2],
    ]),
  ],
  ['a repeated key, whose first value counts', 'd1:ai1e1:ai2ee', new Map([['a', 1]])],
])('accepts %s and reports the deviation', (_, encoded, value) => {
  const decoded = decodeBencode(bytes(encoded));
  expect(decoded.value).toEqual(value);
  expect(decoded.deviation).toBeDefined();
  expect(() => decodeStrict(bytes(`d1:k${encoded}e`))).toThrow('non-canonical-bencode');
});

test.each([
  ['in a dictionary', 'd1:ai1e1:ai2ee', 'a'],
  ['in an inner one, apart from its first occurrence', 'd1:xd1:ai1e1:bi1e1:ai2eee', 'a'],
  ['not in two dictionaries', 'd1:xd1:ai1ee1:yd1:ai1eee', undefined],
])('names the key that is repeated %s', (_, encoded, key) => {
  expect(decodeBencode(bytes(encoded)).repeatedKey).toBe(key);
});

test('decodeStrict accepts a dictionary only, without trailing bytes', () => {
  expect(decodeStrict(bytes('d1:ai1ee'))).toEqual(new Map([['a', 1]]));
  expect(() => decodeStrict(bytes('d1:ai1eex'))).toThrow('1 bytes after the value');
  expect(() => decodeStrict(bytes('le'))).toThrow('not a dictionary');
});

test('keys that are not valid UTF-8 are preserved', () => {
  const key = '\x00\xfe\xff';
  const encoded = encodeBencode(new Map([[key, 1]]));
  expect(encoded).toEqual(bytes(`d3:${key}i1ee`));
  expect(decodeBencode(encoded).value).toEqual(new Map([[key, 1]]));
});
