import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { Bitfield } from '../tables/bitfield.ts';
import { NO_PIECE, type PieceIndex } from '../ids.ts';
import { PeerTables } from '../tables/peer-tables.ts';
import { PiecePicker, type RequestPriority } from './piece-picker.ts';

/**
 * Each row is one rule. `holders` is a string with one digit for each piece: how many of our
 * neighbours hold it. The peer we may ask holds the pieces in `has`.
 */
describe('the next piece', () => {
  test.each([
    { rule: 'is the rarest one',                      holders: '312', has: [0, 1, 2], next: 1 },
    { rule: 'is one that the peer holds',             holders: '312', has: [0, 2],    next: 2 },
    { rule: 'is not one that was asked for',          holders: '312', has: [0, 1, 2], taken: [1], next: 2 },
    { rule: 'is not one that is stored',              holders: '312', has: [0, 1, 2], stored: [1], next: 2 },
    { rule: 'is a wanted one, of equal rarity',       holders: '222', has: [0, 1, 2], wanted: [2], next: 2 },
    { rule: 'is a rarer one before a wanted one',     holders: '31',  has: [0, 1],    wanted: [0], next: 1 },
    { rule: 'is a wanted one before a rarer one, if that is preferred absolutely',
                                                      holders: '31',  has: [0, 1],    wanted: [0], preference: 'absolute', next: 0 },
    { rule: 'is the rarest of the wanted, if they are preferred absolutely',
                                                      holders: '321', has: [0, 1, 2], wanted: [0, 1], preference: 'absolute', next: 1 },
    { rule: 'is another where the wanted one is not to be had', holders: '22', has: [0], wanted: [1], preference: 'absolute', next: 0 },
    { rule: 'is none when the peer has nothing new',  holders: '11',  has: [0],       taken: [0], next: NO_PIECE },
    { rule: 'is none when all is stored',             holders: '11',  has: [0, 1],    stored: [0, 1], next: NO_PIECE },
  ] as const)('$rule', ({ holders, has, next, ...rest }) => {
    const { taken = [], stored = [], wanted = [], preference = 'within-rarity' } = rest as Rest;
    const picker = pickerWith(holders, preference);
    for (const piece of wanted) picker.markRequestedByFollower(piece as PieceIndex);
    for (const piece of taken) picker.markRequested(piece as PieceIndex);
    for (const piece of stored) picker.store(piece as PieceIndex);

    expect(picker.next(rowOf(has, holders.length), 0)).toBe(next);
  });

  test('follows holders as they come and go', () => {
    const picker = pickerWith('22');

    picker.addHolder(0 as PieceIndex);
    expect(picker.next(rowOf([0, 1], 2), 0)).toBe(1);

    picker.removeHolder(0 as PieceIndex);
    picker.removeHolder(0 as PieceIndex);
    expect(picker.next(rowOf([0, 1], 2), 0)).toBe(0);
  });

  test.each([255, 256, 511, 70_000])('is the rarest one also where others have %i holders', (many) => {
    const tables = new PeerTables(40, 3, 0);
    const pickers = [0, 1, 2].map((row) => new PiecePicker(40, seededRandom(1), 'within-rarity', { tables, row }));
    const common = 39 as PieceIndex;
    for (const picker of pickers) {
      for (const piece of [3, 38, 39]) picker.addHolder(piece as PieceIndex);
    }
    for (let n = 1; n < many; n++) pickers[1]!.addHolder(common);
    expect(pickers.map((picker) => picker.next(rowOf([38, 39], 40), 0))).toEqual([expect.any(Number), 38, expect.any(Number)]);

    for (let n = 1; n < many; n++) pickers[1]!.removeHolder(common);
    for (const picker of pickers) picker.addHolder(38 as PieceIndex);
    expect(pickers.map((picker) => picker.next(rowOf([38, 39], 40), 0))).toEqual([39, 39, 39]);
  });

  test('is free again once released', () => {
    const picker = pickerWith('1');
    picker.markRequested(0 as PieceIndex);
    expect(picker.next(rowOf([0], 1), 0)).toBe(NO_PIECE);

    picker.release(0 as PieceIndex);
    expect(picker.next(rowOf([0], 1), 0)).toBe(0);
  });

  test('is, of equally rare ones, each as often as another', () => {
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
  'rarest first agrees with a plain sort, whatever happened before (seed %s)',
  (seed) => {
    const random = seededRandom(seed);
    const pieceCount = 70;
    const picker = new PiecePicker(pieceCount, random);
    const holders = new Array<number>(pieceCount).fill(0);
    const state = new Array<'free' | 'taken' | 'stored'>(pieceCount).fill('free');

    for (let step = 0; step < 4_000; step++) {
      const piece = random.below(pieceCount) as PieceIndex;
      if (state[piece] === 'stored') continue;
      const what = random.below(100);
      if (what < 60) {
        const gains = holders[piece] === 0 || (holders[piece]! < 300 && random.below(3) > 0);
        if (gains) picker.addHolder(piece);
        else picker.removeHolder(piece);
        holders[piece]! += gains ? 1 : -1;
      } else if (what < 98) {
        if (state[piece] === 'free') picker.markRequested(piece);
        else picker.release(piece);
        state[piece] = state[piece] === 'free' ? 'taken' : 'free';
      } else {
        picker.store(piece);
        state[piece] = 'stored';
      }

      const has = Array.from({ length: pieceCount }, (_, p) => p).filter(() => random.below(3) > 0);
      const free = has.filter((p) => state[p] === 'free');
      const picked = picker.next(rowOf(has, pieceCount), 0);
      if (free.length === 0) {
        expect(picked).toBe(NO_PIECE);
      } else {
        expect(free).toContain(picked);
        expect(holders[picked]).toBe(Math.min(...free.map((p) => holders[p]!)));
      }
    }
  },
);

interface Rest {
  readonly taken?: readonly number[];
  readonly stored?: readonly number[];
  readonly wanted?: readonly number[];
  readonly preference?: RequestPriority;
}

function pickerWith(
  holders: string,
  preference: RequestPriority = 'within-rarity',
  random = seededRandom('picker'),
): PiecePicker {
  const picker = new PiecePicker(holders.length, random, preference);
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
