/**
 * Invariants of every swarm, by any rules: bits are neither lost nor invented, and followers
 * download within their AS only.
 */

import { describe, expect, test } from 'vitest';

import { observe, type ObservedRun } from './observed.ts';
import { smallSwarm, VARIANTS } from './swarms.ts';

const CASES = VARIANTS.flatMap(({ variant, changes }) =>
  (['client', 'original'] as const).map((rules) => ({ variant, rules, changes })),
);
const SEED = 7;

describe.each(CASES)('$variant by the rules of the $rules', ({ rules, changes }) => {
  const run = observe(smallSwarm({ rules, changes }), SEED);
  const { swarm, result, reports } = run;

  test('all peers have the whole file in the end, the seeds first', () => {
    expect([...result.peers.completedAtMs].every(Number.isFinite)).toBe(true);
    expect(result.completion.count).toBe(swarm.minPeers - swarm.seeds);
    expect(result.peers.role.indexOf('seed')).toBe(0);
    expect(Math.min(...result.peers.completedAtMs)).toBe(result.peers.completedAtMs[0]);
  });

  test('all that was sent has been received, or is in flight', () => {
    const pairs = reports.flatMap((_, from) => reports.map((__, to) => ({ from, to })));
    let inFlightBits = 0;
    for (const { from, to } of pairs) {
      const sentBits = reports[from]!.bitsTo[to]!;
      const receivedBits = reports[to]!.bitsFrom[from]!;
      expect(receivedBits % swarm.pieceBits).toBe(0);
      expect(receivedBits).toBeLessThanOrEqual(sentBits);
      inFlightBits += sentBits - receivedBits;
    }
    // The run ends with the last completion; pieces that are in flight then do not count.
    const allBits = sum(reports.flatMap(({ bitsTo }) => [...bitsTo]));
    expect(inFlightBits).toBeLessThan(0.02 * allBits);
  });

  test('messages, AS and pieces account for the same bits', () => {
    const sentBits = sum(reports.flatMap(({ bitsTo }) => [...bitsTo]));
    expect(sentBits).toBe(result.messages['piece']! * swarm.pieceBits);
    reports.forEach(({ bitsFrom, imports }, asId) => {
      const externalBits = sum(bitsFrom) - bitsFrom[asId]!;
      expect(externalBits).toBe(sum(imports) * swarm.pieceBits);
    });
    expect(run.arrivalsMs.length * swarm.pieceBits).toBe(sum(result.trafficBits));
  });

  test('every peer receives every piece', () => {
    const leechers = swarm.minPeers - swarm.seeds;
    expect(run.arrivalsMs.length).toBeGreaterThanOrEqual(leechers * swarm.pieces);
    for (const [asId, { imports }] of reports.entries()) {
      if (asId === result.peers.as[0]) continue;
      expect(Math.min(...imports), `AS ${asId} had to import every piece`).toBeGreaterThan(0);
    }
  });

  // With the original's quirks more pieces arrive twice (docs/protocol.md and docs/validation.md).
  test.runIf(rules === 'client')(
    'few pieces arrive twice: only if a choke and a request cross',
    () => {
      expect(duplicatesOf(run)).toBeLessThan(0.02 * run.arrivalsMs.length);
    },
  );

  test.skipIf(swarm.leaderPercent === undefined)(
    'no follower downloads from outside: an AS imports a piece at most once per leader',
    () => {
      const leaders = leadersBySubTorrent(run);
      let excess = 0;
      reports.forEach(({ imports }, asId) => {
        imports.forEach((count, piece) => {
          const piecesEach = Math.floor(swarm.pieces / swarm.subTorrents);
          const subTorrent = Math.min(swarm.subTorrents - 1, Math.floor(piece / piecesEach));
          excess += Math.max(0, count - leaders[subTorrent]![asId]!);
        });
      });
      // The excess are pieces that a leader received twice.
      expect(excess).toBeLessThanOrEqual(duplicatesOf(run));
      if (rules === 'client')
        expect(result.redundancy).toBeLessThanOrEqual(Math.max(...leaders.flat()));
      expect(result.redundancy).toBeGreaterThanOrEqual(1);
    },
  );
});

/** The number of arrivals of pieces that the peer already had. */
function duplicatesOf({ swarm, arrivalsMs }: ObservedRun): number {
  // All peers are complete, so each leecher has stored each piece once.
  return arrivalsMs.length - (swarm.minPeers - swarm.seeds) * swarm.pieces;
}

/**
 * The number of leaders of each AS in each sub-torrent, by the rule (docs/protocol.md, Election):
 * the share of the remaining candidates, at least one; if no candidate remains, all peers.
 */
function leadersBySubTorrent({ swarm, result }: ObservedRun): number[][] {
  const remaining = new Array<number>(result.asCount).fill(0);
  for (const asId of result.peers.as) remaining[asId]!++;
  const all = [...remaining];
  return Array.from({ length: swarm.subTorrents }, () =>
    remaining.map((candidates, asId) => {
      if (candidates === 0) return all[asId]!;
      const elected = Math.max(1, Math.floor((candidates * swarm.leaderPercent!) / 100));
      remaining[asId] = candidates - elected;
      return elected;
    }),
  );
}

function sum(values: ArrayLike<number>): number {
  return Array.from(values).reduce((a, b) => a + b, 0);
}
