/** Checks whom the tracker names: neighbours, caches of providers, and leaders of other AS. */

import type { CostRow } from '@cachetorrent/tracker';

import { checkNumber, CONNECTIONS_MAX, EXACT_MAX, type Refuse } from './number-rule.ts';
import {
  asCountOf,
  type CacheClass,
  type CachePlace,
  hasLeaders,
  type Parents,
  type Swarm,
} from './swarm.ts';

/** A sample is drawn for each peer that asks. */
const SAMPLE_MAX = 10_000;

export function checkSelection(swarm: Swarm, refuse: Refuse): void {
  const { selection } = swarm;
  if (selection === undefined) return;
  if (selection.policy === 'budget') {
    const value = selection.interAsConnections;
    const reason = 'with fewer, AS could not all be connected';
    const rule = { value, least: 2, most: CONNECTIONS_MAX, reason };
    checkNumber({ field: 'selection.interAsConnections', ...rule }, refuse);
    return;
  }
  const percent = { least: 0, most: 100, fraction: true, reason: 'a percentage is 0 or more' };
  const { externalPercent } = selection;
  checkNumber({ field: 'selection.externalPercent', value: externalPercent, ...percent }, refuse);
  if (selection.policy !== 'cost') {
    const value = selection.sampleSize;
    const rule = { value, least: 1, most: SAMPLE_MAX, reason: 'nobody would be chosen of none' };
    checkNumber({ field: 'selection.sampleSize', ...rule }, refuse);
  } else if (selection.costs !== undefined) checkCosts(selection.costs, swarm, refuse);
}

function checkCosts(costs: readonly CostRow[], swarm: Swarm, refuse: Refuse): void {
  if (costs.length === 0) {
    refuse('selection.costs', 'is empty', 'write a row for each pair of AS, or remove it');
  }
  const known = new Set<string>();
  costs.forEach(({ from, to, cost }, i) => {
    const at = `selection.costs[${i}]`;
    checkAs(`${at}.from`, from, swarm, refuse);
    checkAs(`${at}.to`, to, swarm, refuse);
    const isFree = cost === 0 && from === to;
    if (!isFree && !(cost > 0 && cost <= EXACT_MAX)) {
      const fix = 'write a small number, such as 0.1, for what is nearly free';
      refuse(`${at}.cost`, `is ${cost}, but a cost is a number above 0`, fix);
    }
    const pair = `${from},${to}`;
    if (known.has(pair)) {
      refuse(at, `states the cost from ${from} to ${to} again`, 'remove one of the two rows');
    }
    known.add(pair);
  });
}

export function checkCaches(swarm: Swarm, refuse: Refuse): void {
  /** For each AS, the number of caches that lead it, but for those that are in all AS. */
  const leading = new Map<number, number>();
  let everywhere = 0;
  swarm.classes.forEach(({ caches, uploadKbps }, i) => {
    if (caches === undefined) return;
    if (uploadKbps === 0) {
      const problem = 'is 0, so that a cache would serve nobody';
      refuse(`classes[${i}].uploadKbps`, problem, 'set it above 0');
    }
    checkClass(caches, `classes[${i}].caches`, swarm, refuse);
    if (!caches.leads) return;
    if (caches.places === 'all') everywhere++;
    else for (const as of ledBy(caches.places)) leading.set(as, (leading.get(as) ?? 0) + 1);
  });
  swarm.classes.forEach(({ caches }, i) => {
    if (caches === undefined || !caches.leads || caches.places === 'all') return;
    const regions = caches.places.filter(({ serves }) => serves.length > 1);
    const twice = ledBy(regions).find((as) => everywhere + leading.get(as)! > 1);
    if (twice === undefined) return;
    const problem = `has AS ${twice}, which another cache leads as well`;
    refuse(`classes[${i}].caches.places`, problem, 'let an AS belong to one region only');
  });
}

function ledBy(places: readonly CachePlace[]): readonly number[] {
  return places.flatMap(({ serves }) => serves);
}

function checkClass(
  { places, uploadSlots }: CacheClass,
  at: string,
  swarm: Swarm,
  refuse: Refuse,
): void {
  if (uploadSlots !== undefined) {
    const rule = {
      value: uploadSlots,
      least: 1,
      most: CONNECTIONS_MAX,
      reason: 'nobody would be served',
    };
    checkNumber({ field: `${at}.uploadSlots`, ...rule }, refuse);
  }
  if (places === 'all') return;
  if (places.length === 0) refuse(`${at}.places`, 'is empty', 'name an AS, or remove the entry');
  places.forEach((place, k) => checkPlace(place, `${at}.places[${k}]`, swarm, refuse));
}

function checkPlace({ as, serves }: CachePlace, at: string, swarm: Swarm, refuse: Refuse): void {
  checkAs(`${at}.as`, as, swarm, refuse);
  serves.forEach((served, i) => {
    checkAs(`${at}.serves[${i}]`, served, swarm, refuse);
    if (serves.indexOf(served) < i) {
      refuse(`${at}.serves[${i}]`, `is ${served}, which is listed before`, 'list each AS once');
    }
  });
}

/** Checks the parents of AS, and that leaders can be divided by price. */
export function checkParents(swarm: Swarm, refuse: Refuse): void {
  const { parents, leaderShare, prices, leaderPercent } = swarm;
  if (leaderShare !== undefined && leaderPercent === undefined) {
    refuse('leaderShare', 'has no effect without leaders', 'ask for leaders, or remove it');
  }
  if (leaderShare !== undefined && prices === undefined) {
    const problem = 'divides leaders by price, but traffic has none';
    refuse('leaderShare', problem, 'add "network": { "prices": … }, or remove it');
  }
  if (parents === undefined) return;
  if (!hasLeaders(swarm)) {
    refuse('parents', 'have no effect without leaders', 'ask for leaders, or remove them');
  }
  if (typeof parents !== 'string') checkListedParents(parents, swarm, refuse);
}

function checkListedParents(parents: Exclude<Parents, string>, swarm: Swarm, refuse: Refuse): void {
  if (parents.length === 0)
    refuse('parents', 'is empty', 'name an AS and its parent, or remove it');
  const parentOf = new Map<number, number>();
  parents.forEach(({ as, parent }, i) => {
    checkAs(`parents[${i}].as`, as, swarm, refuse);
    checkAs(`parents[${i}].parent`, parent, swarm, refuse);
    if (parentOf.has(as)) {
      refuse(`parents[${i}].as`, 'names an AS that has a parent already', 'list each AS once');
    }
    parentOf.set(as, parent);
  });
  parents.forEach(({ as, parent }, i) => {
    const path = [as];
    for (let above: number | undefined = parent; above !== undefined; above = parentOf.get(above)) {
      if (above === as) {
        const way = [...path, as].join(' → ');
        const problem = `makes an AS its own parent (${way}), so that nobody would fetch pieces`;
        refuse(`parents[${i}].parent`, problem, 'remove one of these parents');
      }
      if (path.includes(above)) break;
      path.push(above);
    }
  });
}

function checkAs(field: string, as: number, { topology }: Swarm, refuse: Refuse): void {
  const count = asCountOf(topology);
  if (Number.isInteger(as) && as >= 0 && as < count) return;
  const problem = `is ${as}, but the network has ${count} AS`;
  refuse(field, problem, `set it to a whole number from 0 to ${count - 1}`);
}
