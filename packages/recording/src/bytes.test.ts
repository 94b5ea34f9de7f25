import { seededRandom } from '@cachetorrent/std';
import { expect, test } from 'vitest';

import { ByteReader, ByteWriter } from './bytes.ts';

const INTEGERS = [0, 1, 127, 128, 300, 16_383, 16_384, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53 - 1];

test('integers are read as they were written', () => {
  const writer = new ByteWriter();
  for (const integer of INTEGERS) writer.uint(integer);
  const signed = INTEGERS.map((integer) => Math.floor(integer / 2)).flatMap((each) => [
    each,
    -each,
  ]);
  for (const integer of signed) writer.sint(integer);
  const reader = new ByteReader(writer.take());
  expect(INTEGERS.map(() => reader.uint())).toEqual(INTEGERS);
  expect(signed.map(() => reader.sint() + 0)).toEqual(signed.map((each) => each + 0));
  expect(reader.isAtEnd).toBe(true);
});

test.each([
  { integer: 0, bytes: [0] },
  { integer: 127, bytes: [127] },
  { integer: 128, bytes: [128, 1] },
  { integer: 300, bytes: [0b10101100, 0b10] },
])('$integer is the bytes $bytes', ({ integer, bytes }) => {
  const writer = new ByteWriter();
  writer.uint(integer);
  expect([...writer.take()]).toEqual(bytes);
});

test('memory grows, and is used again', () => {
  const writer = new ByteWriter();
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 5_000; i++) writer.uint(i);
    writer.append(new Uint8Array(10_000).fill(round));
    const bytes = writer.take();
    expect(writer.length).toBe(0);
    const reader = new ByteReader(bytes);
    for (let i = 0; i < 5_000; i++) expect(reader.uint()).toBe(i);
    expect(reader.bytes(10_000).every((byte) => byte === round)).toBe(true);
  }
});

test.each([
  { what: 'an integer that does not end', bytes: [0x80, 0x80], message: 'ends within an integer' },
  { what: 'nothing', bytes: [], message: 'ends within an integer' },
  { what: 'too large an integer', bytes: Array(8).fill(0xff), message: 'above 2^53' },
  { what: 'a long zero', bytes: [...Array(9).fill(0x80), 0], message: 'above 2^53' },
])('$what is refused', ({ bytes, message }) => {
  expect(() => new ByteReader(Uint8Array.from(bytes)).uint()).toThrow(message);
});

test('random bytes are integers, or refused', () => {
  const random = seededRandom('bytes', 1);
  for (let round = 0; round < 2_000; round++) {
    const bytes = Uint8Array.from({ length: random.below(12) }, () => random.below(256));
    const reader = new ByteReader(bytes);
    try {
      while (!reader.isAtEnd) expect(Number.isSafeInteger(reader.uint())).toBe(true);
    } catch (error) {
      expect((error as Error).name).toBe('Malformed');
    }
  }
});
