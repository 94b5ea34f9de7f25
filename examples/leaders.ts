/**
 * Simulates the swarm of a configuration file with several percentages of leaders, and prints the
 * redundancy and the median completion time of each.
 *
 *     npm run --silent example examples/leaders.ts
 */

import { fileURLToPath } from 'node:url';
import { checkedSwarm, readConfig } from '@cachetorrent/runner';
import { simulate } from '@cachetorrent/simulator';

const file = await readConfig(fileURLToPath(new URL('configs/small.json', import.meta.url)));
for (const leaders of [10, 30, 50]) {
  const { swarm } = checkedSwarm(file, { leaders });
  const { result } = await simulate(swarm, { seed: 1 });
  const redundancy = result.redundancy.toFixed(2);
  const seconds = ((result.completion.p50Ms ?? Number.NaN) / 1000).toFixed(1);
  console.log(`${leaders} % leaders: redundancy ${redundancy}, 50th percentile ${seconds} s`);
}
