/**
 * Places the caches of providers. They follow the seeds in order of arrival; all other peers are
 * where they would be without caches, and arrive at the same times, so that runs with and without
 * caches compare.
 *
 *     id without caches   0 1 2 3 4          the tracker, a seed, leechers
 *     id                  0 1 · · 2 3 4      2 and 3 are caches; each other one moves up by two
 *
 * A cache is left out if nobody lives in the AS that it serves, with this seed of the run.
 */

import type { AsId, PeerId } from '@cachetorrent/protocol';
import type { ProviderCacheEntry } from '@cachetorrent/tracker';
import { seededRandom } from '@cachetorrent/std';

import type { Placement } from '../../network/placement.ts';
import { sharedFloat64, sharedInt32, sharedUint16 } from '../../network/shared-arrays.ts';
import type { TracedPeer } from './dynamics.ts';
import type { PlannedPeers } from './planned-peers.ts';
import { type CachePlace, hasCaches, type Swarm } from './swarm.ts';

/** A cache that takes part in a run. */
export interface PlannedCache {
  readonly id: PeerId;
  /** Its class: an index into `Swarm.classes`. */
  readonly classIndex: number;
  readonly place: CachePlace;
}

/** The caches of a run, and what they do to its AS. */
export interface CacheTable {
  readonly entries: readonly ProviderCacheEntry[];
  /** The region of each AS, or -1: AS of one count as one for roles. Absent without regions. */
  readonly regionOfAs?: Int32Array;
}

/** The caches that serve somebody; `asOfNode` has the AS of each node by id, the tracker first. */
export function plannedCaches(
  { classes, seeds }: Swarm,
  asOfNode: ArrayLike<number>,
): readonly PlannedCache[] {
  const inhabited = new Set(Array.from(asOfNode).slice(1));
  const everywhere = [...inhabited]
    .sort((a, b) => a - b)
    .map((as): CachePlace => ({ as, serves: [as] }));
  const places = classes.flatMap(({ caches }, classIndex) => {
    if (caches === undefined) return [];
    const places = caches.places === 'all' ? everywhere : caches.places;
    return places.map((place) => ({ classIndex, place }));
  });
  return places
    .filter(({ place }) => place.serves.some((as) => inhabited.has(as)))
    .map((each, index) => ({ ...each, id: (1 + seeds + index) as PeerId }));
}

/** The peers with the caches among them. */
export function withCaches(
  peers: PlannedPeers,
  seeds: number,
  caches: readonly PlannedCache[],
): PlannedPeers {
  if (caches.length === 0) return peers;
  const nodeCount = peers.nodeCount + caches.length;
  const idOf = (id: number): number => (id <= seeds ? id : id + caches.length);
  const arrivesAtMs = sharedFloat64(nodeCount);
  const classOfPeer = sharedUint16(nodeCount);
  for (let id = 0; id < peers.nodeCount; id++) {
    arrivesAtMs[idOf(id)] = peers.arrivesAtMs[id]!;
    classOfPeer[idOf(id)] = peers.classOfPeer[id]!;
  }
  for (const { id, classIndex } of caches) {
    arrivesAtMs[id] = peers.arrivesAtMs[seeds]!;
    classOfPeer[id] = classIndex;
  }
  const traced = new Map<number, TracedPeer>();
  for (const [id, traceOfPeer] of peers.traced) traced.set(idOf(id), traceOfPeer);
  return { nodeCount, arrivesAtMs, classOfPeer, traced };
}

/** A value for each node by id: those of the caches among those of the other nodes. */
export function withValuesOfCaches(
  values: Uint32Array,
  ofCaches: readonly number[],
  { seeds }: Pick<Swarm, 'seeds'>,
): Uint32Array {
  const before = 1 + seeds;
  const all = new Uint32Array(values.length + ofCaches.length);
  all.set(values.subarray(0, before));
  all.set(ofCaches, before);
  all.set(values.subarray(before), before + ofCaches.length);
  return all;
}

/** A router of its AS for each cache, where AS have routers. */
export function routersOfCaches(
  caches: readonly PlannedCache[],
  stubStart: Uint32Array,
  seed: number,
): number[] {
  const random = seededRandom(seed, 'placement', 'caches');
  return caches.map(({ place }) => {
    const first = stubStart[place.as]!;
    return first + random.below(stubStart[place.as + 1]! - first);
  });
}

/** The caches by the AS ids of a placement; undefined if the swarm has none. */
export function cacheTable(
  swarm: Swarm,
  caches: readonly PlannedCache[],
  { asCount, domainOfAs }: Pick<Placement, 'asCount' | 'domainOfAs'>,
): CacheTable | undefined {
  if (!hasCaches(swarm)) return undefined;
  const { classes } = swarm;
  const asIdOfDomain = new Map(Array.from(domainOfAs, (domain, asId) => [domain, asId]));
  const servedBy = ({ place }: PlannedCache): AsId[] =>
    place.serves.flatMap((domain) => (asIdOfDomain.get(domain) ?? []) as AsId | []);
  const entries = caches.map((cache): ProviderCacheEntry => {
    const leads = classes[cache.classIndex]!.caches!.leads;
    return { id: cache.id, serves: servedBy(cache), leads };
  });
  const regions = entries.filter(({ serves, leads }) => leads && serves.length > 1);
  if (regions.length === 0) return { entries };
  const regionOfAs = sharedInt32(asCount).fill(-1);
  for (const [region, { serves }] of regions.entries()) {
    for (const asId of serves) regionOfAs[asId] = region;
  }
  return { entries, regionOfAs };
}
