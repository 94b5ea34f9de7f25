/**
 * Where the connections of the peers of one AS lead, in the simulated world: for each the other
 * end's AS, machine and connection number, how far it is, and the flow that carries our pieces.
 *
 *     place    system, machine, connection, latencyMs     4 words to a connection
 */

import { type Column, type Connection, grown, type PeerTables } from '@cachetorrent/protocol';

/** What a connection has on which nothing is sent. */
export const NO_FLOW = -1;

/** Not known yet: the other end has not answered. */
const UNKNOWN = -1;

/** Words of a place. */
const PLACE = 4;
const SYSTEM = 0;
const MACHINE = 1;
const CONNECTION = 2;
const LATENCY = 3;

export class Ends implements Column {
  readonly #tables: PeerTables;
  #places = new Int32Array(0);
  #placeFloats = new Float32Array(0);
  /** One more than the flow of what we send on a connection; 0 where there is none. */
  #flows = new Int32Array(0);

  /** For the machines of an AS, each with the row of its number. */
  constructor(tables: PeerTables) {
    this.#tables = tables;
    tables.add(this);
  }

  grow(connections: number): void {
    this.#places = grown(this.#places, new Int32Array(PLACE * connections));
    this.#placeFloats = new Float32Array(this.#places.buffer);
    this.#flows = grown(this.#flows, new Int32Array(connections));
  }

  move(from: number, to: number, count: number): void {
    this.#places.copyWithin(PLACE * to, PLACE * from, PLACE * (from + count));
    this.#flows.copyWithin(to, from, from + count);
  }

  /** A connection to `machine` of `system`, whose own number for it is not known yet. */
  open(own: number, on: Connection, system: number, machine: number, latencyMs: number): void {
    const at = this.#tables.blockOf[own]! + on;
    this.#places[PLACE * at + SYSTEM] = system;
    this.#places[PLACE * at + MACHINE] = machine;
    this.#places[PLACE * at + CONNECTION] = UNKNOWN;
    this.#placeFloats[PLACE * at + LATENCY] = latencyMs;
    this.#flows[at] = 0;
  }

  /** The other end has answered: `link` is its number for the connection. */
  answered(own: number, on: Connection, link: Connection): void {
    this.#places[this.#word(own, on, CONNECTION)] = link;
  }

  isKnown(own: number, on: Connection): boolean {
    return this.connection(own, on) !== UNKNOWN;
  }

  system(own: number, on: Connection): number {
    return this.#places[this.#word(own, on, SYSTEM)]!;
  }

  machine(own: number, on: Connection): number {
    return this.#places[this.#word(own, on, MACHINE)]!;
  }

  /** The other end's number; negative while it is not known. */
  connection(own: number, on: Connection): number {
    return this.#places[this.#word(own, on, CONNECTION)]!;
  }

  /** How long a message takes, in ms. */
  latencyMs(own: number, on: Connection): number {
    return this.#placeFloats[this.#word(own, on, LATENCY)]!;
  }

  /** The flow of what we send on a connection; NO_FLOW where there is none. */
  flow(own: number, on: Connection): number {
    return this.#flows[this.#tables.blockOf[own]! + on]! - 1;
  }

  setFlow(own: number, on: Connection, flow: number): void {
    this.#flows[this.#tables.blockOf[own]! + on] = flow + 1;
  }

  #word(own: number, on: Connection, word: number): number {
    return PLACE * (this.#tables.blockOf[own]! + on) + word;
  }
}
