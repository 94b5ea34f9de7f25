/**
 * Tells one simulator from another by what they make of a few small swarms: kept runs count for
 * as long as this stays the same. A change that is only about speed leaves it as it is; one that
 * changes results changes it, whether or not anybody thought of raising a version.
 */

import { createHash } from 'node:crypto';

import { checkedSwarm, type Overrides, readConfig } from '@cachetorrent/runner';
import { simulate } from '@cachetorrent/simulator';

import { configFile } from './configs.ts';

/** Between them they use every part of the protocol, by both sets of rules. */
const PROBES: readonly Overrides[] = [
  {},
  { leaders: 30 },
  { bias: 60, leaders: 30 },
  { leaders: 30, multi: 3 },
];
const PROBE_PIECES = 60;
const PROBE_SEED = 1;

/** 12 hexadecimal digits. Takes a second or two. */
export async function fingerprint(): Promise<string> {
  const small = await readConfig(configFile('small'));
  const hash = createHash('sha256');
  for (const rules of ['client', 'original'] as const) {
    for (const probe of PROBES) {
      const { swarm } = checkedSwarm(small, { ...probe, rules, pieces: PROBE_PIECES });
      const { result } = await simulate(swarm, { seed: PROBE_SEED, workers: 1 });
      hash.update(result.resultHash);
    }
  }
  return hash.digest('hex').slice(0, 12);
}
