/** How a run ends that cannot end well: soon, and saying why. */

import { simulate, SwarmStalled } from '@cachetorrent/simulator';
import { describe, expect, test } from 'vitest';

import { smallSwarm } from './swarms.ts';

describe('a swarm that cannot finish comes to a stop', () => {
  test('where AS are islands: nobody knows anybody outside', async () => {
    const islands = smallSwarm({ but: { externalPercent: 0 } });
    const stopped = simulate(islands, { seed: 1, workers: 2 });
    await expect(stopped).rejects.toThrow(SwarmStalled);
    await expect(stopped).rejects.toThrow(/\d+ of 40 peers lack pieces .* some peers that lack it have no such neighbour.*\(seed 1\)/);
  });

  test('where only some of the seeds can be reached, and the others have no upload', async () => {
    const mute = smallSwarm({ but: {
      seeds: 2,
      externalPercent: 0,
      capacities: [
        { count: 2, uploadKbps: 0, downloadKbps: 0 },
        { count: 1, uploadKbps: 2_000, downloadKbps: 0 },
        { count: 38, uploadKbps: 0, downloadKbps: 6_000 },
      ],
    } });
    await expect(simulate(mute, { seed: 1, workers: 1 })).rejects.toThrow(SwarmStalled);
  });

  test('not where all there is to do takes long', async () => {
    const slow = smallSwarm({ peers: 3, systems: 2, pieces: 2, but: { capacities: [
      { count: 4, uploadKbps: 0.5, downloadKbps: 0.5 },
    ] } });
    const { result } = await simulate(slow, { seed: 1, workers: 1 });
    expect(result.durationMs).toBeGreaterThan(4e6);
  });
});

test('a signal stops a run within a second, with its reason', async () => {
  const stop = new AbortController();
  const long = smallSwarm({ pieces: 100_000 });
  const run = simulate(long, { seed: 1, workers: 2, signal: stop.signal });
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const before = performance.now();
  stop.abort(new Error('enough'));
  await expect(run).rejects.toMatchObject({ name: 'RunAborted', cause: { message: 'enough' } });
  expect(performance.now() - before).toBeLessThan(1_000);
});
