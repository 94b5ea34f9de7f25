import type { SwarmState } from '@cachetorrent/recording';
import { expect, test } from 'vitest';

import { COLUMNS_MAX } from '../scene.ts';
import { openAsOf, piecesOfColumn } from './heat-map.ts';

/** A state with these sets of pieces, by peer. */
function stateOf(pieces: number, sets: readonly (readonly number[] | undefined)[]): SwarmState {
  return {
    header: { pieces, subTorrents: 1 },
    isPresent: (id: number) => sets[id] !== undefined,
    roleOf: (id: number) => (id === 3 ? 'leader' : 'peer'),
    piecesHeldBy: (id: number) => sets[id]!.length,
    piecesOf: (id: number) => {
      const bytes = new Uint8Array((pieces + 7) >> 3);
      for (const piece of sets[id]!) bytes[piece >> 3]! |= 1 << (piece & 7);
      return bytes;
    },
  } as unknown as SwarmState;
}

test.each([1, 7, 8, 1_000, 1_024, 1_025, 2_048, 2_049, 3_500, 5_000, 9_999, 100_001])(
  'each cell says how many of its %i pieces a peer holds',
  (pieces) => {
    const size = piecesOfColumn(pieces);
    const columns = Math.ceil(pieces / size);
    expect(columns).toBeLessThanOrEqual(COLUMNS_MAX);
    expect(columns).toBeGreaterThan(Math.min(pieces, COLUMNS_MAX) / 2.01);
    const all = Array.from({ length: pieces }, (_, piece) => piece);
    const some = all.filter((piece) => (piece * 7) % 11 < 4);
    const { peers, held, ...map } = openAsOf(
      stateOf(pieces, [[], [], some, all, undefined]),
      2,
      Uint32Array.of(1, 2, 3, 4),
    );
    expect(map).toEqual({ as: 2, columns });
    expect([...peers], 'leaders first, without those who are absent').toEqual([3, 1, 2]);
    expect(new Set(held.subarray(0, columns))).toEqual(new Set([255]));
    expect(new Set(held.subarray(columns, 2 * columns))).toEqual(new Set([0]));
    const has = new Set(some);
    for (let column = 0; column < columns; column++) {
      const its = all.slice(column * size, (column + 1) * size);
      const count = its.filter((piece) => has.has(piece)).length;
      expect(held[2 * columns + column]).toBe(Math.floor((255 * count) / its.length));
    }
  },
);

test('a cell of 300 pieces, of which one is held, is not empty', () => {
  const pieces = 300 * COLUMNS_MAX;
  const { held, columns } = openAsOf(stateOf(pieces, [[], [300]]), 2, Uint32Array.of(1));
  const size = Math.ceil(pieces / columns);
  const column = Math.floor(300 / size);
  expect(held[column]).toBe(1);
  expect(held.filter((cell) => cell > 0)).toHaveLength(1);
});
