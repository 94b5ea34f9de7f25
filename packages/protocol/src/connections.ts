/**
 * The connections of one peer, as a table: whom each leads to, and how things stand on it.
 *
 * The state of a connection is one byte of flags, so that what a message does on most occasions
 * is one load and one test. What only some connections need stands in tables of its own
 * (`Download`, `Upload`), under the same number.
 */

import { assert } from '@cachetorrent/std';

import { type Connection, NO_CONNECTION, type PeerId } from './ids.ts';

/** We may upload on this connection. */
export const UPLOADS = 1;
/** We tell the other side what we have. */
export const OFFERS = 2;
/** We may download on this connection. */
export const DOWNLOADS = 4;
/** We do not answer its requests. */
export const CHOKING = 8;
/** It has said that it is interested in us. */
export const WANTED = 16;
/** It does not answer our requests. */
export const CHOKED = 32;
/** We have said that we are interested in it. */
export const INTERESTED = 64;
/** Unchoked by chance, not by merit. */
export const OPTIMISTIC = 128;

/** How every connection begins: choked and not interested on both sides (BEP 3). */
const INITIAL = CHOKING | CHOKED;

const UNUSED = -1;

export class Connections {
  /** The state of each connection; 0 where the number is not in use. Replaced when it grows. */
  flags: Uint8Array;
  #remote: Int32Array;
  #count = 0;
  readonly #free: Connection[] = [];

  constructor(capacity: number) {
    this.flags = new Uint8Array(capacity);
    this.#remote = new Int32Array(capacity).fill(UNUSED);
  }

  /** One more than the greatest number in use: the length of a loop over all connections. */
  get count(): number {
    return this.#count;
  }

  get capacity(): number {
    return this.flags.length;
  }

  remoteOf(connection: Connection): PeerId {
    return this.#remote[connection]! as PeerId;
  }

  /** The connection to `remote`; NO_CONNECTION where there is none. */
  to(remote: PeerId): Connection {
    const place = this.#remote.indexOf(remote);
    return place < 0 ? NO_CONNECTION : (place as Connection);
  }

  /** Opens a connection with the given parts (`UPLOADS`, `OFFERS`, `DOWNLOADS`). */
  open(remote: PeerId, parts: number): Connection {
    const connection = this.#free.pop() ?? (this.#count++ as Connection);
    if (connection === this.flags.length) this.#grow();
    this.flags[connection] = INITIAL | parts;
    this.#remote[connection] = remote;
    return connection;
  }

  close(connection: Connection): void {
    assert(this.#remote[connection] !== UNUSED, 'only an open connection is closed');
    this.flags[connection] = 0;
    this.#remote[connection] = UNUSED;
    this.#free.push(connection);
  }

  #grow(): void {
    const flags = new Uint8Array(Math.max(8, 2 * this.flags.length));
    const remote = new Int32Array(flags.length).fill(UNUSED);
    flags.set(this.flags);
    remote.set(this.#remote);
    this.flags = flags;
    this.#remote = remote;
  }
}
