/**
 * New connections whose other side is not identified yet. The handshake contains its peer id; the
 * extended handshake contains the port where it listens and its autonomous system.
 *
 * Two peers that connect to each other at the same time keep one connection, by a rule that both
 * apply (BEP 3 has none; this is that of libtorrent). Only connections with one address are
 * compared: everyone may copy a peer id. Later, the connection that we have opened is kept, as only
 * its other side is proven to be where that peer listens; and of two that others have opened, both.
 *
 * A client sends its extended handshake first or, as Transmission does, half a second later. We
 * wait for it for a limited time, and any other message that arrives first ends the wait.
 */

import type { Endpoint, ExtendedHandshake, SessionEvent } from '@cachetorrent/protocol/wire';
import { keepsConnection } from '@cachetorrent/protocol/wire';

import type { Clock } from '../clock.ts';
import type { TcpConnection } from '../net/tcp-connection.ts';

/** A connection whose other side is identified. */
export interface IdentifiedConnection {
  readonly tcp: TcpConnection;
  readonly peerId: Uint8Array;
  /** Where the other side listens: known if we connected there, or if it has sent its port. */
  readonly endpoint: Endpoint | undefined;
  /** The AS number that the other side has sent. */
  readonly claimedAsn: number | undefined;
}

interface PendingConnection {
  readonly tcp: TcpConnection;
  /** The endpoint that we connected to; undefined for an incoming connection. */
  readonly target: Endpoint | undefined;
  peerId: Uint8Array | undefined;
  handshakeAtMs: number;
}

const EXTENDED_HANDSHAKE_TIMEOUT_MS = 1_000;
/** Two connections are simultaneous up to this time between a handshake and the next opening. */
const SIMULTANEOUS_MS = 2_000;

/** The connections whose other side is not identified yet. */
export class PendingConnections {
  readonly #ownId: Uint8Array;
  readonly #clock: Clock;
  readonly #onIdentified: (connection: IdentifiedConnection) => void;
  readonly #pending = new Map<TcpConnection, PendingConnection>();
  /** The latest connection that has completed the handshake, by address and peer id. */
  readonly #latest = new Map<string, PendingConnection>();

  constructor(
    ownId: Uint8Array,
    clock: Clock,
    onIdentified: (connection: IdentifiedConnection) => void,
  ) {
    this.#ownId = ownId;
    this.#clock = clock;
    this.#onIdentified = onIdentified;
  }

  /** Returns the oldest incoming connection without a handshake; undefined if there is none. */
  oldestWithoutHandshake(): TcpConnection | undefined {
    for (const { tcp, target, peerId } of this.#pending.values()) {
      if (target === undefined && peerId === undefined) return tcp;
    }
    return undefined;
  }

  /** Adds a connection. `target` is the endpoint that we connected to, if we did. */
  add(tcp: TcpConnection, target: Endpoint | undefined): void {
    this.#pending.set(tcp, { tcp, target, peerId: undefined, handshakeAtMs: Infinity });
  }

  /** Whether a connection that we opened to this endpoint is pending. */
  hasTarget(endpoint: Endpoint): boolean {
    for (const { target } of this.#pending.values()) {
      if (target?.host === endpoint.host && target.port === endpoint.port) return true;
    }
    return false;
  }

  /**
   * Handles an event of a pending connection. Returns true if the caller need not handle
   * it.
   */
  handleEvent(tcp: TcpConnection, event: SessionEvent): boolean {
    const pending = this.#pending.get(tcp);
    if (pending === undefined) return false;
    if (event.type === 'violation') return true;
    if (event.type === 'handshake') {
      this.#handleHandshake(pending, event.peerId, event.features.extensions);
      return true;
    }
    if (event.type === 'closed') return false;
    const handshake = event.type === 'extended-handshake' ? event.handshake : undefined;
    this.#identify(pending, handshake);
    return handshake !== undefined;
  }

  /** Identifies the connections that have waited long enough for an extended handshake. */
  tick(nowMs: number): void {
    for (const pending of this.#pending.values()) {
      const timeoutMs = pending.handshakeAtMs + EXTENDED_HANDSHAKE_TIMEOUT_MS;
      if (nowMs >= timeoutMs) this.#identify(pending, undefined);
    }
  }

  /**
   * Removes a closed connection, identified or not. Returns the endpoint that we connected to and
   * the peer id, as far as they are known, if it was not identified.
   */
  remove(tcp: TcpConnection): Pick<PendingConnection, 'target' | 'peerId'> | undefined {
    const pending = this.#pending.get(tcp);
    this.#pending.delete(tcp);
    for (const [key, latest] of this.#latest) {
      if (latest.tcp === tcp) this.#latest.delete(key);
    }
    return pending;
  }

  #handleHandshake(pending: PendingConnection, peerId: Uint8Array, hasExtensions: boolean): void {
    const { tcp } = pending;
    const key = `${tcp.host} ${Buffer.from(peerId).toString('latin1')}`;
    const other = this.#latest.get(key);
    if (other !== undefined && other.tcp.isOutgoing !== tcp.isOutgoing) {
      const isKept = isSimultaneous(pending, other)
        ? keepsConnection(this.#ownId, peerId, tcp.isOutgoing)
        : tcp.isOutgoing;
      (isKept ? other.tcp : tcp).close('duplicate-peer', 'each side has connected to the other');
      if (!isKept) return;
    }
    pending.peerId = peerId;
    pending.handshakeAtMs = this.#clock.nowMs();
    this.#latest.set(key, pending);
    if (!hasExtensions) this.#identify(pending, undefined);
  }

  #identify(pending: PendingConnection, handshake: ExtendedHandshake | undefined): void {
    const { tcp, peerId, target } = pending;
    if (peerId === undefined) return;
    this.#pending.delete(tcp);
    const port = handshake?.port;
    const endpoint = target ?? (port === undefined ? undefined : { host: tcp.host, port });
    this.#onIdentified({ tcp, peerId, endpoint, claimedAsn: handshake?.asn });
  }
}

/** Whether the second connection was opened before the other side knew of the first. */
function isSimultaneous(second: PendingConnection, first: PendingConnection): boolean {
  return second.tcp.openedAtMs <= first.handshakeAtMs + SIMULTANEOUS_MS;
}
