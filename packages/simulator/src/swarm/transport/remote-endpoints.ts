/**
 * Where the connections of the peers of one AS lead, in the simulated world: for each the other
 * end's AS, machine and connection number, how far it is, and the flow that carries our pieces.
 *
 * Those that hear what we have are kept a second time, side by side. First come those that may
 * download from us, in order of AS, since one `have` goes to all of them, and crosses a border as
 * one record for all in an AS; then those that only upload.
 *
 *     place    system, machine, connection, latencyMs     4 words to a connection
 *     hearer   system, machine, connection, latencyMs     4 words to one that hears us
 */

import type { Connection } from '@cachetorrent/protocol';
import { type ConnectionColumn, grown, type PeerTables } from '@cachetorrent/protocol/internal';

/** What a connection has on which nothing is sent. */
export const NO_FLOW = -1;

/** Not known yet: the other end has not answered. */
const UNKNOWN = -1;

/** Words of a place. */
export const PLACE = 4;
export const SYSTEM = 0;
export const MACHINE = 1;
export const CONNECTION = 2;
export const LATENCY = 3;

export class RemoteEndpoints implements ConnectionColumn {
  /** The hearers of each machine begin where its connections do: see `firstHearer`. */
  hearers: Int32Array = new Int32Array(0);
  /** The same memory, for latencies. */
  hearerFloats: Float32Array = new Float32Array(0);
  readonly #tables: PeerTables;
  readonly #hearerCounts: Uint16Array;
  readonly #downloaderCounts: Uint16Array;
  #places = new Int32Array(0);
  #placeFloats = new Float32Array(0);
  /** For each hearer, our number of its connection. */
  #hearing = new Int32Array(0);
  /** One more than the flow of what we send on a connection; 0 where there is none. */
  #flows = new Int32Array(0);

  /** For the machines of an AS, each with the row of its number. */
  constructor(tables: PeerTables) {
    this.#tables = tables;
    this.#hearerCounts = new Uint16Array(tables.firstConnection.length);
    this.#downloaderCounts = new Uint16Array(tables.firstConnection.length);
    tables.addColumn(this);
  }

  grow(connections: number): void {
    this.#places = grown(this.#places, new Int32Array(PLACE * connections));
    this.#placeFloats = new Float32Array(this.#places.buffer);
    this.hearers = grown(this.hearers, new Int32Array(PLACE * connections));
    this.hearerFloats = new Float32Array(this.hearers.buffer);
    this.#hearing = grown(this.#hearing, new Int32Array(connections));
    this.#flows = grown(this.#flows, new Int32Array(connections));
  }

  move(from: number, to: number, count: number): void {
    this.#places.copyWithin(PLACE * to, PLACE * from, PLACE * (from + count));
    this.hearers.copyWithin(PLACE * to, PLACE * from, PLACE * (from + count));
    this.#hearing.copyWithin(to, from, from + count);
    this.#flows.copyWithin(to, from, from + count);
  }

  /** A connection to `machine` of `system`, whose own number for it is not known yet. */
  open(own: number, on: Connection, system: number, machine: number, latencyMs: number): void {
    const at = this.#tables.firstConnection[own]! + on;
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
    return this.#flows[this.#tables.firstConnection[own]! + on]! - 1;
  }

  setFlow(own: number, on: Connection, flow: number): void {
    this.#flows[this.#tables.firstConnection[own]! + on] = flow + 1;
  }

  /** How many hear what a machine has. */
  hearerCount(own: number): number {
    return this.#hearerCounts[own]!;
  }

  /** How many of them may download from it: the first so many. */
  downloaderCount(own: number): number {
    return this.#downloaderCounts[own]!;
  }

  /** Where in `hearers` the first of them is. */
  firstHearer(own: number): number {
    return PLACE * this.#tables.firstConnection[own]!;
  }

  /**
   * From now on this connection, whose other end is known, hears what we have; the other side may
   * download from us, or never does.
   */
  addHearer(own: number, on: Connection, downloads: boolean): void {
    const block = this.#tables.firstConnection[own]!;
    const end = block + this.#hearerCounts[own]!++;
    let place = end;
    if (downloads) {
      place = block + this.#downloaderCounts[own]!++;
      while (place > block && !this.#isBefore(place - 1, own, on)) place--;
    }
    this.#hearing.copyWithin(place + 1, place, end);
    this.hearers.copyWithin(PLACE * (place + 1), PLACE * place, PLACE * end);
    this.#hearing[place] = on;
    const from = PLACE * (block + on);
    this.hearers.set(this.#places.subarray(from, from + PLACE), PLACE * place);
  }

  /** Downloaders are in order of AS, and then of number. */
  #isBefore(place: number, own: number, on: Connection): boolean {
    const system = this.hearers[PLACE * place + SYSTEM]!;
    const others = this.system(own, on);
    return system < others || (system === others && this.#hearing[place]! < on);
  }

  #word(own: number, on: Connection, word: number): number {
    return PLACE * (this.#tables.firstConnection[own]! + on) + word;
  }
}
