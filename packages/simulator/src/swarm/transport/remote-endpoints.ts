/**
 * The remote endpoint of each connection of the peers of one AS: the AS, peer and connection at
 * the other end, the latency to it, and the flow that carries our pieces.
 *
 * A peer announces its pieces to its subscribers. Their endpoints are stored a second time, in the
 * order in which a `have` is sent: those that may download from the peer come first, sorted by AS,
 * so that one record takes a `have` to all subscribers of an AS; those that only upload follow.
 *
 *     endpoint     AS id, remote peer, remote connection, latencyMs     4 words for each connection
 *     subscriber   AS id, remote peer, remote connection, latencyMs     4 words for each subscriber
 */

import type { Connection } from '@cachetorrent/protocol';
import { type ConnectionColumn, grown, type PeerTables } from '@cachetorrent/protocol/internal';
import { assert } from '@cachetorrent/std';

import { CONNECTIONS_MAX } from '../plan/check.ts';

/** A leader connects to its followers, and to their neighbours in other AS. */
const TOO_MANY =
  `a peer has at most ${CONNECTIONS_MAX} connections; ` +
  'use more AS or more leaders, or fewer neighbours';

/** The flow of a connection on which nothing is sent. */
export const NO_FLOW = -1;

/** The remote connection while the other side has not accepted yet. */
const UNKNOWN = -1;

/** The words of an endpoint. */
export const ENDPOINT_WORDS = 4;
export const AS_ID = 0;
export const REMOTE_PEER = 1;
export const REMOTE_CONNECTION = 2;
export const LATENCY_MS = 3;

export class RemoteEndpoints implements ConnectionColumn {
  /** The endpoints of all subscribers, peer by peer: see `firstSubscriber`. */
  subscribers: Int32Array = new Int32Array(0);
  /** The same memory as floats, for the latencies. */
  subscriberFloats: Float32Array = new Float32Array(0);
  /** The tables of the peers of the AS. */
  readonly tables: PeerTables;
  readonly #subscriberCounts: Uint16Array;
  readonly #downloaderCounts: Uint16Array;
  #endpoints = new Int32Array(0);
  #endpointFloats = new Float32Array(0);
  /** For each subscriber, the connection to it. */
  #subscriberConnections = new Int32Array(0);
  /** One more than the flow of each connection; 0 where there is none. */
  #flows = new Int32Array(0);

  /** `tables` are those of the peers of the AS; the row of a peer is its index in its AS. */
  constructor(tables: PeerTables) {
    this.tables = tables;
    this.#subscriberCounts = new Uint16Array(tables.firstConnection.length);
    this.#downloaderCounts = new Uint16Array(tables.firstConnection.length);
    tables.addColumn(this);
  }

  grow(connections: number): void {
    this.#endpoints = grown(this.#endpoints, new Int32Array(ENDPOINT_WORDS * connections));
    this.#endpointFloats = new Float32Array(this.#endpoints.buffer);
    this.subscribers = grown(this.subscribers, new Int32Array(ENDPOINT_WORDS * connections));
    this.subscriberFloats = new Float32Array(this.subscribers.buffer);
    this.#subscriberConnections = grown(this.#subscriberConnections, new Int32Array(connections));
    this.#flows = grown(this.#flows, new Int32Array(connections));
  }

