/**
 * The network that a graph of links with latencies describes, such as those of the Internet
 * Topology Zoo, SNDlib and Shadow: every node of the graph is an AS, and traffic takes the way with
 * the least latency; of several the one with the fewest links, then that whose next AS has the
 * lowest index. What the AS are to one another is not known.
 */

import FlatQueue from 'flatqueue';

import {
  type AsNetwork,
  type AssumedLatencies,
  type GraphData,
  routesBetween,
} from './as-network.ts';
import { wholeMs } from './as-network.ts';
import type { RelatedAs } from './related-as.ts';
import { RELATIONSHIP, type Routes } from './routes.ts';
import { checkSizes, indexOfName, LATENCY_MAX_MS, refuseAt } from './table-network.ts';

/** The links that lead to each AS, as a search from the destination needs them. */
interface LinksTo {
  readonly from: number[];
  readonly latencyUs: number[];
}

export class GraphNetwork implements AsNetwork {
  readonly asCount: number;
  readonly sizes?: readonly number[];
  readonly #names: readonly string[];
  readonly #linksTo: readonly LinksTo[];
  /** The latency between two nodes of each AS, in ms. */
  readonly #intraMs: Float64Array;

  /**
   * `assumed.hopMs` is undefined if every link must have a latency; `file` is the name of the graph
   * in messages.
   *
   * @throws SwarmError if a link leads nowhere, or has no valid latency
   */
  constructor(
    graph: GraphData,
    file: string,
    { hopMs, intraMs }: Partial<AssumedLatencies> & Pick<AssumedLatencies, 'intraMs'>,
  ) {
    const { names, links, isDirected } = graph;
    this.#names = names;
    this.asCount = names.length;
    if (graph.sizes !== undefined) this.sizes = graph.sizes;
    this.#linksTo = names.map(() => ({ from: [], latencyUs: [] }));
    this.#intraMs = new Float64Array(names.length).fill(intraMs);
    const refuse = refuseAt(file);
    if (names.length === 0) refuse('has no node', 'name a graph with nodes and links');
    checkSizes(graph, file);
    for (const { from, to, latencyUs = hopMs && Math.round(hopMs * 1_000) } of links) {
      if (names[from] === undefined || names[to] === undefined) {
        refuse(`has a link from node ${from} to ${to}, but ${names.length} nodes`, 'correct it');
      }
      if (latencyUs === undefined) {
        const ends = `from ${names[from]} to ${names[to]}`;
        const problem = `does not say how long the link ${ends} takes`;
        const fix = 'give it a latency, or both ends coordinates, or set network.hopLatency';
        refuse(problem, fix);
      } else if (!(Number.isInteger(latencyUs) && latencyUs > 0 && latencyUs <= LATENCY_MAX_US)) {
        const ends = `from ${names[from]} to ${names[to]}`;
        const problem = `says that ${latencyUs} µs is the latency ${ends}`;
        refuse(problem, 'give a time above 0, of a day at most');
      } else if (from === to) {
        this.#intraMs[from] = latencyUs / 1_000;
      } else {
        this.#add(from, to, latencyUs);
        if (!isDirected) this.#add(to, from, latencyUs);
      }
    }
  }

  nameOf(as: number): string {
    return this.#names[as]!;
  }

  indexOf(name: string): number | undefined {
    return indexOfName(this.#names, name);
  }

  edgeAs(): number[] {
    return [...this.#names.keys()];
  }

  customerCones(): undefined {
    return undefined;
  }

  latenciesMs(hosts: Uint32Array): Float64Array {
    const search = new FastestRoutes(this.#linksTo);
    const ms = new Float64Array(hosts.length ** 2);
    for (const [to, destination] of hosts.entries()) {
      search.find(destination);
      for (const [from, source] of hosts.entries()) {
        const isWithin = source === destination;
        const latencyMs = isWithin ? this.#intraMs[source]! : search.latencyUs[source]! / 1_000;
        ms[from * hosts.length + to] = wholeMs(latencyMs);
      }
    }
    return ms;
  }

  routes(hosts: Uint32Array): Routes {
    const search = new FastestRoutes(this.#linksTo);
    const nextAs = (to: number) => {
      search.find(hosts[to]!);
      return (as: number): number => search.nextAs[as]!;
    };
    return routesBetween(
      hosts,
      (as) => this.nameOf(as),
      nextAs,
      (as, next) => ({
        from: Math.min(as, next),
        to: Math.max(as, next),
        relationship: RELATIONSHIP.unknown,
      }),
    );
  }

  /** What AS are to each other is not known. */
  get related(): RelatedAs {
    const names = this.#names;
    const isLinkedTo = (from: number, to: number): boolean =>
      this.#linksTo[to]?.from.includes(from) === true;
    return {
      examples: names,
      has: (name) => names.includes(name),
      isLinked: (first, second) => {
        const [a, b] = [names.indexOf(first), names.indexOf(second)];
        return isLinkedTo(a, b) || isLinkedTo(b, a);
      },
      isRelated: () => false,
    };
  }

  #add(from: number, to: number, latencyUs: number): void {
    const links = this.#linksTo[to]!;
    links.from.push(from);
    links.latencyUs.push(latencyUs);
  }
}

const LATENCY_MAX_US = 1_000 * LATENCY_MAX_MS;

/** Dijkstra's algorithm towards one destination after the other. */
class FastestRoutes {
  /** After `find`: the latency from each AS, in µs; Infinity without a route. */
  readonly latencyUs: Float64Array;
  /** After `find`: the next AS on the way. */
  readonly nextAs: Uint32Array;
  readonly #linksTo: readonly LinksTo[];
  readonly #hops: Uint32Array;

  constructor(linksTo: readonly LinksTo[]) {
    this.#linksTo = linksTo;
    this.latencyUs = new Float64Array(linksTo.length);
    this.nextAs = new Uint32Array(linksTo.length);
    this.#hops = new Uint32Array(linksTo.length);
  }

  find(destination: number): void {
    const { latencyUs, nextAs } = this;
    const hops = this.#hops;
    latencyUs.fill(Infinity);
    latencyUs[destination] = 0;
    hops[destination] = 0;
    nextAs[destination] = destination;
    const isDone = new Uint8Array(latencyUs.length);
    // Which of several AS at the same distance comes first makes no difference: links take time,
    // so none of them is on the way of another.
    const queue = new FlatQueue();
    queue.push(destination, 0);
    for (let as = queue.pop(); as !== undefined; as = queue.pop()) {
      if (isDone[as] === 1) continue;
      isDone[as] = 1;
      const links = this.#linksTo[as]!;
      for (const [i, from] of links.from.entries()) {
        const us = latencyUs[as]! + links.latencyUs[i]!;
        if (!this.#isBetter(from, us, as)) continue;
        if (us < latencyUs[from]!) queue.push(from, us);
        latencyUs[from] = us;
        hops[from] = hops[as]! + 1;
        nextAs[from] = as;
      }
    }
  }

  /** Whether a way of this latency through `next` is better than the best so far. */
  #isBetter(from: number, us: number, next: number): boolean {
    if (us !== this.latencyUs[from]) return us < this.latencyUs[from]!;
    const viaNext = this.#hops[next]! + 1;
    if (viaNext !== this.#hops[from]) return viaNext < this.#hops[from]!;
    return next < this.nextAs[from]!;
  }
}
