/**
 * Refuses names of AS that the topology does not have. An index that is out of range is left for
 * the check of the swarm.
 */

import { closest } from 'fastest-levenshtein';

import type { AsNetwork } from '../network/as-network.ts';
import type { RelatedAs } from '../network/related-as.ts';
import type { AsIndexOf, AsName } from './as-names.ts';
import { refuse } from './configuration-error.ts';
import type { FaultConfig } from './fault-schema.ts';
import type { ParentsConfig } from './parents.ts';
import type { ArrivalConfig, ClassConfig, SeedConfig } from './population-schema.ts';
import { type Path, show } from './problems.ts';
import type { ProviderCacheConfig } from './provider-cache-schema.ts';
import type { SwarmConfig } from './schema.ts';
import type { TrackerConfig } from './tracker-schema.ts';

/** The AS of a topology by name. */
interface NamesOfTopology {
  readonly indexOf: AsIndexOf;
  readonly related: RelatedAs;
  /** Absent for a transit–stub topology. */
  readonly network?: AsNetwork;
}

/**
 * Refuses an AS that the network does not have, at its place in the configuration. `file` has the
 * AS; undefined for a transit–stub topology.
 */
export function checkAsNames(
  config: SwarmConfig,
  { indexOf, related, network }: NamesOfTopology,
  file: string | undefined,
): void {
  for (const { name, path } of homesNamedIn(config)) {
    if (Number.isNaN(indexOf(name))) refuseName(name, path, network, file);
  }
  for (const { name, path } of endsNamedIn(config)) {
    // The transit of a topology without relationships is the end of links, and no home.
    const isKnown = !Number.isNaN(indexOf(name)) || related.has(String(name));
    if (!isKnown) refuseName(name, path, network, file);
  }
}

/** @throws ConfigurationError that says which AS there are */
export function refuseName(
  name: AsName,
  path: Path,
  network: AsNetwork | undefined,
  file: string | undefined,
): never {
  if (network === undefined || file === undefined) {
    const problem = `is ${show(name)}, but a transit–stub topology counts its AS from 0`;
    return refuse(path, problem, 'write its index, such as 0, or "AS0"');
  }
  const problem = `is ${show(name)}, an AS that is not in ${file}`;
  const nearest = nearestName(String(name), network);
  return refuse(path, problem, `name one that is in it, such as "${nearest}"`);
}

/** Few names are compared: a file may have a hundred thousand. */
const COMPARED_MAX = 2_000;

function nearestName(name: string, network: AsNetwork): string {
  const count = Math.min(network.asCount, COMPARED_MAX);
  const names = Array.from({ length: count }, (_, as) => network.nameOf(as));
  return closest(name.slice(0, 40), names);
}

interface NamedAs {
  readonly name: AsName;
  readonly path: Path;
}

/** The AS in which peers or caches live, or that faults or costs are about. */
function homesNamedIn(config: SwarmConfig): NamedAs[] {
  const { seeds, classes = [], faults = [], cache, tracker } = config;
  const seedEntries: readonly [Path, SeedConfig][] = Array.isArray(seeds)
    ? seeds.map((seed: SeedConfig, i) => [['seeds', i], seed] as const)
    : typeof seeds === 'object'
      ? [[['seeds'], seeds as SeedConfig]]
      : [];
  return [
    ...seedEntries.flatMap(([path, { as }]) => homesIn(as, [...path, 'as'])),
    ...classes.flatMap((each, i) => namesInClass(each, ['classes', i])),
    ...faults.flatMap((entry, i) => namesInFault(entry, ['faults', i])),
    ...(cache?.providerCaches ?? []).flatMap((entry, i) =>
      namesInCache(entry, ['cache', 'providerCaches', i]),
    ),
    ...namesInParents(cache?.parents, ['cache', 'parents']),
    ...namesInCosts(tracker?.costMap, ['tracker', 'costMap']),
  ];
}

/** The AS at borders, and at links that have a price. */
function endsNamedIn({ network = {} }: SwarmConfig): NamedAs[] {
  const path = ['network', 'borders'];
  const { borders = [], prices } = network;
  return [
    ...borders.flatMap(({ as, between }, i) => [
      ...(as === 'all' ? [] : listedNames(as, [...path, i, 'as'])),
      ...listedNames(between, [...path, i, 'between']),
    ]),
    ...(prices?.exceptions ?? []).flatMap(({ as, between }, i) => {
      const at = ['network', 'prices', 'exceptions', i];
      return [...listedNames(as, [...at, 'as']), ...listedNames(between, [...at, 'between'])];
    }),
  ];
}

function listedNames(names: AsName | readonly AsName[] | undefined, path: Path): NamedAs[] {
  if (names === undefined) return [];
  if (typeof names !== 'object') return [{ name: names, path }];
  return names.map((name, i) => ({ name, path: [...path, i] }));
}

function namesInClass({ as, arrivals }: ClassConfig, path: Path): NamedAs[] {
  const processes: readonly [Path, ArrivalConfig][] = Array.isArray(arrivals)
    ? arrivals.map((each: ArrivalConfig, i) => [[...path, 'arrivals', i], each] as const)
    : arrivals === undefined
      ? []
      : [[[...path, 'arrivals'], arrivals as ArrivalConfig]];
  const traced = processes.flatMap(([at, { trace }]) =>
    typeof trace === 'object'
      ? trace.flatMap((peer, i) =>
          peer.as === undefined ? [] : [{ name: peer.as, path: [...at, 'trace', i, 'as'] }],
        )
      : [],
  );
  return [...homesIn(as, [...path, 'as']), ...traced];
}

function namesInFault({ crash, leave, cut, seed }: FaultConfig, path: Path): NamedAs[] {
  return [
    ...homesIn(crash?.as, [...path, 'crash', 'as']),
    ...homesIn(leave?.as, [...path, 'leave', 'as']),
    ...homesIn(cut?.as, [...path, 'cut', 'as']),
    ...homesIn(seed?.as, [...path, 'seed', 'as']),
  ];
}

function namesInCache({ as, region }: ProviderCacheConfig, path: Path): NamedAs[] {
  return [
    ...homesIn(as === 'all' ? undefined : as, [...path, 'as']),
    ...homesIn(region, [...path, 'region']),
  ];
}

function namesInParents(parents: ParentsConfig | undefined, path: Path): NamedAs[] {
  if (parents === undefined || typeof parents === 'string') return [];
  return parents.flatMap(({ as, parent }, i) => [
    { name: as, path: [...path, i, 'as'] },
    { name: parent, path: [...path, i, 'parent'] },
  ]);
}

function namesInCosts(costMap: TrackerConfig['costMap'], path: Path): NamedAs[] {
  if (typeof costMap !== 'object') return [];
  return costMap.flatMap(({ from, to }, i) => [
    { name: from, path: [...path, i, 'from'] },
    { name: to, path: [...path, i, 'to'] },
  ]);
}

function homesIn(as: ClassConfig['as'], path: Path): NamedAs[] {
  if (as === undefined) return [];
  if (typeof as !== 'object') return [{ name: as, path }];
  return as.map((entry, i) =>
    typeof entry === 'object'
      ? { name: entry.index, path: [...path, i, 'index'] }
      : { name: entry, path: [...path, i] },
  );
}
