/**
 * Keeps a peer within its greatest number of connections, as the client does: it opens half of them
 * itself, an idle one makes way for a new one, and every five minutes the worst are closed if
 * almost all are in use. Peers that refuse are tried again later. The connections of a leader
 * within its AS do not count, nor do those to it: they carry what the AS gets.
 *
 * The rules are those of `packages/protocol/src/neighbours/`; this is what they need to know.
 */

import {
  type Connection,
  ConnectionCandidates,
  type ConnectionPurpose,
  evictable,
  NO_CONNECTION,
  type Peer,
  type PeerId,
  Turnover,
  type TurnoverPeer,
} from '@cachetorrent/protocol';

/** What the bound needs of its peer's host. */
export interface BoundedHost {
  readonly id: PeerId;
  readonly nowMs: number;
  readonly peer: Peer;
  /** Opens a connection. */
  open(to: PeerId, purpose: ConnectionPurpose): void;
  /** Closes an established connection, and tells the other side. */
  close(connection: Connection): void;
  /** Whether both sides have opened a connection. */
  isEstablished(connection: Connection): boolean;
  /** Whether it is to a leader of ours, or to a follower of ours. */
  isKept(connection: Connection): boolean;
  /** Looks at the bound again at a time, or before. */
  lookAgain(atMs: number): void;
}

/** Someone to connect to, and for what. */
interface Target {
  readonly id: PeerId;
  readonly purpose: ConnectionPurpose;
}

/** What has been exchanged on an open connection. */
interface Usage {
  readonly connectedAtMs: number;
  readonly isOutgoing: boolean;
  isUsed: boolean;
  receivedBytes: number;
  lastReceivedMs: number;
  lastUsedMs: number;
}

/** Room that appears is used at the next tick of the client, a second later at most. */
const TICK_MS = 1_000;

export class ConnectionBound {
  /** When its host looks at it next, in ms. */
  looksAtMs: number = -Infinity;
  readonly #max: number;
  readonly #host: BoundedHost;
  readonly #turnover: Turnover;
  readonly #candidates = new ConnectionCandidates<PeerId, Target>();
  /** All open connections. */
  readonly #usage = new Map<Connection, Usage>();

  constructor(max: number, host: BoundedHost) {
    this.#max = max;
    this.#host = host;
    this.#turnover = new Turnover(max, host.nowMs);
  }

  /** The number of open connections. */
  get openCount(): number {
    return this.#usage.size;
  }

