/**
 * What a follower does beside being a peer: what an outside peer has, it gets through a leader
 * of its own AS, drawn at random for each outside peer.
 *
 * Where it is not connected to the chosen leader yet, it connects first.
 */

import { assert, type Random } from '@cachetorrent/std';

import type { ConnectionTable } from '../tables/connections.ts';
import type { PeerHost } from './host.ts';
import { type Connection, NO_CONNECTION, type PeerId } from '../ids.ts';
import type { PeerComponents } from './components.ts';

interface PendingRelay {
  readonly leader: PeerId;
  readonly target: PeerId;
}

export class Follower {
  readonly #connections: ConnectionTable;
  readonly #host: PeerHost;
  readonly #leaders: readonly PeerId[];
  readonly #random: Random;
  /** Outside peers whose leader we are not connected to yet. */
  #pendingRelays: PendingRelay[] = [];

  constructor({ connections, host, options }: PeerComponents) {
    const { leaders, random } = options;
    assert(leaders.length > 0, 'a follower has a leader to follow');
    this.#connections = connections;
    this.#host = host;
    this.#leaders = leaders;
    this.#random = random;
  }

  /** A connection to a peer of another AS has been made: a leader is to relay what it has. */
  openedOutside(on: Connection): void {
    const target = this.#connections.remoteOf(on);
    const leader = this.#leaders[this.#random.below(this.#leaders.length)]!;
    const connection = this.#connections.connectionTo(leader);
    if (connection !== NO_CONNECTION) {
      this.#host.leaderStart(connection, target);
      return;
    }
    const isFirst = !this.#pendingRelays.some((waiting) => waiting.leader === leader);
    this.#pendingRelays.push({ leader, target });
    if (isFirst) this.#host.connectTo(leader);
  }

  /** A connection within the AS has been made: perhaps to a leader that we waited for. */
  openedInside(on: Connection): void {
    if (this.#pendingRelays.length === 0) return;
    const remote = this.#connections.remoteOf(on);
    const ready = this.#pendingRelays.filter(({ leader }) => leader === remote);
    if (ready.length === 0) return;
    this.#pendingRelays = this.#pendingRelays.filter(({ leader }) => leader !== remote);
    for (const { target } of ready) this.#host.leaderStart(on, target);
  }
}
