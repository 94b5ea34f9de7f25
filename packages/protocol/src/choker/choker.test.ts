import type { Random } from '@cachetorrent/std';
import { blocksOf16KiB } from '../blocks.ts';
import { describe, expect, test } from 'vitest';

import { CHOKERS } from './chokers.ts';
import { CHOKE, InterestedPeers, type Choker, UNCHOKE, UNCHOKE_OPTIMISTICALLY } from './choker.ts';
import { WHOLE_PIECE_CHOKERS, WHOLE_PIECE_SEED_CHOKERS } from './whole-pieces.ts';

const alwaysLast: Random = { below: (bound) => bound - 1, unit: () => 0 };

/**
 * A connection is written `number:received`, followed by `!` if it is unchoked optimistically now.
 * Random draws take the last.
 */
describe('tit-for-tat of whole pieces', () => {
  test.each([
    {
      rule: 'unchokes the fastest',
      of: '1:10 2:30 3:20',
      regular: 2,
      optimistic: 0,
      unchoked: [2, 3],
    },
    {
      rule: 'prefers lower numbers at equal rates',
      of: '1:10 2:10 3:10',
      regular: 2,
      optimistic: 0,
      unchoked: [1, 2],
    },
    {
      rule: 'fills optimistic slots at random',
      of: '1:30 2:20 3:10 4:10',
      regular: 1,
      optimistic: 2,
      unchoked: [1, 3, 4],
    },
    {
      rule: 'leaves slots empty if too few are interested',
      of: '1:10',
      regular: 4,
      optimistic: 1,
      unchoked: [1],
    },
    {
      rule: 'unchokes none if none is interested',
      of: '',
      regular: 4,
      optimistic: 1,
      unchoked: [],
    },
    {
      rule: 'keeps optimistic unchokes',
      of: '1:30 2:0! 3:0',
      regular: 1,
      optimistic: 1,
      keep: true,
      unchoked: [1, 2],
    },
    {
      rule: 'draws them again when their time is over',
      of: '1:30 2:0! 3:0',
      regular: 1,
      optimistic: 1,
      unchoked: [1, 3],
    },
    {
      rule: 'draws another if an optimistic unchoke has become a regular one',
      of: '1:30! 2:0 3:0',
      regular: 1,
      optimistic: 1,
      keep: true,
      unchoked: [1, 3],
    },
  ])('$rule', ({ of, regular, optimistic, keep = false, unchoked }) => {
    expect(
      decide(WHOLE_PIECE_CHOKERS['tit-for-tat'], received(of), { regular, optimistic }, keep),
    ).toEqual(unchoked);
  });
});

test('the random choker fills all slots at random, whatever the rates', () => {
  const interested = received('1:90 2:10 3:10');
  expect(decide(CHOKERS.random, interested, { regular: 1, optimistic: 1 }, true)).toEqual([2, 3]);
});

test('fastest-upload of whole pieces unchokes those to which we upload fastest', () => {
  const interested = received('1:0 2:0 3:0');
  interested.sent.set([5, 9, 7]);
  const slots = { regular: 2, optimistic: 0 };
  expect(decide(WHOLE_PIECE_SEED_CHOKERS['fastest-upload'], interested, slots, false)).toEqual([
    2, 3,
  ]);
});

describe('round-robin of whole pieces', () => {
  const slots = { regular: 1, optimistic: 0 };

  test.each([
    {
      rule: 'continues a turn of fewer than 20 pieces',
      blocksServed: 79,
      sinceMs: 90_000,
      unchoked: [1],
    },
    {
      rule: 'continues a turn of less than a minute',
      blocksServed: 200,
      sinceMs: 59_000,
      unchoked: [1],
    },
    {
      rule: 'then unchokes who has been choked longest',
      blocksServed: 80,
      sinceMs: 60_000,
      unchoked: [3],
    },
  ])('$rule', ({ blocksServed, sinceMs, unchoked }) => {
    const interested = received('1:0 2:0 3:0');
    const nowMs = 100_000;
    interested.chokeState[0] = UNCHOKE;
    interested.blocksServed[0] = blocksServed;
    interested.chokeChangedAtMs.set([nowMs - sinceMs, nowMs - 10_000, nowMs - 20_000]);
    expect(
      decide(WHOLE_PIECE_SEED_CHOKERS['round-robin'], interested, slots, false, nowMs),
    ).toEqual(unchoked);
  });
});

function received(text: string): InterestedPeers {
  const interested = new InterestedPeers();
  for (const [, connection, rate, mark] of text.matchAll(/(\d+):(\d+)(!?)/g)) {
    const i = interested.count++;
    interested.connection[i] = Number(connection);
    interested.received[i] = Number(rate);
    interested.chokeState[i] = mark === '!' ? UNCHOKE_OPTIMISTICALLY : CHOKE;
  }
  return interested;
}

function decide(
  choker: Choker,
  interested: InterestedPeers,
  slots: { readonly regular: number; readonly optimistic: number },
  keepOptimistics: boolean,
  nowMs = 0,
): number[] {
  choker(interested, {
    nowMs,
    slots,
    keepOptimistics,
    layout: blocksOf16KiB(100, 4 * 2 ** 17),
    rotation: { first: 0, rounds: 0 },
    roundMs: 10_000,
    random: alwaysLast,
  });
  return Array.from(interested.connection.subarray(0, interested.count)).filter(
    (_, i) => interested.decision[i] !== CHOKE,
  );
}
