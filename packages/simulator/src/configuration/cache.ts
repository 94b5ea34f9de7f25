/** The section `cache` of a configuration: CacheTorrent's leaders, and how they are elected. */

import type { Swarm } from '../swarm/plan/swarm.ts';
import type { AsIndexOf } from './as-names.ts';
import { type ParentsConfig, parentsOfSwarm } from './parents.ts';
import { completeProviderCache, type CompleteProviderCache } from './provider-caches.ts';
import { quantity } from './quantities.ts';
import type { CacheConfig } from './schema.ts';

/** The section `cache` with every field written out. */
export interface CompleteCacheConfig {
  /** Absent for plain BitTorrent. */
  readonly leaders?: number;
  readonly policy: NonNullable<CacheConfig['policy']>;
  readonly minLeaders: number;
  /** Absent if there is no limit. */
  readonly maxLeaders?: number;
  readonly subTorrents: number;
  readonly requestPriority: Swarm['requestPriority'];
  /** Absent if it is the same percentage in all AS. */
  readonly leaderShare?: 'price';
  /** Absent if no AS has a parent. */
  readonly parents?: ParentsConfig;
  /** Absent if providers run no caches. */
  readonly providerCaches?: readonly CompleteProviderCache[];
}

/** Fills in what was left out. */
export function cacheOf(cache: CacheConfig): CompleteCacheConfig {
  const { leaders, maxLeaders, leaderShare, parents, providerCaches = [] } = cache;
  return {
    ...(leaders === undefined ? {} : { leaders: quantity('percent', leaders) }),
    policy: cache.policy ?? 'capacity',
    minLeaders: cache.minLeaders ?? 1,
    ...(maxLeaders === undefined ? {} : { maxLeaders }),
    subTorrents: cache.subTorrents ?? 1,
    requestPriority: cache.requestPriority ?? 'within-rarity',
    ...(leaderShare === 'price' ? { leaderShare } : {}),
    ...(parents === undefined ? {} : { parents }),
    ...(providerCaches.length === 0
      ? {}
      : {
          providerCaches: providerCaches.map((entry, i) =>
            completeProviderCache(entry, ['cache', 'providerCaches', i]),
          ),
        }),
  };
}

/**
 * The fields of a swarm that the section describes. What is the default is absent, and so is what
 * has no effect without leaders: swarms that are alike are equal, and so are their runs' keys.
 */
export function leadersOfSwarm(
  cache: CompleteCacheConfig,
  indexOf: AsIndexOf,
): Pick<
  Swarm,
  | 'leaderPercent'
  | 'leadersMin'
  | 'leadersMax'
  | 'electionPolicy'
  | 'leaderShare'
  | 'parents'
  | 'subTorrents'
  | 'requestPriority'
> {
  const { leaders, policy, minLeaders, maxLeaders, subTorrents, requestPriority } = cache;
  const { leaderShare, parents } = cache;
  const always = {
    subTorrents,
    requestPriority,
    ...(parents === undefined ? {} : { parents: parentsOfSwarm(parents, indexOf) }),
    ...(leaderShare === undefined ? {} : { leaderShare }),
  };
  if (leaders === undefined) return always;
  return {
    ...always,
    leaderPercent: leaders,
    ...(minLeaders === 1 ? {} : { leadersMin: minLeaders }),
    ...(maxLeaders === undefined ? {} : { leadersMax: maxLeaders }),
    ...(policy === 'capacity' ? {} : { electionPolicy: policy }),
  };
}
