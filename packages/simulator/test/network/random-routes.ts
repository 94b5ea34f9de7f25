/** Random networks of AS for tests: routes over links and AS in between, and capacities. */

import type { Random } from '@cachetorrent/std';

import { type BorderCapacities, borderTable, type BorderTable } from '../../src/network/borders.ts';
import { endsOfStep, RELATIONSHIP, type Routes } from '../../src/network/routes.ts';
import type { Flow, Resource } from './progressive-filling.ts';

/** Routes between `hosts` AS that lead over up to three of `inner` others, none of them twice. */
export function randomRoutes(hosts: number, inner: number, random: Random): Routes {
  const links: (readonly [number, number])[] = [];
  const stepOver = (a: number, b: number): number => {
    const known = links.findIndex(
      ([from, to]) => (from === a && to === b) || (from === b && to === a),
    );
    const link = known === -1 ? links.push([a, b]) - 1 : known;
    return 2 * link + (links[link]![0] === a ? 0 : 1);
  };
  const start = [0];
  const steps: number[] = [];
  for (let a = 0; a < hosts; a++) {
    for (let b = 0; b < hosts; b++) {
      if (a !== b) {
        const way = [a, ...drawSome(hosts, inner, random), b];
        for (let i = 1; i < way.length; i++) steps.push(stepOver(way[i - 1]!, way[i]!));
      }
      start.push(steps.length);
    }
  }
  return {
    names: Array.from({ length: hosts + inner }, (_, index) => `AS${index}`),
    links: {
      from: Uint32Array.from(links, ([from]) => from),
      to: Uint32Array.from(links, ([, to]) => to),
      relationship: new Uint8Array(links.length).fill(RELATIONSHIP.unknown),
    },
    start: Uint32Array.from(start),
    steps: Uint32Array.from(steps),
  };
}

function drawSome(first: number, count: number, random: Random): number[] {
  const left = Array.from({ length: count }, (_, i) => first + i);
  const drawn = Math.min(count, random.below(4));
  return Array.from({ length: drawn }, () => left.splice(random.below(left.length), 1)[0]!);
}

/** Capacities of some AS and links, that are often equal and sometimes 0. */
export function randomCapacities({ names, links }: Routes, random: Random): BorderCapacities {
  const draw = (): number => {
    const classes = [0, 100, 1_000 * random.unit(), 2_000, 6_000, 1e6 * random.unit()];
    return random.below(2) === 0 ? Infinity : classes[random.below(classes.length)]!;
  };
  const list = (length: number): Float64Array => Float64Array.from({ length }, draw);
  return {
    outOfAs: list(names.length),
    intoAs: list(names.length),
    overLink: list(2 * links.from.length),
  };
}

/** A network of AS with borders, and the borders as a plain list of resources. */
export interface BorderedNetwork {
  readonly table: BorderTable;
  /** What the borders are for these flows. */
  readonly resources: Resource[];
}

/** The borders of `flows` between nodes of the AS `asOf`, by the definition of each kind. */
export function bordersFor(
  routes: Routes,
  asCount: number,
  capacities: BorderCapacities,
  flows: readonly Flow[],
  asOf: readonly number[],
): BorderedNetwork {
  const stepsOf = ({ source, target }: Flow): number[] => {
    const pair = asOf[source]! * asCount + asOf[target]!;
    return [...routes.steps.subarray(routes.start[pair], routes.start[pair + 1])];
  };
  const over = (crosses: (step: number) => boolean): number[] =>
    [...flows.keys()].filter((flow) => stepsOf(flows[flow]!).some(crosses));
  const resources: Resource[] = [];
  const add = (capacity: number, crosses: (step: number) => boolean): void => {
    if (capacity < Infinity) resources.push({ capacity, flows: over(crosses) });
  };
  capacities.outOfAs.forEach((kbps, as) =>
    add(kbps, (step) => endsOfStep(routes, step).leaves === as),
  );
  capacities.intoAs.forEach((kbps, as) =>
    add(kbps, (step) => endsOfStep(routes, step).enters === as),
  );
  capacities.overLink.forEach((kbps, step) => add(kbps, (each) => each === step));
  return { table: borderTable(routes, asCount, capacities), resources };
}
