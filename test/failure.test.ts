/** Runs that cannot succeed end soon, and say why. */

import { simulate, simulateHere, SwarmError } from '@cachetorrent/simulator';
import { describe, expect, test } from 'vitest';

import { smallSwarm } from './swarms.ts';

describe('a swarm that cannot finish', () => {
  test('is refused if that is certain: no peer has neighbours outside its AS', async () => {
    const disconnected = smallSwarm({ changes: { externalPercent: 0 } });
    const refused = simulate(disconnected, { seed: 1, workers: 2 });
    await expect(refused).rejects.toThrow(SwarmError);
    expect(() => simulateHere(disconnected, { seed: 1 })).toThrow(/peers can never complete/);
  });

  test('stalls if a peer happens to have no neighbour that gets the file', async () => {
    const changes = { neighbours: 1, minPeers: 20, arrivalGapMs: 500 };
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, seed) =>
        simulate(smallSwarm({ changes }), { seed, workers: 2 }).then(
          () => 'completed',
          (error: Error) => error.message,
        ),
      ),
    );
    const stalled = outcomes.find((outcome) => outcome !== 'completed');
    expect(stalled).toMatch(
      /\d+ of 40 peers lack pieces .* have no neighbour that can upload .*\(seed \d\)/,
    );
  });

  test('is refused if most peers can reach only seeds without upload capacity', async () => {
    const silent = smallSwarm({
      changes: {
        seeds: 2,
        externalPercent: 0,
        classes: [
          { name: 'silent seed', count: 1, uploadKbps: 0, downloadKbps: 0 },
          { name: 'seed', count: 1, uploadKbps: 2_000, downloadKbps: 0 },
          { name: 'silent', count: 38, uploadKbps: 0, downloadKbps: 6_000 },
        ],
      },
    });
    await expect(simulate(silent, { seed: 1, workers: 1 })).rejects.toThrow(SwarmError);
  });

  test('but not if it is only slow', async () => {
    const slow = smallSwarm({
      peers: 3,
      asCount: 2,
      pieces: 2,
      changes: { classes: [{ name: 'peer', count: 3, uploadKbps: 0.5, downloadKbps: 0.5 }] },
    });
    const { result } = await simulate(slow, { seed: 1, workers: 1 });
    expect(result.durationMs).toBeGreaterThan(4e6);
  });
});

test('a signal stops a run within a second; the error has its reason', async () => {
  const stop = new AbortController();
  const long = smallSwarm({ pieces: 100_000 });
  const run = simulate(long, { seed: 1, workers: 2, signal: stop.signal });
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const before = performance.now();
  const reason = new Error('enough');
  stop.abort(reason);
  await expect(run).rejects.toBe(reason);
  expect(performance.now() - before).toBeLessThan(1_000);
});
