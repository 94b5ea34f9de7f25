import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { Bitfield } from '../tables/bitfield.ts';
import { NO_PIECE, type PieceIndex } from '../ids.ts';
import { PeerTables } from '../tables/peer-tables.ts';
import { PiecePicker, type RequestPriority } from './piece-picker.ts';

/**
 * Each row is one rule. `holders` is a string with one digit for each piece: the number of
 * neighbours that hold it. `has` lists the pieces of the neighbour to request from.
 */
describe('the next piece', () => {
  test.each([
    { rule: 'is the rarest one', holders: '312', has: [0, 1, 2], next: 1 },
    { rule: 'is one that the neighbour holds', holders: '312', has: [0, 2], next: 2 },
    {
      rule: 'is not one that was requested',
      holders: '312',
      has: [0, 1, 2],
      requested: [1],
      next: 2,
    },
    { rule: 'is not one that is stored', holders: '312', has: [0, 1, 2], stored: [1], next: 2 },
    {
      rule: 'is one that a follower requested, at equal rarity',
      holders: '222',
      has: [0, 1, 2],
      byFollowers: [2],
      next: 2,
    },
    {
      rule: 'is a rarer one before one that a follower requested',
      holders: '31',
      has: [0, 1],
      byFollowers: [0],
      next: 1,
    },
    {
      rule: 'is one that a follower requested before a rarer one, under absolute priority',
      holders: '31',
      has: [0, 1],
      byFollowers: [0],
      requestPriority: 'absolute',
      next: 0,
    },
    {
      rule: 'is the rarest one that a follower requested, under absolute priority',
      holders: '321',
      has: [0, 1, 2],
      byFollowers: [0, 1],
      requestPriority: 'absolute',
      next: 1,
    },
    {
      rule: 'is another if the neighbour lacks the one that a follower requested',
      holders: '22',
      has: [0],
      byFollowers: [1],
      requestPriority: 'absolute',
      next: 0,
    },
    {
      rule: 'is none if the neighbour has nothing new',
      holders: '11',
      has: [0],
      requested: [0],
      next: NO_PIECE,
    },
    {
      rule: 'is none if all pieces are stored',
      holders: '11',
      has: [0, 1],
      stored: [0, 1],
      next: NO_PIECE,
    },
  ] as const)('$rule', ({ holders, has, next, ...rest }) => {
    const {
      requested = [],
      stored = [],
      byFollowers = [],
      requestPriority = 'within-rarity',
    } = rest as Rest;
    const picker = pickerWith(holders, requestPriority);
    for (const piece of byFollowers) picker.markRequestedByFollower(piece as PieceIndex);
    for (const piece of requested) picker.markRequested(piece as PieceIndex);
    for (const piece of stored) picker.store(piece as PieceIndex);

    expect(picker.next(rowOf(has, holders.length), 0)).toBe(next);
  });

  test('follows the availability as it changes', () => {
    const picker = pickerWith('22');

    picker.addHolder(0 as PieceIndex);
    expect(picker.next(rowOf([0, 1], 2), 0)).toBe(1);

    picker.removeHolder(0 as PieceIndex);
    picker.removeHolder(0 as PieceIndex);
    expect(picker.next(rowOf([0, 1], 2), 0)).toBe(0);
  });

  test.each([255, 256, 511, 70_000])('is the rarest one even if others have %i holders', (many) => {
    const tables = new PeerTables(40, 3, 0);
    const pickers = [0, 1, 2].map(
      (row) => new PiecePicker(40, seededRandom(1), 'within-rarity', { tables, row }),
    );
    const common = 39 as PieceIndex;
    for (const picker of pickers) {
      for (const piece of [3, 38, 39]) picker.addHolder(piece as PieceIndex);
    }
    for (let n = 1; n < many; n++) pickers[1]!.addHolder(common);
    expect(pickers.map((picker) => picker.next(rowOf([38, 39], 40), 0))).toEqual([
      expect.any(Number),
      38,
      expect.any(Number),
    ]);

    for (let n = 1; n < many; n++) pickers[1]!.removeHolder(common);
    for (const picker of pickers) picker.addHolder(38 as PieceIndex);
    expect(pickers.map((picker) => picker.next(rowOf([38, 39], 40), 0))).toEqual([39, 39, 39]);
  });

  test('is requestable again once released', () => {
    const picker = pickerWith('1');
    picker.markRequested(0 as PieceIndex);
    expect(picker.next(rowOf([0], 1), 0)).toBe(NO_PIECE);

    picker.release(0 as PieceIndex);
    expect(picker.next(rowOf([0], 1), 0)).toBe(0);
  });

  test('is each of equally rare ones with equal frequency', () => {
    const counts = [0, 0, 0, 0];
    const random = seededRandom('ties');
    for (let trial = 0; trial < 4_000; trial++) {
      const picker = pickerWith('1111', 'within-rarity', random);
      counts[picker.next(rowOf([0, 1, 2, 3], 4), 0)]!++;
    }
    for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });
});

test.each(['histories-1', 'histories-2', 'histories-3'])(
  'rarest first agrees with a search over plain arrays, after any history (seed %s)',
  (seed) => {
    const random = seededRandom(seed);
    const pieceCount = 70;
    const picker = new PiecePicker(pieceCount, random);
    const holders = new Array<number>(pieceCount).fill(0);
    const state = new Array<'requestable' | 'requested' | 'stored'>(pieceCount).fill('requestable');

    for (let step = 0; step < 4_000; step++) {
      const piece = random.below(pieceCount) as PieceIndex;
      if (state[piece] === 'stored') continue;
      const action = random.below(100);
      if (action < 60) {
        const gains = holders[piece] === 0 || (holders[piece]! < 300 && random.below(3) > 0);
        if (gains) picker.addHolder(piece);
        else picker.removeHolder(piece);
        holders[piece]! += gains ? 1 : -1;
      } else if (action < 98) {
        if (state[piece] === 'requestable') picker.markRequested(piece);
        else picker.release(piece);
        state[piece] = state[piece] === 'requestable' ? 'requested' : 'requestable';
      } else {
        picker.store(piece);
        state[piece] = 'stored';
      }

      const has = Array.from({ length: pieceCount }, (_, p) => p).filter(() => random.below(3) > 0);
      const requestable = has.filter((p) => state[p] === 'requestable');
      const picked = picker.next(rowOf(has, pieceCount), 0);
      if (requestable.length === 0) {
        expect(picked).toBe(NO_PIECE);
      } else {
        expect(requestable).toContain(picked);
        expect(holders[picked]).toBe(Math.min(...requestable.map((p) => holders[p]!)));
      }
    }
  },
);

interface Rest {
  readonly requested?: readonly number[];
  readonly stored?: readonly number[];
  readonly byFollowers?: readonly number[];
  readonly requestPriority?: RequestPriority;
}

function pickerWith(
  holders: string,
  requestPriority: RequestPriority = 'within-rarity',
  random = seededRandom('picker'),
): PiecePicker {
  const picker = new PiecePicker(holders.length, random, requestPriority);
  for (const [piece, count] of [...holders].entries()) {
    for (let n = 0; n < Number(count); n++) picker.addHolder(piece as PieceIndex);
  }
  return picker;
}

function rowOf(pieces: readonly number[], pieceCount: number): Uint32Array {
  const set = new Bitfield(pieceCount);
  for (const piece of pieces) set.add(piece as PieceIndex);
  return set.words;
}
