/**
 * A graph whose nodes and links have attributes, as GML and GraphML files have it, and what of it
 * the simulator needs: the names of its nodes, and how long its links take.
 *
 * The latency of a link is its attribute, or else follows from the coordinates of its ends: the
 * great-circle distance at two thirds of the speed of light in vacuum, as in fibre. Cables are not
 * straight and routers take time, so latencies from coordinates are lower bounds.
 */

import { readQuantity, show } from '@cachetorrent/simulator/configuration';

import { UserError, type UserProblem } from '../../user-error.ts';
import { shownProblems } from '../csv-file.ts';
import type { GraphData } from './data.ts';
import { fibreLatencyUs } from './great-circle.ts';
import { plainName } from './plain-name.ts';

/** The attributes of a node or link, by name; those of an object in it as `object.name`. */
export type Attributes = ReadonlyMap<string, string | number>;

export interface GraphNode {
  readonly id: string;
  readonly attributes: Attributes;
  /** `FILE:LINE:COLUMN` */
  readonly at: string;
}

export interface GraphEdge {
  /** The ids of the nodes at its ends. */
  readonly source: string;
  readonly target: string;
  readonly attributes: Attributes;
  readonly at: string;
}

export interface AttributeGraph {
  readonly isDirected: boolean;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** The names of the attributes that matter. */
export interface AttributeNames {
  /** Of the latency of a link: a number of ms, or a text with a unit; absent: `latency`. */
  readonly latency?: string;
  /** Of the latitude and longitude of a node; absent: the usual names. */
  readonly coordinates?: readonly [latitude: string, longitude: string];
}

const LATENCY = 'latency';
/** As in the Internet Topology Zoo, and in graphs that other tools write. */
const COORDINATES = [
  ['Latitude', 'Longitude'],
  ['latitude', 'longitude'],
  ['lat', 'lon'],
  ['lat', 'lng'],
  ['lat', 'long'],
] as const;
/** A day: the simulator takes no longer latency. */
const LATENCY_MAX_MS = 86_400_000;

/** @throws UserError naming the line and column of each mistake, at most ten */
export function graphData(
  file: string,
  graph: AttributeGraph,
  attributes: AttributeNames,
): GraphData {
  const { nodes, edges, isDirected } = graph;
  if (nodes.length === 0) {
    const fix = 'name a graph with nodes and links';
    throw new UserError({ at: file, problem: 'has no node', fix });
  }
  checkIsUsed(file, graph, attributes);
  const problems: UserProblem[] = [];
  const indexOf = new Map<string, number>();
  for (const [index, { id, at }] of nodes.entries()) {
    if (indexOf.has(id)) {
      const problem = `is another node with the id ${show(id)}`;
      problems.push({ at, problem, fix: 'give each node an id of its own' });
    }
    indexOf.set(id, index);
  }
  const positions = nodes.map((node) => positionOf(node, attributes.coordinates, problems));
  const links = edges.flatMap((edge) => {
    const [from, to] = [edge.source, edge.target].map((id) => {
      const index = indexOf.get(id);
      if (index === undefined) {
        const problem = `has an end at ${show(id)}, but there is no such node`;
        problems.push({ at: edge.at, problem, fix: 'add the node, or remove the link' });
      }
      return index;
    });
    const latency = latencyOf(edge, attributes.latency ?? LATENCY, problems);
    if (from === undefined || to === undefined) return [];
    const [a, b] = [positions[from], positions[to]];
    const known = latency ?? (a && b && from !== to ? fibreLatencyUs(a, b) : undefined);
    return [{ from, to, ...(known === undefined ? {} : { latencyUs: known }) }];
  });
  if (problems.length > 0) throw new UserError(...shownProblems(problems));
  return { kind: 'graph', names: namesOf(nodes), links, isDirected };
}

/** Refuses names of attributes that nothing has. */
function checkIsUsed(
  file: string,
  { nodes, edges }: AttributeGraph,
  { latency, coordinates }: AttributeNames,
): void {
  const check = (
    what: string,
    of: readonly { readonly attributes: Attributes }[],
    name: string,
  ) => {
    if (of.some(({ attributes }) => attributes.has(name))) return;
    const known = [...new Set(of.flatMap(({ attributes }) => [...attributes.keys()]))].slice(0, 20);
    const problem = `has no ${what} with the attribute ${show(name)}`;
    const fix = known.length === 0 ? 'add it' : `name one that there is: ${known.join(', ')}`;
    throw new UserError({ at: file, problem, fix });
  };
  if (latency !== undefined) check('link', edges, latency);
  for (const name of coordinates ?? []) check('node', nodes, name);
}

/** A name is the label, or the id of a node without a label of its own. */
function namesOf(nodes: readonly GraphNode[]): string[] {
  const labels = nodes.map(({ attributes }) => plainName(String(attributes.get('label') ?? '')));
  const uses = new Map<string, number>();
  for (const label of labels) uses.set(label, (uses.get(label) ?? 0) + 1);
  const taken = new Set<string>();
  return nodes.map(({ id }, i) => {
    const label = labels[i]!;
    const own = plainName(id);
    const name = label === '' ? own : uses.get(label) === 1 ? label : `${label}#${own}`;
    // The id of one node may be the label of another.
    const unique = taken.has(name) ? `${name}#${i}` : name;
    taken.add(unique);
    return unique;
  });
}

type Position = readonly [latitude: number, longitude: number];

function positionOf(
  { attributes, at }: GraphNode,
  named: readonly [string, string] | undefined,
  problems: UserProblem[],
): Position | undefined {
  const names = named === undefined ? COORDINATES : [named];
  const pair = names.find((each) => each.every((name) => attributes.has(name)));
  if (pair === undefined) return undefined;
  const [latitude, longitude] = pair.map((name) => Number(attributes.get(name)));
  const isValid = (degrees: number, most: number): boolean => Math.abs(degrees) <= most;
  if (isValid(latitude!, 90) && isValid(longitude!, 360)) return [latitude!, longitude!];
  const shown = pair.map((name) => `${name} ${show(attributes.get(name))}`).join(', ');
  const fix = 'write degrees: from -90 to 90, and from -180 to 180';
  problems.push({ at, problem: `has the coordinates ${shown}`, fix });
  return undefined;
}

/** The latency that a link states, in whole µs. */
function latencyOf(
  { attributes, at }: GraphEdge,
  name: string,
  problems: UserProblem[],
): number | undefined {
  const value = attributes.get(name);
  if (value === undefined) return undefined;
  const reading = readQuantity('time', value);
  if (!('value' in reading)) {
    problems.push({ at, problem: `${name} ${reading.problem}`, fix: reading.fix });
    return undefined;
  }
  if (reading.value > 0 && reading.value <= LATENCY_MAX_MS) {
    return Math.max(1, Math.round(1_000 * reading.value));
  }
  const problem = `${name} is ${show(value)}: a link takes some time, and a day at most`;
  problems.push({ at, problem, fix: 'write a time above 0, such as 0.5 ms' });
  return undefined;
}
