/**
 * What a follower does in addition to a plain peer: it gets the pieces of each outside peer
 * through a leader of its own AS, which it draws at random.
 *
 * If it is not connected to that leader yet, it connects first. When a leader goes, its relays are
 * started again through one of those that are left; when none is left, the host asks the tracker.
 * Leaders that are there but give nothing let us down, which the host learns if it asks.
 *
 *     connection    0   1    2   3   4       the relay of each connection: the leader that was
 *     relayedBy     A   ·    B   A   ?       drawn, none (·) or one that is still needed (?)
 *     pending       0   3                    those whose leader is not connected yet, in order
 */

import type { Random } from '@cachetorrent/std';

import { AM_INTERESTED, MAY_DOWNLOAD, PEER_CHOKING } from '../tables/connection-flags.ts';
import type { ConnectionTable } from '../tables/connections.ts';
import type { PeerHost } from './host.ts';
import { type Connection, NO_CONNECTION, type PeerId } from '../ids.ts';
import type { PeerComponents } from './components.ts';
import type { Leadership } from './leadership.ts';
import type { PiecePicker } from './piece-picker.ts';
import type { RelayRules } from '../rules/rules.ts';

/** The other side is in our AS, or has not answered: no relay. */
const NO_RELAY = -1 as PeerId;
/** A relay is needed, but no leader is known. */
const NO_LEADER = -2 as PeerId;

/**
 * If nobody has sent us anything of a block for this time, and our leaders choke us, they let us
 * down. Four optimistic unchokes end in it; and a connection ends without a word for so long.
 */
const SERVICE_TIMEOUT_MS = 120_000;
/** The same where nobody of our AS has got anything yet: first pieces come slowly. */
const START_TIMEOUT_MS = 600_000;

export class Follower {
  readonly #connections: ConnectionTable;
  readonly #picker: PiecePicker;
  readonly #host: PeerHost;
  readonly #leadership: Leadership;
  readonly #random: Random;
  readonly #rules: RelayRules;
  /** For each connection the leader that relays its other side. */
  readonly #relayedBy: PeerId[] = [];
  /** The connections whose relay waits for a connection to its leader. */
  #pending: Connection[] = [];
  /** Since when our present leaders have had time to serve us. */
  #waitsSinceMs: number;
  /** How many pieces that we lack others of our AS had announced when we looked last. */
  #announcedInside = 0;

  constructor(components: PeerComponents) {
    const { connections, picker, host, random, settings, leadership } = components;
    this.#connections = connections;
    this.#picker = picker;
    this.#host = host;
    this.#leadership = leadership;
    this.#random = random;
    this.#rules = settings.rules.relay;
    this.#waitsSinceMs = host.nowMs;
  }

  /** The tracker has named our leaders. */
  follows(): void {
    this.#waitsSinceMs = this.#host.nowMs;
    this.restartRelays();
  }

