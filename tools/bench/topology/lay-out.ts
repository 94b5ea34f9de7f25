/**
 * Reads a configuration with the relationships that it names, and finds the routes between all AS
 * that host peers, in a process of its own: `bench topology` measures its time and memory.
 */

import { checkedSwarm, readConfig } from '@cachetorrent/runner';
import { windowOf } from '@cachetorrent/simulator';

import type { LaidOutNetwork } from './measure.ts';

const [config = ''] = process.argv.slice(2);
const startMs = performance.now();
const { swarm } = checkedSwarm(await readConfig(config), {});
const readMs = performance.now() - startMs;
const window = windowOf(swarm, 1);
const routedMs = performance.now() - startMs - readMs;
const result: LaidOutNetwork = { readMs, routedMs, window };
process.stdout.write(JSON.stringify(result));
