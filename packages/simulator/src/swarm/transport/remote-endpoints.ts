/**
 * The remote endpoint of each connection of the peers of one AS: the AS, peer and connection at
 * the other end, the latency to it, and the flow that carries our pieces.
 *
 * A peer announces its pieces to its subscribers. They are in the order in which a `have` is sent:
 * those that may download from the peer come first, sorted by AS, so that one record takes a `have`
 * to all subscribers of an AS; those that only upload follow.
 *
 *     endpoint     AS id, remote peer, remote connection, latencyMs     4 words for each connection
 *     subscriber   connection                                           2 bytes for each subscriber
 */

import type { Connection } from '@cachetorrent/protocol';
import {
  type ConnectionColumn,
  moveValues,
  type PeerTables,
  type RowColumn,
} from '@cachetorrent/protocol/internal';
import { assert, grown } from '@cachetorrent/std';

import { CONNECTIONS_MAX } from '../plan/number-rule.ts';

/** A leader connects to its followers, and to their neighbours in other AS. */
const TOO_MANY =
  `a peer has at most ${CONNECTIONS_MAX} connections; ` +
  'use more AS or more leaders, or fewer neighbours';

/** The flow of a connection on which nothing is sent. */
export const NO_FLOW = -1;

/** The remote connection while the other side has not accepted yet. */
const UNKNOWN = -1;

/** The words of an endpoint. */
const ENDPOINT_WORDS = 4;
export const AS_ID = 0;
export const REMOTE_PEER = 1;
export const REMOTE_CONNECTION = 2;
export const LATENCY_MS = 3;

export class RemoteEndpoints implements ConnectionColumn, RowColumn {
  /** The endpoints of all connections, peer by peer: see `endpointOfSubscriber`. */
  endpoints: Int32Array = new Int32Array(0);
  /** The same memory as floats, for the latencies. */
  endpointFloats: Float32Array = new Float32Array(0);
  /** The tables of the peers of the AS. */
  readonly tables: PeerTables;
  #subscriberCounts = new Uint16Array(0);
  #downloaderCounts = new Uint16Array(0);
  /** The connection to each subscriber, peer by peer. */
  #subscribers = new Uint16Array(0);
  /** One more than the flow of each connection; 0 where there is none. */
  #flows = new Int32Array(0);

  /** `tables` are those of the peers of the AS. */
  constructor(tables: PeerTables) {
    this.tables = tables;
    tables.addColumn(this);
    tables.addRowColumn(this);
  }

  grow(connections: number): void {
    this.endpoints = grown(this.endpoints, ENDPOINT_WORDS * connections);
    this.endpointFloats = new Float32Array(this.endpoints.buffer);
    this.#subscribers = grown(this.#subscribers, connections);
    this.#flows = grown(this.#flows, connections);
  }

