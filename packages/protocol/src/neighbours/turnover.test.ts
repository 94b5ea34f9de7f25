/** Which connections are closed for others: the rules of docs/protocol.md, section Trackers. */

import { describe, expect, test } from 'vitest';

import { Turnover, type TurnoverPeer } from './turnover.ts';

const NOW_MS = 300_000;

/** A peer of which nothing speaks for closing it, or against it. */
function peer(name: string, differences: Partial<TurnoverPeer> = {}) {
  return {
    name,
    isKept: false,
    isInteresting: true,
    isSeed: false,
    receivedBytes: 30_100_000,
    connectedAtMs: 0,
    isChokingUs: false,
    lastReceivedMs: NOW_MS,
    ...differences,
  };
}

const peers = (count: number): TurnoverPeer[] =>
  Array.from({ length: count }, (_, i) => peer(`${i}`));

describe('a turnover', () => {
  test('is due every 5 minutes', () => {
    const turnover = new Turnover(100, 0);
    expect(turnover.isDue(NOW_MS - 1)).toBe(false);
    expect(turnover.isDue(NOW_MS)).toBe(true);
    turnover.choose([], 0, NOW_MS);
    expect([turnover.isDue(2 * NOW_MS - 1), turnover.isDue(2 * NOW_MS)]).toEqual([false, true]);
  });

  test.each([
    { rule: 'closes 4 % of the connections', max: 200, open: 200, candidates: 50, closes: 8 },
    { rule: 'closes one of few', max: 20, open: 20, candidates: 50, closes: 1 },
    { rule: 'closes none below 90 %', max: 200, open: 179, candidates: 50, closes: 0 },
    { rule: 'begins at 90 %', max: 200, open: 180, candidates: 50, closes: 7 },
    { rule: 'closes no more than can be replaced', max: 200, open: 200, candidates: 3, closes: 3 },
    { rule: 'does nothing with 5 or less', max: 5, open: 5, candidates: 50, closes: 0 },
  ])('$rule', ({ max, open, candidates, closes }) => {
    expect(new Turnover(max, 0).choose(peers(open), candidates, NOW_MS)).toHaveLength(closes);
  });

  test.each<{ rule: string; worse: Partial<TurnoverPeer>; better: Partial<TurnoverPeer> }>([
    {
      rule: 'one that we are not interested in, even a seed',
      worse: { isInteresting: false, isSeed: true },
      better: { receivedBytes: 0 },
    },
    { rule: 'one that is no seed', worse: {}, better: { isSeed: true, receivedBytes: 0 } },
    {
      rule: 'one that sends at a lower rate, though more',
      worse: { receivedBytes: 20_000_000 },
      better: { receivedBytes: 10_000_000, connectedAtMs: NOW_MS - 1_000 },
    },
    {
      rule: 'one that chokes us',
      worse: { isChokingUs: true },
      better: { lastReceivedMs: 0 },
    },
    { rule: 'one that has sent nothing for longer', worse: { lastReceivedMs: 5 }, better: {} },
    { rule: 'not one that is kept', worse: {}, better: { isKept: true, isInteresting: false } },
  ])('closes first $rule', ({ worse, better }) => {
    for (const order of [1, -1]) {
      const both = [peer('worse', worse), peer('better', better)];
      if (order < 0) both.reverse();
      const [chosen] = new Turnover(2 + 4, 0).choose(
        [...both, ...['a', 'b', 'c', 'd'].map((name) => peer(name, { isKept: true }))],
        9,
        NOW_MS,
      );
      expect(chosen!.name).toBe('worse');
    }
  });
});
