/**
 * What a follower does in addition to a plain peer: it gets the pieces of each outside peer
 * through a leader of its own AS, which it draws at random.
 *
 * If it is not connected to that leader yet, it connects first.
 */

import { assert, type Random } from '@cachetorrent/std';

import type { ConnectionTable } from '../tables/connections.ts';
import type { PeerHost } from './host.ts';
import { type Connection, NO_CONNECTION, type PeerId } from '../ids.ts';
import type { PeerComponents } from './components.ts';
import type { RelayRules } from '../rules/rules.ts';

interface RequestedRelay {
  readonly leader: PeerId;
  readonly target: PeerId;
}

export class Follower {
  readonly #connections: ConnectionTable;
  readonly #host: PeerHost;
  readonly #leaders: readonly PeerId[];
  readonly #random: Random;
  readonly #rules: RelayRules;
  /** Relays that wait for a connection to their leader. */
  #pendingRelays: RequestedRelay[] = [];

  constructor({ connections, host, options, rules }: PeerComponents) {
    const { leaders, random } = options;
    assert(leaders.length > 0, 'a follower has at least one leader');
    this.#connections = connections;
    this.#host = host;
    this.#leaders = leaders;
    this.#random = random;
    this.#rules = rules.relay;
  }

  /** A connection was opened, and the other side has not answered yet. */
  opened(connection: Connection, intraAs: boolean): void {
    if (!intraAs && this.#rules.startsBeforeAnswer) this.#startRelay(connection);
  }

  /** A connection was established. */
  established(connection: Connection, intraAs: boolean): void {
    if (intraAs) this.#startPendingRelays(connection);
    else if (!this.#rules.startsBeforeAnswer) this.#startRelay(connection);
  }

  /** Asks a leader to relay the outside peer at the other end of a connection. */
  #startRelay(connection: Connection): void {
    const target = this.#connections.remoteOf(connection);
    const leader = this.#leaders[this.#random.below(this.#leaders.length)]!;
    const toLeader = this.#connections.connectionTo(leader);
    if (toLeader !== NO_CONNECTION) {
      this.#host.leaderStart(toLeader, target);
      return;
    }
    const isFirst = !this.#pendingRelays.some((pending) => pending.leader === leader);
    this.#pendingRelays.push({ leader, target });
    if (isFirst) this.#host.connectTo(leader);
  }

  /** Starts the relays that waited for this connection, if it is one to a leader. */
  #startPendingRelays(connection: Connection): void {
    if (this.#pendingRelays.length === 0) return;
    const remote = this.#connections.remoteOf(connection);
    const ready = this.#pendingRelays.filter(({ leader }) => leader === remote);
    if (ready.length === 0) return;
    this.#pendingRelays = this.#pendingRelays.filter(({ leader }) => leader !== remote);
    for (const { target } of ready) this.#host.leaderStart(connection, target);
  }
}
