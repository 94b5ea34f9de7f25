/** Runs that cannot succeed end soon, and say why. */

import { simulate, SwarmStalled } from '@cachetorrent/simulator';
import { describe, expect, test } from 'vitest';

import { smallSwarm } from './swarms.ts';

describe('a swarm that cannot finish stalls', () => {
  test('if no peer has neighbours outside its AS', async () => {
    const disconnected = smallSwarm({ changes: { externalPercent: 0 } });
    const stopped = simulate(disconnected, { seed: 1, workers: 2 });
    await expect(stopped).rejects.toThrow(SwarmStalled);
    await expect(stopped).rejects.toThrow(
      /\d+ of 40 peers lack pieces .* some peers that lack it have no such neighbour.*\(seed 1\)/,
    );
  });

  test('if only some of the seeds can be reached, and they have no upload capacity', async () => {
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
    await expect(simulate(silent, { seed: 1, workers: 1 })).rejects.toThrow(SwarmStalled);
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
