/** The strategies by name, for leechers and for seeds. */

import { fastestUpload } from './fastest-upload.ts';
import { atRandom } from './random.ts';
import { roundRobin } from './round-robin.ts';
import type { Choker } from './choker.ts';
import { titForTat } from './tit-for-tat.ts';

/** How a leecher chooses whom to upload to. */
export type ChokerName = 'tit-for-tat' | 'random';

/** How a seed chooses whom to upload to. */
export type SeedChokerName = 'tit-for-tat' | 'random' | 'fastest-upload' | 'round-robin';

/** The strategies of leechers, by name. */
export const CHOKERS: Readonly<Record<ChokerName, Choker>> = {
  'tit-for-tat': titForTat,
  random: atRandom,
};

/** The strategies of seeds, by name. */
export const SEED_CHOKERS: Readonly<Record<SeedChokerName, Choker>> = {
  /** By the strategy of leechers, as in the original: all rates are zero then. */
  'tit-for-tat': titForTat,
  random: atRandom,
  'fastest-upload': fastestUpload,
  'round-robin': roundRobin,
};