  /** The tracker has named peers, or a follower asks for a relay: connects to them if it may. */
  know(ids: Iterable<number>, purpose: ConnectionPurpose): void {
    for (const id of ids as Iterable<PeerId>) {
      if (id !== this.#host.id) this.#candidates.add(id, { id, purpose });
    }
    this.look();
  }

  /** Returns whether there is room for one more connection, for which an idle one may make way. */
  makeRoom(): boolean {
    if (this.#counts.open < this.#max) return true;
    const idle = evictable(this.#evictablePeers(), this.#host.nowMs);
    if (idle === undefined) return false;
    this.#host.close(idle.connection);
    return this.#counts.open < this.#max;
  }

  /** Closes and opens connections, as far as it is time. */
  look(): void {
    const { nowMs } = this.#host;
    if (this.#turnover.isDue(nowMs)) {
      const candidates = [...this.#candidates.due(nowMs)].filter((each) => this.#isWanted(each));
      const closed = this.#turnover.choose(this.#turnoverPeers(), candidates.length, nowMs);
      for (const { connection } of closed) this.#host.close(connection);
    }
    for (const target of this.#candidates.due(nowMs)) {
      if (this.#counts.outgoing >= this.#outgoingMax) break;
      if (!this.#isWanted(target)) continue;
      if (!this.makeRoom()) break;
      this.#host.open(target.id, target.purpose);
    }
    this.lookAgain();
  }

  /** We have opened a connection, by ourselves or since the other side has. */
  opened(connection: Connection, isOutgoing: boolean): void {
    const { nowMs } = this.#host;
    if (isOutgoing) this.#candidates.connecting(this.#host.peer.remoteOf(connection));
    const times = { connectedAtMs: nowMs, lastReceivedMs: nowMs, lastUsedMs: nowMs };
    this.#usage.set(connection, { isOutgoing, isUsed: false, receivedBytes: 0, ...times });
  }

  /** The other side has opened the connection, too. */
  established(remote: PeerId): void {
    this.#candidates.connected(remote);
  }

  /** A connection is being closed, or was refused: `lookAgain` once it is. */
  closed(connection: Connection, remote: PeerId): void {
    const isUsed = this.#usage.get(connection)?.isUsed === true;
    this.#usage.delete(connection);
    if (isUsed) this.#candidates.used(remote);
    if (this.#isRedundant(connection)) this.#candidates.ban(remote);
    this.#candidates.failed(remote, this.#host.nowMs);
  }

  /** A block has arrived on a connection. */
  received(connection: Connection, bits: number): void {
    const usage = this.#usage.get(connection);
    if (usage === undefined) return;
    usage.receivedBytes += bits / 8;
    usage.lastReceivedMs = this.#host.nowMs;
    this.sent(connection);
  }

  /** A block has been sent on a connection. */
  sent(connection: Connection): void {
    const usage = this.#usage.get(connection);
    if (usage === undefined) return;
    usage.isUsed = true;
    usage.lastUsedMs = this.#host.nowMs;
  }

  /** The number of open connections that count, and of those that we have opened. */
  get #counts(): { readonly open: number; readonly outgoing: number } {
    let [open, outgoing] = [0, 0];
    for (const [connection, { isOutgoing }] of this.#usage) {
      if (this.#host.isKept(connection)) continue;
      open++;
      if (isOutgoing) outgoing++;
    }
    return { open, outgoing };
  }

  /** Whether neither side has any use for a connection: both hold the whole file. */
  #isRedundant(connection: Connection): boolean {
    const { peer } = this.#host;
    if (!peer.isComplete || !this.#host.isEstablished(connection)) return false;
    return !peer.stateOf(connection).peerInterested;
  }

  /** How many connections it opens itself: the others are for those that connect to it. */
  get #outgoingMax(): number {
    return this.#max / 2;
  }

  #isWanted = ({ id }: Target): boolean => this.#host.peer.connectionTo(id) === NO_CONNECTION;

  /** Has its host look at it when there is something to do. */
  lookAgain(): void {
    const { open, outgoing } = this.#counts;
    const hasRoom = open < this.#max && outgoing < this.#outgoingMax;
    const nextMs = hasRoom ? this.#candidates.nextDueMs(this.#isWanted) : Infinity;
    const soonMs = Math.max(nextMs, this.#host.nowMs + TICK_MS);
    this.#host.lookAgain(Math.min(soonMs, this.#turnover.dueMs));
  }

  *#evictablePeers() {
    for (const [connection, { isUsed, lastUsedMs }] of this.#usage) {
      if (!this.#host.isEstablished(connection) || this.#host.isKept(connection)) continue;
      const { amInterested, peerInterested } = this.#host.peer.stateOf(connection);
      yield { connection, isUsed, lastUsedMs, isInterested: amInterested || peerInterested };
    }
  }

  #turnoverPeers(): (TurnoverPeer & { readonly connection: Connection })[] {
    const { peer, nowMs } = this.#host;
    return [...this.#usage].map(([connection, usage]) => {
      const { amInterested, isChokingUs, isSeed } = peer.stateOf(connection);
      return {
        connection,
        // The other side knows a connection before it learns that it is closed.
        isKept:
          !this.#host.isEstablished(connection) ||
          usage.connectedAtMs > nowMs - TICK_MS ||
          this.#host.isKept(connection),
        isInteresting: amInterested,
        isSeed,
        receivedBytes: usage.receivedBytes,
        connectedAtMs: usage.connectedAtMs,
        isChokingUs,
        lastReceivedMs: usage.lastReceivedMs,
      };
    });
  }
}