  move(from: number, to: number, count: number): void {
    const words = ENDPOINT_WORDS;
    moveValues(this.endpoints, words * from, words * to, words * count);
    moveValues(this.#subscribers, from, to, count);
    moveValues(this.#flows, from, to, count);
  }

  clear(from: number, count: number): void {
    this.endpoints.fill(0, ENDPOINT_WORDS * from, ENDPOINT_WORDS * (from + count));
    this.#subscribers.fill(0, from, from + count);
    this.#flows.fill(0, from, from + count);
  }

  growRows(rows: number): void {
    this.#subscriberCounts = grown(this.#subscriberCounts, rows);
    this.#downloaderCounts = grown(this.#downloaderCounts, rows);
  }

  clearRow(row: number): void {
    this.#subscriberCounts[row] = 0;
    this.#downloaderCounts[row] = 0;
  }

  /** Adds a connection; the remote connection is not known yet. */
  open(
    row: number,
    connection: Connection,
    asId: number,
    remotePeer: number,
    latencyMs: number,
  ): void {
    assert(connection < CONNECTIONS_MAX, TOO_MANY);
    const index = this.tables.firstConnection[row]! + connection;
    this.endpoints[ENDPOINT_WORDS * index + AS_ID] = asId;
    this.endpoints[ENDPOINT_WORDS * index + REMOTE_PEER] = remotePeer;
    this.endpoints[ENDPOINT_WORDS * index + REMOTE_CONNECTION] = UNKNOWN;
    this.endpointFloats[ENDPOINT_WORDS * index + LATENCY_MS] = latencyMs;
    this.#flows[index] = 0;
  }

  /** The other side has accepted; `remoteConnection` is its number for the connection. */
  establish(row: number, connection: Connection, remoteConnection: Connection): void {
    this.endpoints[this.#word(row, connection, REMOTE_CONNECTION)] = remoteConnection;
  }

  isEstablished(row: number, connection: Connection): boolean {
    return this.remoteConnection(row, connection) !== UNKNOWN;
  }

  /** The AS of the other side. */
  asId(row: number, connection: Connection): number {
    return this.endpoints[this.#word(row, connection, AS_ID)]!;
  }

  /** The index of the other side's peer within its AS. */
  remotePeer(row: number, connection: Connection): number {
    return this.endpoints[this.#word(row, connection, REMOTE_PEER)]!;
  }

  /** The other side's number for the connection; negative while it is not known. */
  remoteConnection(row: number, connection: Connection): number {
    return this.endpoints[this.#word(row, connection, REMOTE_CONNECTION)]!;
  }

  /** How long a message takes to the other side. */
  latencyMs(row: number, connection: Connection): number {
    return this.endpointFloats[this.#word(row, connection, LATENCY_MS)]!;
  }

  /** The flow of what we send on a connection; NO_FLOW where there is none. */
  flow(row: number, connection: Connection): number {
    return this.#flows[this.tables.firstConnection[row]! + connection]! - 1;
  }

  setFlow(row: number, connection: Connection, flow: number): void {
    this.#flows[this.tables.firstConnection[row]! + connection] = flow + 1;
  }

  /** The number of subscribers of a peer. */
  subscriberCount(row: number): number {
    return this.#subscriberCounts[row]!;
  }

  /** The number of subscribers, from the first on, that may download from the peer. */
  downloaderCount(row: number): number {
    return this.#downloaderCounts[row]!;
  }

  /** The connection to a peer's subscriber with this index. */
  subscriberConnection(row: number, index: number): Connection {
    return this.#subscribers[this.tables.firstConnection[row]! + index]! as Connection;
  }

  /** The position in `endpoints` of a peer's subscriber with this index. */
  endpointOfSubscriber(row: number, index: number): number {
    const first = this.tables.firstConnection[row]!;
    return ENDPOINT_WORDS * (first + this.#subscribers[first + index]!);
  }

  /**
   * Adds the other side of an established connection to the peer's subscribers; `downloads` says
   * whether it may download from the peer.
   */
  addSubscriber(row: number, connection: Connection, downloads: boolean): void {
    const first = this.tables.firstConnection[row]!;
    const end = first + this.#subscriberCounts[row]!++;
    let index = end;
    if (downloads) {
      index = first + this.#downloaderCounts[row]!++;
      while (index > first && !this.#precedes(index - 1, row, connection)) index--;
    }
    this.#subscribers.copyWithin(index + 1, index, end);
    this.#subscribers[index] = connection;
  }

  /** Removes the other side of a connection from the peer's subscribers, if it is one. */
  removeSubscriber(row: number, connection: Connection): void {
    const first = this.tables.firstConnection[row]!;
    const end = first + this.#subscriberCounts[row]!;
    let index = first;
    while (index < end && this.#subscribers[index] !== connection) index++;
    if (index === end) return;
    if (index < first + this.#downloaderCounts[row]!) this.#downloaderCounts[row]!--;
    this.#subscriberCounts[row]!--;
    this.#subscribers.copyWithin(index, index + 1, end);
  }

  /** Downloaders are sorted by AS, then by connection. */
  #precedes(index: number, row: number, connection: Connection): boolean {
    const other = this.#subscribers[index]! as Connection;
    const before = this.asId(row, other);
    const asId = this.asId(row, connection);
    return before < asId || (before === asId && other < connection);
  }

  #word(row: number, connection: Connection, word: number): number {
    return ENDPOINT_WORDS * (this.tables.firstConnection[row]! + connection) + word;
  }
}
