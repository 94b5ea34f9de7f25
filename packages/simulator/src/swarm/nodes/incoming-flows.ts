/**
 * The flows to the nodes of one AS, so that its peers know what has arrived before a span of blocks
 * is complete. Both ends of a flow know its rate, so nothing needs to be sent.
 *
 * A report says what has arrived in the interval before an allocation instant. It may be too high
 * for a flow that ended within the interval, but never exceeds what is requested; the next blocks
 * that arrive correct it. The latency of a flow is not taken into account.
 */

import type { Connection } from '@cachetorrent/protocol';
import type { PeerTables } from '@cachetorrent/protocol/internal';

import type { Allocation } from '../../network/allocation.ts';
import { FlowLists } from '../../network/flow-lists.ts';
import type { Plan } from '../plan/plan.ts';
import type { RemoteEndpoints } from '../transport/remote-endpoints.ts';
import type { HostedPeer } from './hosted-peer.ts';

export class IncomingFlows {
  readonly #plan: Plan;
  readonly #asId: number;
  readonly #peers: readonly HostedPeer[];
  readonly #endpoints: RemoteEndpoints;
  readonly #allocation: Allocation;
  readonly #tables: PeerTables;
  /** For each peer of the AS, the connections on which something flows to it. */
  readonly #connections: FlowLists;
  #instantMs = 0;

  constructor(
    plan: Plan,
    asId: number,
    peers: readonly HostedPeer[],
    endpoints: RemoteEndpoints,
    allocation: Allocation,
  ) {
    this.#plan = plan;
    this.#asId = asId;
    this.#peers = peers;
    this.#endpoints = endpoints;
    this.#allocation = allocation;
    this.#tables = endpoints.tables;
    this.#connections = new FlowLists(endpoints.tables.firstConnection.length);
  }

  opened(localPeer: number, connection: Connection): void {
    this.#connections.insert(localPeer, connection);
  }

  closed(localPeer: number, connection: Connection): void {
    this.#connections.remove(localPeer, connection);
    const { firstConnection, traffic } = this.#tables;
    traffic.receiveKbps[firstConnection[localPeer]! + connection] = 0;
  }

  /** Reports to each peer what has arrived since the last instant, and its present rates. */
  reportProgress(atMs: number): void {
    const { start, length } = this.#connections;
    const { firstConnection, traffic } = this.#tables;
    for (let localPeer = 0; localPeer < length.length; localPeer++) {
      if (length[localPeer] === 0) continue;
      const { peer } = this.#peers[localPeer]!;
      const target = this.#plan.nodeOfLocalPeer(this.#asId, localPeer);
      for (let i = 0; i < length[localPeer]!; i++) {
        const connection = this.#connections.entries[start[localPeer]! + i]! as Connection;
        const at = firstConnection[localPeer]! + connection;
        const sinceMs = Math.max(this.#instantMs, traffic.lastReceivedMs[at]!);
        const bits = traffic.receiveKbps[at]! * (atMs - sinceMs);
        const source = this.#sourceOf(localPeer, connection);
        peer.arriving(connection, bits, this.#allocation.rateKbps(source, target));
      }
    }
    this.#instantMs = atMs;
  }

  #sourceOf(localPeer: number, connection: Connection): number {
    const asId = this.#endpoints.asId(localPeer, connection);
    return this.#plan.nodeOfLocalPeer(asId, this.#endpoints.remotePeer(localPeer, connection));
  }
}
