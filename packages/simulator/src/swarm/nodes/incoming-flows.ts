/**
 * The flows to the nodes of one AS, so that its peers know what has arrived before a span of blocks
 * is complete. Both ends of a flow know its rate, so nothing needs to be sent.
 *
 * A report says what has arrived in the interval before an allocation instant. It may be too high
 * for a flow that ended within the interval, but never exceeds what is requested; the next blocks
 * that arrive correct it. The latency of a flow is not taken into account.
 */

import type { Connection } from '@cachetorrent/protocol';
import {
  LAST_RECEIVED_MS,
  type PeerTables,
  RECEIVE_KBPS,
  type RowColumn,
} from '@cachetorrent/protocol/internal';

import type { RateAllocation } from '../../network/bordered-allocation.ts';
import { FlowLists } from '../../network/flow-lists.ts';
import type { Plan } from '../plan/plan.ts';
import type { RemoteEndpoints } from '../transport/remote-endpoints.ts';
import { NO_ROW, type Rows } from '../transport/rows.ts';
import type { HostedPeer } from './hosted-peer.ts';
import type { Service } from './service.ts';

export interface IncomingFlowsOptions {
  readonly plan: Plan;
  /** The peers that are in the swarm, by row. */
  readonly peers: readonly (HostedPeer | undefined)[];
  readonly endpoints: RemoteEndpoints;
  readonly rows: Rows;
  readonly allocation: RateAllocation;
  readonly service: Service;
}

export class IncomingFlows implements RowColumn {
  readonly #plan: Plan;
  readonly #peers: readonly (HostedPeer | undefined)[];
  readonly #endpoints: RemoteEndpoints;
  readonly #rows: Rows;
  readonly #allocation: RateAllocation;
  readonly #service: Service;
  readonly #tables: PeerTables;
  /** For each row, the connections on which something flows to its peer. */
  readonly #connections = new FlowLists(0);
  #instantMs = 0;

  constructor({ plan, peers, endpoints, rows, allocation, service }: IncomingFlowsOptions) {
    this.#plan = plan;
    this.#peers = peers;
    this.#endpoints = endpoints;
    this.#rows = rows;
    this.#allocation = allocation;
    this.#service = service;
    this.#tables = endpoints.tables;
    this.#tables.addRowColumn(this);
  }

  growRows(rows: number): void {
    this.#connections.growLists(rows);
  }

  clearRow(row: number): void {
    // Its node has left, so it does not matter when.
    const { length } = this.#connections;
    for (let i = 0; i < length[row]!; i++) this.#service.closed(this.#localNodeOf(row), 0);
    this.#connections.clear(row);
  }

  /** Something flows to the peer with the index `localPeer`, unless it has left. */
  opened(localPeer: number, connection: Connection, nowMs: number): void {
    const row = this.#rows.of(localPeer);
    if (row === NO_ROW || !this.#peers[row]!.peer.isOpen(connection)) return;
    this.#connections.insert(row, connection);
    this.#service.opened(this.#localNodeOf(row), nowMs);
  }

  /** Nothing flows any more to the peer with the index `localPeer`, which may have left. */
  closed(localPeer: number, connection: Connection, nowMs: number): void {
    const row = this.#rows.of(localPeer);
    if (row !== NO_ROW) this.forget(row, connection, nowMs);
  }

  /** Nothing flows any more to the peer of a row. */
  forget(row: number, connection: Connection, nowMs: number): void {
    if (!this.#connections.has(row, connection)) return;
    this.#connections.remove(row, connection);
    this.#service.closed(this.#localNodeOf(row), nowMs);
    this.#tables.receivesNothing(row, connection);
  }

  /** Reports to each peer what has arrived since the last instant, and its present rates. */
  reportProgress(atMs: number): void {
    const { start, length } = this.#connections;
    const { firstConnection } = this.#tables;
    const { downloads } = this.#tables.traffic;
    for (let row = 0; row < this.#rows.count; row++) {
      if (length[row] === 0) continue;
      const { peer, id } = this.#peers[row]!;
      const target = this.#plan.nodeOf(id);
      for (let i = 0; i < length[row]!; i++) {
        const connection = this.#connections.entries[start[row]! + i]! as Connection;
        const at = firstConnection[row]! + connection;
        const sinceMs = Math.max(this.#instantMs, downloads.float(at, LAST_RECEIVED_MS));
        const bits = downloads.float(at, RECEIVE_KBPS) * (atMs - sinceMs);
        const source = this.#sourceOf(row, connection);
        peer.arriving(connection, bits, this.#allocation.rateKbps(source, target));
      }
    }
    this.#instantMs = atMs;
  }

  #localNodeOf(row: number): number {
    return Math.floor(this.#rows.peerOf(row) / this.#plan.swarm.subTorrents);
  }

  #sourceOf(row: number, connection: Connection): number {
    const asId = this.#endpoints.asId(row, connection);
    return this.#plan.nodeOfLocalPeer(asId, this.#endpoints.remotePeer(row, connection));
  }
}
