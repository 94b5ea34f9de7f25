/**
 * The connections on which a peer requests blocks: those that are unchoked, and those that are
 * choked and on which pieces are allowed nevertheless (`allowed-fast.ts`).
 */

import type { Connection } from '../ids.ts';
import type { PeerMemory } from '../tables/connections.ts';
import type { RowLists } from '../tables/row-lists.ts';

const NONE: readonly Connection[] = [];

export class RequestableConnections {
  /** The connections on which any piece may be requested, in the order of their numbers. */
  readonly #unchoked: RowLists;
  readonly #row: number;
  /** The choked connections on which blocks may be outstanding. */
  #outstandingWhileChoked: readonly Connection[] = NONE;

  constructor({ tables, row }: PeerMemory) {
    this.#unchoked = tables.unchoked;
    this.#row = row;
  }

  /** The number of connections on which any piece may be requested. */
  get unchokedCount(): number {
    return this.#unchoked.length[this.#row]!;
  }

  /** One of them, in the order of their numbers. */
  unchoked(index: number): Connection {
    return this.#unchoked.ints[this.#unchoked.start[this.#row]! + index]! as Connection;
  }

  addUnchoked(connection: Connection): void {
    this.#forget(connection);
    this.#unchoked.insert(this.#row, connection);
  }

  /** Removes a connection from those that are unchoked, if it is there. */
  removeUnchoked(connection: Connection): void {
    const index = this.#unchoked.indexOf(this.#row, connection);
    if (index >= 0) this.#unchoked.removeAt(this.#row, index);
  }

  /** Blocks are outstanding on a choked connection. */
  addChoked(connection: Connection): void {
    const list = this.#outstandingWhileChoked;
    if (!list.includes(connection)) this.#outstandingWhileChoked = list.concat(connection);
  }

  /** Forgets the choked connections but those of which `isOutstanding` returns true. */
  keepChoked(isOutstanding: (connection: Connection) => boolean): void {
    if (this.#outstandingWhileChoked.length > 0) this.#keep(isOutstanding);
  }

  closed(connection: Connection): void {
    this.removeUnchoked(connection);
    this.#forget(connection);
  }

  /** All connections on which blocks may be outstanding; a copy. */
  get all(): readonly Connection[] {
    const all: Connection[] = [];
    for (let index = 0; index < this.unchokedCount; index++) all.push(this.unchoked(index));
    all.push(...this.#outstandingWhileChoked);
    return all;
  }

  #forget(connection: Connection): void {
    if (this.#outstandingWhileChoked.includes(connection)) {
      this.#keep((each) => each !== connection);
    }
  }

  #keep(isKept: (connection: Connection) => boolean): void {
    const kept = this.#outstandingWhileChoked.filter(isKept);
    this.#outstandingWhileChoked = kept.length === 0 ? NONE : kept;
  }
}
