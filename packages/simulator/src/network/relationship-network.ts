/**
 * The network that a file of AS relationships describes: valley-free routes, on which every AS hop
 * takes the same time. Such files have no latencies, and say nothing about what is inside an AS.
 */

import type { AsNetwork, AssumedLatencies, Link, RelationshipData } from './as-network.ts';
import { routesBetween, wholeMs } from './as-network.ts';
import { customerConeSizes } from './customer-cones.ts';
import type { PricedRelationship, RelatedAs } from './related-as.ts';
import { indexOfAs, readRelationships, type Relationships } from './relationships.ts';
import { RELATIONSHIP, type Routes } from './routes.ts';
import { aboveHosts, NO_ROUTE, ValleyFreeRoutes } from './valley-free.ts';

export class RelationshipNetwork implements AsNetwork {
  readonly asCount: number;
  readonly #relationships: Relationships;
  readonly #assumed: AssumedLatencies;

  /** `file` is the name of the text in messages. */
  constructor({ text }: RelationshipData, file: string, assumed: AssumedLatencies) {
    this.#relationships = relationshipsOf(text, file);
    this.#assumed = assumed;
    this.asCount = this.#relationships.asNumbers.length;
  }

  nameOf(as: number): string {
    return `AS${this.#relationships.asNumbers[as]}`;
  }

  indexOf(name: string): number | undefined {
    const number = /^(?:AS)?(\d{1,10})$/i.exec(name)?.[1];
    return number === undefined ? undefined : indexOfAs(this.#relationships, Number(number));
  }

  edgeAs(): number[] {
    const { start } = this.#relationships.customers;
    const all = Array.from({ length: this.asCount }, (_, as) => as);
    return all.filter((as) => start[as] === start[as + 1]);
  }

  neighboursOf(as: number): { readonly providers: Uint32Array; readonly peers: Uint32Array } {
    const { providers, peers } = this.#relationships;
    return { providers: neighboursIn(providers, as), peers: neighboursIn(peers, as) };
  }

  customerCones(): Uint32Array {
    return customerConeSizes(this.#relationships);
  }

  latenciesMs(hosts: Uint32Array): Float64Array {
    const { hopMs, intraMs } = this.#assumed;
    const { above, hostsAbove } = aboveHosts(this.#relationships, hosts);
    const search = new ValleyFreeRoutes(above);
    const ms = new Float64Array(hosts.length ** 2);
    for (const [to, destination] of hostsAbove.entries()) {
      search.find(destination);
      for (const [from, source] of hostsAbove.entries()) {
        const hops = search.hops[source]!;
        ms[from * hosts.length + to] =
          hops === NO_ROUTE ? Infinity : wholeMs(intraMs + hops * hopMs);
      }
    }
    return ms;
  }

  routes(hosts: Uint32Array): Routes {
    const { above, hostsAbove } = aboveHosts(this.#relationships, hosts);
    const search = new ValleyFreeRoutes(above);
    const nameOf = (as: number): string => `AS${above.asNumbers[as]}`;
    const nextAs = (to: number) => {
      search.find(hostsAbove[to]!);
      return (as: number): number => search.nextAs[as]!;
    };
    const linkOf = (as: number, next: number): Link => {
      const transit = RELATIONSHIP.transit;
      if (isAmong(above.providers, as, next)) return { from: as, to: next, relationship: transit };
      if (isAmong(above.customers, as, next)) return { from: next, to: as, relationship: transit };
      const [from, to] = as < next ? [as, next] : [next, as];
      return { from, to, relationship: RELATIONSHIP.peering };
    };
    return routesBetween(hostsAbove, nameOf, nextAs, linkOf);
  }

  get related(): RelatedAs {
    return new RelationshipsByName(this.#relationships, this);
  }
}

/** The relationships in a file of these. */
class RelationshipsByName implements RelatedAs {
  readonly #relationships: Relationships;
  readonly #network: RelationshipNetwork;

  constructor(relationships: Relationships, network: RelationshipNetwork) {
    this.#relationships = relationships;
    this.#network = network;
  }

  get examples(): readonly string[] {
    return [this.#network.nameOf(0)];
  }

  has(name: string): boolean {
    return this.#network.indexOf(name) !== undefined;
  }

  isLinked(first: string, second: string): boolean {
    return this.isRelated('transit', first, second) || this.isRelated('peering', first, second);
  }

  isRelated(price: PricedRelationship, first?: string, second?: string): boolean {
    const { providers, peers } = this.#relationships;
    const neighbours = price === 'transit' ? providers : peers;
    if (first === undefined) return neighbours.neighbours.length > 0;
    const as = this.#network.indexOf(first);
    if (as === undefined) return false;
    if (second === undefined) return neighbours.start[as]! < neighbours.start[as + 1]!;
    const other = this.#network.indexOf(second);
    if (other === undefined) return false;
    return isAmong(neighbours, as, other) || isAmong(neighbours, other, as);
  }
}

type Neighbours = Relationships['providers'];

function neighboursIn({ start, neighbours }: Neighbours, as: number): Uint32Array {
  return neighbours.subarray(start[as], start[as + 1]);
}

function isAmong(neighbours: Neighbours, as: number, other: number): boolean {
  return neighboursIn(neighbours, as).includes(other);
}

/**
 * The text that was read last, and what it says: a plan reads the same text several times, and a
 * campaign in every run. It makes no difference to what is returned.
 */
let lastRead: { readonly text: string; readonly relationships: Relationships } | undefined;

export function relationshipsOf(text: string, file: string): Relationships {
  if (lastRead?.text !== text) lastRead = { text, relationships: readRelationships(text, file) };
  return lastRead.relationships;
}
