/** The order of libtorrent 2.0: `choker.cpp`, `session_impl::recalculate_optimistic_unchoke_slots`. */

import type { Random } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { blocksOf16KiB } from '../blocks.ts';
import { CHOKE, type Choker, InterestedPeers, UNCHOKE, UNCHOKE_OPTIMISTICALLY } from './choker.ts';
import {
  libtorrentAntiLeech,
  libtorrentFastestUpload,
  libtorrentRateBased,
  libtorrentRoundRobin,
} from './libtorrent.ts';

const NOW_MS = 1_000_000;
const ROUND_MS = 15_000;
/** 256 KiB, so a turn of 20 pieces has 42 Mbit. */
const PIECE_BITS = 2 ** 21;
const TURN_BITS = 20 * PIECE_BITS;

interface Row {
  readonly received?: number;
  readonly sent?: number;
  readonly state?: number;
  /** Bits sent since the unchoke, and how long ago it was. */
  readonly turnBits?: number;
  readonly unchokedAgoMs?: number;
  readonly optimisticAgoMs?: number;
  readonly heldShare?: number;
}

/** Which of the rows are unchoked, by their index; those unchoked optimistically with a `!`. */
function decide(
  choker: Choker,
  rows: readonly Row[],
  { regular = 1, optimistic = 0, keepOptimistics = false, drawn = 0 } = {},
): string {
  const interested = new InterestedPeers();
  for (const [i, row] of rows.entries()) {
    interested.connection[i] = i;
    interested.received[i] = row.received ?? 0;
    interested.sent[i] = row.sent ?? 0;
    interested.chokeState[i] = row.state ?? CHOKE;
    interested.heldShare[i] = row.heldShare ?? 0;
    interested.sentSinceUnchoke[i] = row.turnBits ?? 0;
    interested.unchokedAtMs[i] = row.unchokedAgoMs === undefined ? 0 : NOW_MS - row.unchokedAgoMs;
    interested.optimisticAtMs[i] =
      row.optimisticAgoMs === undefined ? 0 : NOW_MS - row.optimisticAgoMs;
  }
  interested.count = rows.length;
  const random: Random = { below: (bound) => Math.min(drawn, bound - 1), unit: () => 0 };
  choker(interested, {
    nowMs: NOW_MS,
    slots: { regular, optimistic },
    keepOptimistics,
    layout: blocksOf16KiB(100, PIECE_BITS),
    rotation: { first: 0, rounds: 0 },
    roundMs: ROUND_MS,
    random,
  });
  const marks = { [CHOKE]: '', [UNCHOKE]: '', [UNCHOKE_OPTIMISTICALLY]: '!' } as const;
  return rows
    .map((_, i) => ({ i, decision: interested.decision[i] as keyof typeof marks }))
    .filter(({ decision }) => decision !== CHOKE)
    .map(({ i, decision }) => `${i}${marks[decision]}`)
    .join(' ');
}

describe('round robin (compare_peers, unchoke_compare_rr)', () => {
  test.each([
    {
      rule: 'who sent us most in the last round comes first',
      rows: [{ received: 5 }, { received: 9, sent: 0 }, { received: 7, sent: 99 }],
      unchoked: '1',
    },
    {
      rule: 'among others, who has a turn keeps it',
      rows: [{}, { state: UNCHOKE, sent: 1, unchokedAgoMs: 5_000 }],
      unchoked: '1',
    },
    {
      rule: 'a turn is over after 20 pieces and a minute',
      rows: [{}, { state: UNCHOKE, sent: 9, turnBits: TURN_BITS + 1, unchokedAgoMs: 60_001 }],
      unchoked: '0',
    },
    {
      rule: 'not before a minute',
      rows: [{}, { state: UNCHOKE, sent: 9, turnBits: TURN_BITS + 1, unchokedAgoMs: 60_000 }],
      unchoked: '1',
    },
    {
      rule: 'not before 20 pieces',
      rows: [{}, { state: UNCHOKE, sent: 9, turnBits: TURN_BITS, unchokedAgoMs: 90_000 }],
      unchoked: '1',
    },
    {
      rule: 'of those who have turns, to whom we sent most in the last round',
      rows: [
        { state: UNCHOKE, sent: 3, unchokedAgoMs: 5_000 },
        { state: UNCHOKE, sent: 4, unchokedAgoMs: 5_000 },
      ],
      unchoked: '1',
    },
    {
      rule: 'what was sent before the choke does not count',
      rows: [
        { sent: 9, unchokedAgoMs: 3_000 },
        { state: UNCHOKE, sent: 1, unchokedAgoMs: 5_000 },
      ],
      unchoked: '1',
    },
    {
      rule: 'then whose last unchoke is the longest ago',
      rows: [{ unchokedAgoMs: 5_000 }, { unchokedAgoMs: 9_000 }, { unchokedAgoMs: 7_000 }],
      unchoked: '1',
    },
    {
      rule: 'who has never been unchoked comes before those who have',
      rows: [{ unchokedAgoMs: 900_000 }, {}],
      unchoked: '1',
    },
  ])('$rule', ({ rows, unchoked }) => {
    expect(decide(libtorrentRoundRobin, rows)).toBe(unchoked);
  });

  test('what was received counts for more than any turn', () => {
    const rows = [{ state: UNCHOKE, sent: 99, unchokedAgoMs: 5_000 }, { received: 1 }];
    expect(decide(libtorrentRoundRobin, rows)).toBe('1');
  });

  test('of equals, each may win: the order of connections is no advantage', () => {
    const winners = [0, 1, 2].map((drawn) => decide(libtorrentRoundRobin, [{}, {}, {}], { drawn }));
    expect(winners.toSorted()).toEqual(['0', '1', '2']);
  });

  test('fills as many slots as there are', () => {
    const rows = [{ received: 1 }, { received: 3 }, { received: 2 }];
    expect(decide(libtorrentRoundRobin, rows, { regular: 2 })).toBe('1 2');
    expect(decide(libtorrentRoundRobin, rows, { regular: 9 })).toBe('0 1 2');
    expect(decide(libtorrentRoundRobin, [], { regular: 9 })).toBe('');
  });
});

