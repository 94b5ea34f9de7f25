/** The strategies by name, for leechers and for seeds. */

import { fastestUpload } from './fastest-upload.ts';
import { atRandom } from './random.ts';
import { roundRobin } from './round-robin.ts';
import type { Strategy } from './strategy.ts';
import { titForTat } from './tit-for-tat.ts';

export const CHOKERS = {
  'tit-for-tat': titForTat,
  random: atRandom,
} as const satisfies Record<string, Strategy>;

export const SEED_CHOKERS = {
  /** By the strategy of leechers, as in the original: all rates are zero then. */
  'tit-for-tat': titForTat,
  random: atRandom,
  'fastest-upload': fastestUpload,
  'round-robin': roundRobin,
} as const satisfies Record<string, Strategy>;

export type ChokerName = keyof typeof CHOKERS;
export type SeedChokerName = keyof typeof SEED_CHOKERS;
