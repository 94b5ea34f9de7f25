import type { Random } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { CHOKERS, SEED_CHOKERS } from './chokers.ts';
import { CHOKE, InterestedPeers, type Choker, UNCHOKE, UNCHOKE_OPTIMISTICALLY } from './choker.ts';

const takesTheLast: Random = { below: (bound) => bound - 1, unit: () => 0 };

/**
 * A candidate is written `connection:received`, with a `!` where it is unchoked by chance now.
 * Chance takes the last.
 */
describe('tit for tat', () => {
  test.each([
    { rule: 'the fastest are unchoked',               of: '1:10 2:30 3:20',  regular: 2, optimistic: 0, unchoked: [2, 3] },
    { rule: 'of equals, the first connections',       of: '1:10 2:10 3:10',  regular: 2, optimistic: 0, unchoked: [1, 2] },
    { rule: 'chance unchokes some of the rest',       of: '1:30 2:20 3:10 4:10', regular: 1, optimistic: 2, unchoked: [1, 3, 4] },
    { rule: 'slots that nobody wants stay empty',     of: '1:10',            regular: 4, optimistic: 1, unchoked: [1] },
    { rule: 'nobody is unchoked where nobody wants',  of: '',                regular: 4, optimistic: 1, unchoked: [] },
    { rule: 'who was unchoked by chance keeps its turn', of: '1:30 2:0! 3:0', regular: 1, optimistic: 1, keep: true, unchoked: [1, 2] },
    { rule: 'unless its turn is over',                of: '1:30 2:0! 3:0',   regular: 1, optimistic: 1, unchoked: [1, 3] },
    { rule: 'who has become regular leaves its turn to another', of: '1:30! 2:0 3:0', regular: 1, optimistic: 1, keep: true, unchoked: [1, 3] },
  ])('$rule', ({ of, regular, optimistic, keep = false, unchoked }) => {
    expect(decide(CHOKERS['tit-for-tat'], received(of), { regular, optimistic }, keep)).toEqual(unchoked);
  });
});

test('the random strategy gives all slots by chance, whatever the rates', () => {
  const candidates = received('1:90 2:10 3:10');
  expect(decide(CHOKERS.random, candidates, { regular: 1, optimistic: 1 }, true)).toEqual([2, 3]);
});

test('a seed may serve those to whom it uploads the fastest', () => {
  const candidates = received('1:0 2:0 3:0');
  candidates.sent.set([5, 9, 7]);
  const slots = { regular: 2, optimistic: 0 };
  expect(decide(SEED_CHOKERS['fastest-upload'], candidates, slots, false)).toEqual([2, 3]);
});

describe('a seed that serves in turn', () => {
  const slots = { regular: 1, optimistic: 0 };

  test.each([
    { rule: 'lets a turn last 20 pieces',     served: 19, sinceMs: 90_000, unchoked: [1] },
    { rule: 'lets a turn last a minute',      served: 50, sinceMs: 59_000, unchoked: [1] },
    { rule: 'then turns to who waits longest', served: 20, sinceMs: 60_000, unchoked: [3] },
  ])('$rule', ({ served, sinceMs, unchoked }) => {
    const candidates = received('1:0 2:0 3:0');
    const nowMs = 100_000;
    candidates.chokeState[0] = UNCHOKE;
    candidates.piecesServed[0] = served;
    candidates.chokeChangedAtMs.set([nowMs - sinceMs, nowMs - 10_000, nowMs - 20_000]);
    expect(decide(SEED_CHOKERS['round-robin'], candidates, slots, false, nowMs)).toEqual(unchoked);
  });
});

function received(text: string): InterestedPeers {
  const candidates = new InterestedPeers();
  for (const [, connection, rate, mark] of text.matchAll(/(\d+):(\d+)(!?)/g)) {
    const place = candidates.count++;
    candidates.connection[place] = Number(connection);
    candidates.received[place] = Number(rate);
    candidates.chokeState[place] = mark === '!' ? UNCHOKE_OPTIMISTICALLY : CHOKE;
  }
  return candidates;
}

function decide(
  strategy: Choker,
  candidates: InterestedPeers,
  slots: { readonly regular: number; readonly optimistic: number },
  keepOptimistics: boolean,
  nowMs = 0,
): number[] {
  const round = { nowMs, slots, keepOptimistics, unstableSort: false, random: takesTheLast };
  strategy(candidates, round);
  return Array.from(candidates.connection.subarray(0, candidates.count)).filter(
    (_, i) => candidates.decision[i] !== CHOKE,
  );
}
