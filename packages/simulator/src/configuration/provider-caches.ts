/**
 * From the entries of `cache.providerCaches` to classes of a swarm: fills in what was left out, and
 * turns each entry into a class of caches.
 */

import type { CachePlace, PeerClass } from '../swarm/plan/swarm.ts';
import type { AsIndexOf, AsName } from './as-names.ts';
import { refuse } from './configuration-error.ts';
import type { Path } from './problems.ts';
import type { ProviderCacheConfig } from './provider-cache-schema.ts';
import { quantity } from './quantities.ts';

/** The name of the classes of caches, by which results are broken down. */
export const CACHE_CLASS = 'cache';

const DEFAULT_KBPS = 100_000;

/** An entry of `cache.providerCaches` in which every field is written out, as plain numbers. */
export interface CompleteProviderCache {
  /** Either this or `region` is there. */
  readonly as?: 'all' | readonly AsName[];
  readonly region?: readonly AsName[];
  readonly role: 'leader' | 'peer';
  readonly upload: number;
  readonly download: number;
  /** Absent if it unchokes all. */
  readonly slots?: number;
}

/** Fills in an entry, which is at `path`. */
export function completeProviderCache(
  { as, region, role = 'leader', upload, download, slots }: ProviderCacheConfig,
  path: Path,
): CompleteProviderCache {
  if (as !== undefined && region !== undefined) {
    refuse([...path, 'region'], 'cannot be combined with "as"', 'write an entry for each');
  }
  if (as === undefined && region === undefined) {
    refuse(path, 'does not say where the caches are', 'add "as": "all", for instance');
  }
  return {
    ...(as === undefined ? {} : { as: as === 'all' || isList(as) ? as : [as] }),
    ...(region === undefined ? {} : { region }),
    role,
    upload: upload === undefined ? DEFAULT_KBPS : quantity('rate', upload),
    download: download === undefined ? DEFAULT_KBPS : quantity('rate', download),
    ...(slots === undefined ? {} : { slots }),
  };
}

/** The class of caches that an entry describes. */
export function cacheClassOf(entry: CompleteProviderCache, indexOf: AsIndexOf): PeerClass {
  const { role, upload, download, slots } = entry;
  return {
    name: CACHE_CLASS,
    uploadKbps: upload,
    downloadKbps: download,
    caches: {
      places: placesOf(entry, indexOf),
      leads: role === 'leader',
      ...(slots === undefined ? {} : { uploadSlots: slots }),
    },
  };
}

function placesOf(
  { as, region = [] }: CompleteProviderCache,
  indexOf: AsIndexOf,
): 'all' | readonly CachePlace[] {
  if (as === 'all') return as;
  if (as !== undefined) return as.map(indexOf).map((each) => ({ as: each, serves: [each] }));
  const serves = region.map(indexOf);
  return serves.length === 0 ? [] : [{ as: serves[0]!, serves }];
}

function isList(as: AsName | readonly AsName[]): as is readonly AsName[] {
  return Array.isArray(as);
}