describe('fastest upload (unchoke_compare_fastest_upload)', () => {
  test.each([
    { rule: 'received comes first', rows: [{ received: 1 }, { sent: 9 }], unchoked: '0' },
    { rule: 'then sent, also before a choke', rows: [{ sent: 8 }, { sent: 9 }], unchoked: '1' },
    {
      rule: 'then whose last unchoke is the longest ago',
      rows: [{ unchokedAgoMs: 5_000 }, { unchokedAgoMs: 9_000 }],
      unchoked: '1',
    },
  ])('$rule', ({ rows, unchoked }) => {
    expect(decide(libtorrentFastestUpload, rows)).toBe(unchoked);
  });
});

describe('anti-leech (unchoke_compare_anti_leech)', () => {
  test.each([
    { rule: 'received comes first', rows: [{ received: 1 }, { heldShare: 0 }], unchoked: '0' },
    {
      rule: 'then those furthest from half of the file, at its begin or at its end',
      rows: [{ heldShare: 0.4 }, { heldShare: 0.9 }, { heldShare: 0.2 }],
      unchoked: '1',
    },
    {
      rule: 'then whose last unchoke is the longest ago',
      rows: [
        { heldShare: 0.25, unchokedAgoMs: 5_000 },
        { heldShare: 0.75, unchokedAgoMs: 9_000 },
      ],
      unchoked: '1',
    },
  ])('$rule', ({ rows, unchoked }) => {
    expect(decide(libtorrentAntiLeech, rows)).toBe(unchoked);
  });
});

describe('rate-based slots (choker.cpp, rate_based_choker)', () => {
  /** What is sent in a round at a rate of this many bytes per second. */
  const at = (rate: number) => ({ sent: (8 * rate * ROUND_MS) / 1000 });

  test.each([
    { rule: 'there is one slot while nothing is sent', rates: [0, 0, 0], slots: 1 },
    { rule: 'and one more for a peer that takes 1 KiB/s', rates: [1024, 0, 0], slots: 2 },
    { rule: 'not for one that takes less', rates: [1023, 0, 0], slots: 1 },
    { rule: 'the second has to take 2 KiB/s more', rates: [9_000, 3_072, 0, 0], slots: 3 },
    { rule: 'or gives no slot', rates: [9_000, 3_071, 0, 0], slots: 2 },
  ])('$rule', ({ rates, slots }) => {
    const unchoked = decide(libtorrentRateBased, rates.map(at), { regular: 99 });
    expect(unchoked.split(' ')).toHaveLength(slots);
  });
});

describe('optimistic unchokes', () => {
  const slots = { regular: 1, optimistic: 1 };
  test.each([
    {
      rule: 'go to who never had one',
      rows: [{ received: 9 }, { optimisticAgoMs: 400_000 }, {}],
      unchoked: '0 2!',
    },
    {
      rule: 'then to who had one the longest time ago',
      rows: [{ received: 9 }, { optimisticAgoMs: 40_000 }, { optimisticAgoMs: 50_000 }],
      unchoked: '0 2!',
    },
    {
      rule: 'stay for their time',
      rows: [{ received: 9 }, {}, { state: UNCHOKE_OPTIMISTICALLY, optimisticAgoMs: 1_000 }],
      keepOptimistics: true,
      unchoked: '0 2!',
    },
    {
      rule: 'end after it',
      rows: [{ received: 9 }, {}, { state: UNCHOKE_OPTIMISTICALLY, optimisticAgoMs: 30_000 }],
      unchoked: '0 1!',
    },
    {
      rule: 'are given anew if their peer has got a regular slot',
      rows: [{ received: 9, state: UNCHOKE_OPTIMISTICALLY, optimisticAgoMs: 1_000 }, {}],
      keepOptimistics: true,
      unchoked: '0 1!',
    },
  ])('$rule', ({ rows, unchoked, keepOptimistics = false }) => {
    const options = { ...slots, keepOptimistics };
    expect(decide(libtorrentRoundRobin, rows, options)).toBe(unchoked);
  });
});
