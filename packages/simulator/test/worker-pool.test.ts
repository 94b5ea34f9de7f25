/** Runs whose threads have run other swarms before. */

import { expect, test } from 'vitest';

import { swarm } from '../src/configuration/index.ts';
import { simulateHere } from '../src/simulate-here.ts';
import { simulate, WorkerPool } from '../src/index.ts';

const FILE = { pieces: 20, pieceSize: '64 KiB' } as const;
const RATES = { upload: '4 Mbit/s', download: '20 Mbit/s' } as const;

/** They differ in the number of AS, in the rules, and in whether peers come and go. */
const SWARMS = {
  plain: swarm({ ...RATES, file: FILE, peers: 40, network: { as: 4 } }),
  original: swarm({
    ...RATES,
    file: FILE,
    peers: 30,
    network: { as: 6 },
    client: { rules: 'original' },
  }),
  leaders: swarm({ ...RATES, file: FILE, peers: 40, network: { as: 4 }, cache: { leaders: 20 } }),
  living: swarm({
    file: FILE,
    until: '20 min',
    seeds: { count: 2, upload: '20 Mbit/s' },
    network: { as: 3 },
    classes: [{ ...RATES, name: 'peer', arrivals: { rate: '60/h' } }],
  }),
};

test('a run on threads that have run another swarm gives the same result', {
  timeout: 60_000,
}, async () => {
  const pool = new WorkerPool();
  for (const [name, of] of Object.entries({ ...SWARMS, again: SWARMS.plain })) {
    for (const seed of [1, 2]) {
      const { result } = await simulate(of, { seed, workers: 2, pool });
      const alone = simulateHere(of, { seed }).result;
      expect(result.resultHash, `${name}, seed ${seed}`).toBe(alone.resultHash);
      expect(pool.idle).toBe(2);
    }
  }
  await pool.close();
});
