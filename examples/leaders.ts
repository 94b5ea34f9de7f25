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
  console.log(leaders, result.redundancy, result.completion.p50Ms);
}
