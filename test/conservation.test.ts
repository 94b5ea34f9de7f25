/** What no swarm may do, whatever its rules: lose bits, make them up, or break its own borders. */

import { describe, expect, test } from 'vitest';

import { observe, type Observed } from './observed.ts';
import { smallSwarm, VARIANTS } from './swarms.ts';

const CASES = VARIANTS.flatMap(({ variant, but }) =>
  (['client', 'original'] as const).map((rules) => ({ variant, rules, but })),
);
const SEED = 7;

describe.each(CASES)('$variant by the rules of the $rules', ({ rules, but }) => {
  const run = observe(smallSwarm({ rules, but }), SEED);
  const { swarm, result, reports } = run;

  test('everybody has the whole file in the end, the seeds first', () => {
    expect([...result.peers.completedAtMs].every(Number.isFinite)).toBe(true);
    expect(result.completion.count).toBe(swarm.minPeers - swarm.seeds);
    expect(result.peers.role.indexOf('seed')).toBe(0);
    expect(Math.min(...result.peers.completedAtMs)).toBe(result.peers.completedAtMs[0]);
  });

  test('what was sent has been received, or is under way', () => {
    const pairs = reports.flatMap((_, from) => reports.map((__, to) => ({ from, to })));
    let underWayBits = 0;
    for (const { from, to } of pairs) {
      const sentBits = reports[from]!.bitsTo[to]!;
      const receivedBits = reports[to]!.bitsFrom[from]!;
      expect(receivedBits % swarm.pieceBits).toBe(0);
      expect(receivedBits).toBeLessThanOrEqual(sentBits);
      underWayBits += sentBits - receivedBits;
    }
    // The run ends with its last completion; what is still on its way then comes for nothing.
    const allBits = sum(reports.flatMap(({ bitsTo }) => [...bitsTo]));
    expect(underWayBits).toBeLessThan(0.02 * allBits);
  });

  test('every bit is counted once: as a message, by its AS, and as a piece', () => {
    const sentBits = sum(reports.flatMap(({ bitsTo }) => [...bitsTo]));
    expect(sentBits).toBe(result.messages['piece']! * swarm.pieceBits);
    reports.forEach(({ bitsFrom, imports }, system) => {
      const fromOutsideBits = sum(bitsFrom) - bitsFrom[system]!;
      expect(fromOutsideBits).toBe(sum(imports) * swarm.pieceBits);
    });
    expect(run.arrivalsMs.length * swarm.pieceBits).toBe(sum(result.trafficBits));
  });

  test('nobody gets a piece for nothing', () => {
    const leechers = swarm.minPeers - swarm.seeds;
    expect(run.arrivalsMs.length).toBeGreaterThanOrEqual(leechers * swarm.pieces);
    for (const [system, { imports }] of reports.entries()) {
      if (system === result.peers.as[0]) continue;
      expect(Math.min(...imports), `AS ${system} had to import every piece`).toBeGreaterThan(0);
    }
  });

  // The original's habits waste more (docs/protocol.md, Habits); how much, docs/model.md says.
  test.runIf(rules === 'client')('hardly a piece arrives twice: only where a choke and a request cross', () => {
    expect(duplicatesOf(run)).toBeLessThan(0.02 * run.arrivalsMs.length);
  });

  test.skipIf(swarm.leaderPercent === undefined)('no follower is fed from outside: an AS imports a piece once for each leader', () => {
    const leaders = leadersByPart(run);
    let beyondLeaders = 0;
    reports.forEach(({ imports }, system) => {
      imports.forEach((count, piece) => {
        const part = Math.min(swarm.subTorrents - 1, Math.floor(piece / Math.floor(swarm.pieces / swarm.subTorrents)));
        beyondLeaders += Math.max(0, count - leaders[part]![system]!);
      });
    });
    // What goes beyond is what a leader got twice.
    expect(beyondLeaders).toBeLessThanOrEqual(duplicatesOf(run));
    if (rules === 'client') expect(result.redundancy).toBeLessThanOrEqual(Math.max(...leaders.flat()));
    expect(result.redundancy).toBeGreaterThanOrEqual(1);
  });
});

/** Arrivals of pieces that the peer had already. */
function duplicatesOf({ swarm, arrivalsMs }: Observed): number {
  // Everybody is complete: each leecher has stored each piece once.
  return arrivalsMs.length - (swarm.minPeers - swarm.seeds) * swarm.pieces;
}

/**
 * How many leaders each AS has in each part, by the rule (docs/protocol.md, Election): the share
 * of the candidates that remain, at least one; where nobody remains, all.
 */
function leadersByPart({ swarm, result }: Observed): number[][] {
  const remaining = new Array<number>(result.asCount).fill(0);
  for (const system of result.peers.as) remaining[system]!++;
  const all = [...remaining];
  return Array.from({ length: swarm.subTorrents }, () =>
    remaining.map((candidates, system) => {
      if (candidates === 0) return all[system]!;
      const elected = Math.max(1, Math.floor((candidates * swarm.leaderPercent!) / 100));
      remaining[system] = candidates - elected;
      return elected;
    }),
  );
}

function sum(values: ArrayLike<number>): number {
  return Array.from(values).reduce((a, b) => a + b, 0);
}