  move(from: number, to: number, count: number): void {
    moveEndpoints(this.#endpoints, from, to, count);
    moveEndpoints(this.subscribers, from, to, count);
    this.#subscriberConnections.copyWithin(to, from, from + count);
    this.#flows.copyWithin(to, from, from + count);
  }

  /** Adds a connection; the remote connection is not known yet. */
  open(
    localPeer: number,
    connection: Connection,
    asId: number,
    remotePeer: number,
    latencyMs: number,
  ): void {
    assert(connection < CONNECTIONS_MAX, TOO_MANY);
    const index = this.tables.firstConnection[localPeer]! + connection;
    this.#endpoints[ENDPOINT_WORDS * index + AS_ID] = asId;
    this.#endpoints[ENDPOINT_WORDS * index + REMOTE_PEER] = remotePeer;
    this.#endpoints[ENDPOINT_WORDS * index + REMOTE_CONNECTION] = UNKNOWN;
    this.#endpointFloats[ENDPOINT_WORDS * index + LATENCY_MS] = latencyMs;
    this.#flows[index] = 0;
  }

  /** The other side has accepted; `remoteConnection` is its number for the connection. */
  establish(localPeer: number, connection: Connection, remoteConnection: Connection): void {
    this.#endpoints[this.#word(localPeer, connection, REMOTE_CONNECTION)] = remoteConnection;
  }

  isEstablished(localPeer: number, connection: Connection): boolean {
    return this.remoteConnection(localPeer, connection) !== UNKNOWN;
  }

  /** The AS of the other side. */
  asId(localPeer: number, connection: Connection): number {
    return this.#endpoints[this.#word(localPeer, connection, AS_ID)]!;
  }

  /** The index of the other side's peer within its AS. */
  remotePeer(localPeer: number, connection: Connection): number {
    return this.#endpoints[this.#word(localPeer, connection, REMOTE_PEER)]!;
  }

  /** The other side's number for the connection; negative while it is not known. */
  remoteConnection(localPeer: number, connection: Connection): number {
    return this.#endpoints[this.#word(localPeer, connection, REMOTE_CONNECTION)]!;
  }

  /** How long a message takes to the other side. */
  latencyMs(localPeer: number, connection: Connection): number {
    return this.#endpointFloats[this.#word(localPeer, connection, LATENCY_MS)]!;
  }

  /** The flow of what we send on a connection; NO_FLOW where there is none. */
  flow(localPeer: number, connection: Connection): number {
    return this.#flows[this.tables.firstConnection[localPeer]! + connection]! - 1;
  }

  setFlow(localPeer: number, connection: Connection, flow: number): void {
    this.#flows[this.tables.firstConnection[localPeer]! + connection] = flow + 1;
  }

  /** The number of subscribers of a peer. */
  subscriberCount(localPeer: number): number {
    return this.#subscriberCounts[localPeer]!;
  }

  /** The number of subscribers, from the first on, that may download from the peer. */
  downloaderCount(localPeer: number): number {
    return this.#downloaderCounts[localPeer]!;
  }

  /** The connection to a peer's subscriber with this index. */
  subscriberConnection(localPeer: number, index: number): Connection {
    const at = this.tables.firstConnection[localPeer]! + index;
    return this.#subscriberConnections[at]! as Connection;
  }

  /** The index in `subscribers` of a peer's first subscriber. */
  firstSubscriber(localPeer: number): number {
    return ENDPOINT_WORDS * this.tables.firstConnection[localPeer]!;
  }

  /**
   * Adds the other side of an established connection to the peer's subscribers; `downloads` says
   * whether it may download from the peer.
   */
  addSubscriber(localPeer: number, connection: Connection, downloads: boolean): void {
    const first = this.tables.firstConnection[localPeer]!;
    const end = first + this.#subscriberCounts[localPeer]!++;
    let index = end;
    if (downloads) {
      index = first + this.#downloaderCounts[localPeer]!++;
      while (index > first && !this.#precedes(index - 1, localPeer, connection)) index--;
    }
    this.#subscriberConnections.copyWithin(index + 1, index, end);
    moveEndpoints(this.subscribers, index, index + 1, end - index);
    this.#subscriberConnections[index] = connection;
    const source = ENDPOINT_WORDS * (first + connection);
    const endpoint = this.#endpoints.subarray(source, source + ENDPOINT_WORDS);
    this.subscribers.set(endpoint, ENDPOINT_WORDS * index);
  }

  /** Downloaders are sorted by AS, then by connection. */
  #precedes(index: number, localPeer: number, connection: Connection): boolean {
    const before = this.subscribers[ENDPOINT_WORDS * index + AS_ID]!;
    const asId = this.asId(localPeer, connection);
    return before < asId || (before === asId && this.#subscriberConnections[index]! < connection);
  }

  #word(localPeer: number, connection: Connection, word: number): number {
    return ENDPOINT_WORDS * (this.tables.firstConnection[localPeer]! + connection) + word;
  }
}

function moveEndpoints(endpoints: Int32Array, from: number, to: number, count: number): void {
  const source = ENDPOINT_WORDS * from;
  endpoints.copyWithin(ENDPOINT_WORDS * to, source, source + ENDPOINT_WORDS * count);
}