  /**
   * Whether our leaders let us down: one that we are interested in chokes us, and none of them does
   * not; and nobody has sent us bits of a block for long, the last ones at `lastReceivedMs`.
   * Leaders that serve others of our AS meanwhile are only slow. Call it once a round.
   */
  isLetDown(lastReceivedMs: number): boolean {
    const sinceMs = Math.max(lastReceivedMs, this.#waitsSinceMs);
    if (this.#picker.isComplete || this.#host.nowMs < sinceMs + SERVICE_TIMEOUT_MS) return false;
    let isAnyOfUse = false;
    for (const leader of this.#leadership.leaders) {
      const connection = this.#connections.connectionTo(leader);
      if (connection === NO_CONNECTION) continue;
      const flags = this.#connections.flags(connection);
      if ((flags & PEER_CHOKING) === 0) return false;
      isAnyOfUse ||= (flags & AM_INTERESTED) !== 0;
    }
    if (!isAnyOfUse) return false;
    const before = this.#announcedInside;
    this.#announcedInside = this.#countAnnouncedInside();
    if (this.#announcedInside > before) {
      this.#waitsSinceMs = this.#host.nowMs;
      return false;
    }
    const isStart = this.#announcedInside === 0 && sinceMs === this.#waitsSinceMs;
    return !isStart || this.#host.nowMs >= sinceMs + START_TIMEOUT_MS;
  }

  /** How many pieces that we lack others of our AS have announced, our leaders excepted. */
  #countAnnouncedInside(): number {
    const connections = this.#connections;
    const { leaders } = this.#leadership;
    connections.applyDueHaves();
    let count = 0;
    for (let connection = 0 as Connection; connection < connections.count; connection++) {
      // A follower may download inside its AS only.
      if ((connections.flags(connection) & MAY_DOWNLOAD) === 0) continue;
      if (leaders.includes(connections.remoteOf(connection))) continue;
      const start = connections.announcedStart(connection);
      this.#picker.eachLacked(connections.announced, start, () => count++);
    }
    return count;
  }

  /** A connection was opened, and the other side has not answered yet. */
  opened(connection: Connection, intraAs: boolean): void {
    if (!intraAs && this.#rules.startsBeforeAnswer) this.startRelay(connection);
  }

  /** A connection was established. */
  established(connection: Connection, intraAs: boolean): void {
    if (intraAs) this.#startPendingRelays(connection);
    else if (!this.#rules.startsBeforeAnswer) this.startRelay(connection);
  }

  /** Asks a leader to relay the outside peer at the other end of a connection, if none does. */
  startRelay(connection: Connection): void {
    while (this.#relayedBy.length <= connection) this.#relayedBy.push(NO_RELAY);
    if (this.#relayedBy[connection] === NO_RELAY) this.#drawLeader(connection);
  }

  /** A connection to `remote` is closed, and no longer in the tables. */
  closed(connection: Connection, remote: PeerId): void {
    this.#endRelay(connection);
    this.lost(remote);
  }

  /** A peer is gone, or cannot be reached. If it is a leader of ours, others take its relays. */
  lost(remote: PeerId): void {
    if (!this.#leadership.lose(remote)) return;
    const wasLast = this.#leadership.leaders.length === 0;
    this.restartRelays();
    if (wasLast && !this.#picker.isComplete) this.#host.needsLeaders?.();
  }

  /** Starts each relay again whose leader is none any more. */
  restartRelays(): void {
    const { leaders } = this.#leadership;
    for (let connection = 0 as Connection; connection < this.#relayedBy.length; connection++) {
      const leader = this.#relayedBy[connection]!;
      if (leader === NO_RELAY || leaders.includes(leader)) continue;
      this.#endRelay(connection);
      this.#drawLeader(connection);
    }
  }

  #endRelay(connection: Connection): void {
    if (connection < this.#relayedBy.length) this.#relayedBy[connection] = NO_RELAY;
    if (this.#pending.length === 0) return;
    this.#pending = this.#pending.filter((pending) => pending !== connection);
  }

  #drawLeader(connection: Connection): void {
    const { leaders } = this.#leadership;
    // It may have become a leader that we follow.
    if (leaders.includes(this.#connections.remoteOf(connection))) return;
    const leader = leaders.length === 0 ? NO_LEADER : leaders[this.#random.below(leaders.length)]!;
    const isFirst = !this.#pending.some((pending) => this.#relayedBy[pending] === leader);
    this.#relayedBy[connection] = leader;
    if (leader === NO_LEADER) return;
    const toLeader = this.#connections.connectionTo(leader);
    if (toLeader !== NO_CONNECTION) {
      this.#host.leaderStart(toLeader, this.#connections.remoteOf(connection));
      return;
    }
    this.#pending.push(connection);
    if (isFirst) this.#host.connectTo(leader);
  }

  /** Starts the relays that waited for this connection, if it is one to a leader. */
  #startPendingRelays(connection: Connection): void {
    if (this.#pending.length === 0) return;
    const leader = this.#connections.remoteOf(connection);
    const ready = this.#pending.filter((pending) => this.#relayedBy[pending] === leader);
    if (ready.length === 0) return;
    this.#pending = this.#pending.filter((pending) => this.#relayedBy[pending] !== leader);
    for (const each of ready) this.#host.leaderStart(connection, this.#connections.remoteOf(each));
  }
}
