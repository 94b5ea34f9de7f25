/**
 * The connections on which a peer requests blocks: those that are unchoked, and those that are
 * choked and on which pieces are allowed nevertheless (`allowed-fast.ts`).
 */

import type { Connection } from '../ids.ts';

export class RequestableConnections {
  /** The connections on which any piece may be requested, in the order of their numbers. */
  readonly unchoked: Connection[] = [];
  /** The choked connections on which blocks may be outstanding. */
  #outstandingWhileChoked: Connection[] = [];

  addUnchoked(connection: Connection): void {
    this.#forget(connection);
    const { unchoked } = this;
    let place = unchoked.push(connection) - 1;
    for (; place > 0 && unchoked[place - 1]! > connection; place--) {
      unchoked[place] = unchoked[place - 1]!;
    }
    unchoked[place] = connection;
  }

  /** Removes a connection from `unchoked`, if it is there. */
  removeUnchoked(connection: Connection): void {
    // Not by `splice`, which allocates an array, because chokes are frequent.
    const { unchoked } = this;
    let place = 0;
    while (place < unchoked.length && unchoked[place] !== connection) place++;
    if (place === unchoked.length) return;
    for (; place < unchoked.length - 1; place++) unchoked[place] = unchoked[place + 1]!;
    unchoked.pop();
  }

  /** Blocks are outstanding on a choked connection. */
  addChoked(connection: Connection): void {
    const list = this.#outstandingWhileChoked;
    if (!list.includes(connection)) list.push(connection);
  }

  /** Forgets the choked connections but those of which `isOutstanding` returns true. */
  keepChoked(isOutstanding: (connection: Connection) => boolean): void {
    const list = this.#outstandingWhileChoked;
    if (list.length > 0) this.#outstandingWhileChoked = list.filter(isOutstanding);
  }

  closed(connection: Connection): void {
    this.removeUnchoked(connection);
    this.#forget(connection);
  }

  /** All connections on which blocks may be outstanding; a copy. */
  get all(): readonly Connection[] {
    return [...this.unchoked, ...this.#outstandingWhileChoked];
  }

  #forget(connection: Connection): void {
    const place = this.#outstandingWhileChoked.indexOf(connection);
    if (place >= 0) this.#outstandingWhileChoked.splice(place, 1);
  }
}
