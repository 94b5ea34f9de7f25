import { createHash } from 'node:crypto';

import { expect, test } from 'vitest';

import { allowedFastSet } from './allowed-fast.ts';

const sha1 = (bytes: Uint8Array): Uint8Array => createHash('sha1').update(bytes).digest();

test('the set equals the example of BEP 6', () => {
  const example = {
    address: Uint8Array.of(80, 4, 4, 200),
    infoHash: new Uint8Array(20).fill(0xaa),
    pieceCount: 1313,
  };
  expect(allowedFastSet({ ...example, count: 7 }, sha1)).toEqual([
    1059, 431, 808, 1217, 287, 376, 1188,
  ]);
  expect(allowedFastSet({ ...example, count: 9 }, sha1)).toEqual([
    1059, 431, 808, 1217, 287, 376, 1188, 353, 508,
  ]);
});

test('the set of an IPv6 address depends on its subnet only', () => {
  const of = (subnet: number, host: number) =>
    allowedFastSet(
      {
        address: Uint8Array.of(0x20, 1, 0xd, 0xb8, 0, 0, 0, subnet, 0, 0, 0, 0, 0, 0, 0, host),
        infoHash: new Uint8Array(20).fill(0xaa),
        pieceCount: 1313,
        count: 10,
      },
      sha1,
    );
  expect(of(1, 2)).toEqual(of(1, 3));
  expect(of(1, 2)).not.toEqual(of(2, 2));
  expect(new Set(of(1, 2)).size).toBe(10);
});

test('the set of a torrent with fewer pieces has all of them', () => {
  const small = {
    address: Uint8Array.of(1, 2, 3, 4),
    infoHash: new Uint8Array(20),
    pieceCount: 3,
    count: 10,
  };
  expect(allowedFastSet(small, sha1).toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
});
