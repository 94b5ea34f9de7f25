/** The rules of election by name. */

import type { ElectionPolicy } from '../policy.ts';
import { CAPACITY } from './capacity.ts';
import { RANDOM } from './random.ts';
import { STABILITY } from './stability.ts';
import { UPTIME } from './uptime.ts';

/** The name of a rule of election. */
export type ElectionPolicyName = 'capacity' | 'uptime' | 'stability' | 'random';

/** The rules of election by name. */
export const ELECTION_POLICIES: Readonly<Record<ElectionPolicyName, ElectionPolicy>> = {
  capacity: CAPACITY,
  uptime: UPTIME,
  stability: STABILITY,
  random: RANDOM,
};
