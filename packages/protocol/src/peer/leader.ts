/**
 * What a leader does in addition to a plain peer: it connects to outside peers for its followers,
 * forwards what those announce as if it had the pieces itself, and records which pieces the
 * followers request.
 *
 * If it is not connected to an outside peer yet, it connects first, and the relay starts when the
 * connection is established.
 *
 * A leader that follows those of a parent AS may not download from outside peers either. It asks
 * its leaders for a relay to each of them, as a follower does, and forwards to its own followers
 * whatever its leaders announce:
 *
 *     outside peer ── have(7) ──▶ leader of ── have(7) ──▶ leader of ── have(7) ──▶ follower
 *                                 the parent AS            the AS
 */

import type { ConnectionTable } from '../tables/connections.ts';
import { MAY_DOWNLOAD } from '../tables/connection-flags.ts';
import type { Forwarder } from './forwarder.ts';
import type { PeerHost } from './host.ts';
import { type Connection, NO_CONNECTION, type PeerId, type PieceIndex } from '../ids.ts';
import type { PeerComponents } from './components.ts';
import type { Leadership } from './leadership.ts';
import type { PiecePicker } from './piece-picker.ts';
import type { RelayRules } from '../rules/rules.ts';

interface PendingRelay {
  readonly target: PeerId;
  readonly follower: Connection;
}

export class Leader {
  readonly #connections: ConnectionTable;
  readonly #picker: PiecePicker;
  readonly #host: PeerHost;
  readonly #rules: RelayRules;
  readonly #forwarder: Forwarder;
  readonly #leadership: Leadership;
  /** The connections to those who have asked for a relay. */
  readonly #followers = new Set<Connection>();
  /** Relays to peers from which we may not download, because we follow others. */
  #forbiddenRelays: PendingRelay[] = [];
  /** Relays that wait for a connection to their target. */
  #pendingRelays: PendingRelay[] = [];

  constructor({ connections, picker, host, settings, leadership }: PeerComponents) {
    const { layout, rules } = settings;
    this.#connections = connections;
    this.#picker = picker;
    this.#host = host;
    this.#rules = rules.relay;
    this.#leadership = leadership;
    this.#forwarder = rules.relay.createForwarder(layout.pieceCount, (piece) =>
      picker.isStored(piece),
    );
  }

  /** A follower asks for a relay to `target`. */
  leaderStart(follower: Connection, target: PeerId): void {
    const outside = this.#connections.connectionTo(target);
    if (outside === NO_CONNECTION) {
      const isFirst = !this.#pendingRelays.some((pending) => pending.target === target);
      this.#pendingRelays.push({ target, follower });
      if (isFirst) this.#host.connectTo(target);
    } else {
      this.#startRelay(outside, follower);
    }
    this.#followers.add(follower);
    for (const leader of this.#leadership.leaders) {
      const toLeader = this.#connections.connectionTo(leader);
      if (toLeader !== NO_CONNECTION) this.#startRelay(toLeader, follower);
    }
  }

  /** We follow other leaders than before, or none any more. */
  followsOthers(): void {
    const forbidden = this.#forbiddenRelays;
    this.#forbiddenRelays = [];
    for (const { target, follower } of forbidden) this.leaderStart(follower, target);
    for (const leader of this.#leadership.leaders) this.#relayLeader(leader);
  }

  /** Forwards to all followers what a leader announces that we follow. */
  #relayLeader(leader: PeerId): void {
    const toLeader = this.#connections.connectionTo(leader);
    if (toLeader === NO_CONNECTION) return;
    for (const follower of this.#followers) this.#startRelay(toLeader, follower);
  }

  /** A connection was established: starts the relays that waited for it. */
  established(connection: Connection): void {
    if (this.#leadership.follows) {
      const remote = this.#connections.remoteOf(connection);
      if (this.#leadership.leaders.includes(remote)) this.#relayLeader(remote);
    }
    if (this.#pendingRelays.length === 0) return;
    const target = this.#connections.remoteOf(connection);
    const ready = this.#pendingRelays.filter((pending) => pending.target === target);
    if (ready.length === 0) return;
    this.#pendingRelays = this.#pendingRelays.filter((pending) => pending.target !== target);
    for (const { follower } of ready) this.#startRelay(connection, follower);
  }

  closed(connection: Connection): void {
    this.#forwarder.closed(connection);
    this.#followers.delete(connection);
    this.#pendingRelays = this.#pendingRelays.filter(({ follower }) => follower !== connection);
    this.#forbiddenRelays = this.#forbiddenRelays.filter(({ follower }) => follower !== connection);
  }

  /** No connection to `target` can be made: the relays that wait for it are dropped. */
  unreachable(target: PeerId): void {
    this.#pendingRelays = this.#pendingRelays.filter((pending) => pending.target !== target);
  }

  /** Whether `have(piece)` on this connection has to be forwarded to a follower. */
  hasToForward(outside: Connection, piece: PieceIndex): boolean {
    if (this.#forwarder.followersOf(outside) === undefined) return false;
    return this.#forwarder.hasToForward(outside, piece);
  }

  /** Forwards the `have` of an outside peer to the followers. */
  have(outside: Connection, piece: PieceIndex): void {
    if (!this.hasToForward(outside, piece)) return;
    const followers = this.#forwarder.followersOf(outside)!;
    for (let i = 0; i < followers.length; i++) {
      const follower = followers[i]!;
      if (this.#forwarder.markForwarded(follower, piece)) this.#host.have(follower, piece);
    }
  }

  /** A follower has requested `piece`, which we lack. */
  requestedByFollower(piece: PieceIndex): void {
    this.#picker.markRequestedByFollower(piece);
  }

  /** A relay has to wait until we may download from its target. */
  #postpone({ target, follower }: PendingRelay): void {
    const isKnown = this.#forbiddenRelays.some(
      (relay) => relay.target === target && relay.follower === follower,
    );
    if (!isKnown) this.#forbiddenRelays.push({ target, follower });
  }

  /** Starts a relay, and forwards what the outside peer has announced before. */
  #startRelay(outside: Connection, follower: Connection): void {
    if ((this.#connections.flags(outside) & MAY_DOWNLOAD) === 0) {
      return this.#postpone({ target: this.#connections.remoteOf(outside), follower });
    }
    if (!this.#forwarder.addRelay(outside, follower)) return;
    this.#connections.stopDeferring(outside);
    if (!this.#rules.forwardsEarlierHaves) return;
    const start = this.#connections.announcedStart(outside);
    this.#picker.eachLacked(this.#connections.announced, start, (piece) => {
      if (this.#forwarder.markForwarded(follower, piece)) this.#host.have(follower, piece);
    });
  }
}
