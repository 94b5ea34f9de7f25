/**
 * The flows of one AS: the connections on which its nodes have pieces to send, the rates that they
 * get at allocation instants, and the times at which their pieces have been sent.
 *
 * At an allocation instant all AS synchronize in rounds:
 *
 *     0          credit what the last interval has moved; report opened and closed flows to the AS
 *                at their other ends
 *     1, 3, 5 …  publish the share of each resource; an AS that has all its rates starts its flows
 *     2, 4, 6 …  freeze the tightest resources
 */

import { type Connection, NO_PIECE, type PieceIndex } from '@cachetorrent/protocol';

import type { ActorContext } from '../../engine/behaviour.ts';
import { Allocation } from '../../network/allocation.ts';
import { type TransferListener, Transfers } from '../../network/transfers.ts';
import * as kinds from '../event-kinds.ts';
import type { Plan } from '../plan/plan.ts';
import { NO_FLOW, type RemoteEndpoints } from '../transport/remote-endpoints.ts';
import { FlowUpdates } from './flow-updates.ts';
import type { HostedPeer } from './hosted-peer.ts';

/** Called when the last bit of a piece has been sent. */
export type PieceSentListener = (
  from: HostedPeer,
  connection: Connection,
  piece: PieceIndex,
) => void;

export class Flows implements TransferListener {
  readonly #plan: Plan;
  readonly #context: ActorContext;
  readonly #peers: readonly HostedPeer[];
  readonly #endpoints: RemoteEndpoints;
  readonly #onPieceSent: PieceSentListener;
  readonly #transfers: Transfers;
  readonly #allocation: Allocation;
  readonly #updates: FlowUpdates;
  /** For each flow, the peer that sends, by its index in the AS, and its connection. */
  readonly #localPeerOf: number[] = [];
  readonly #connectionOf: Connection[] = [];
  readonly #unusedFlows: number[] = [];
  /** Whether the flows have their rates for the interval that begins. */
  #hasRates = false;
  /** The number of flows that take part in the allocation. */
  activeCount = 0;

  constructor(
    plan: Plan,
    context: ActorContext,
    peers: readonly HostedPeer[],
    endpoints: RemoteEndpoints,
    onPieceSent: PieceSentListener,
  ) {
    this.#plan = plan;
    this.#context = context;
    this.#peers = peers;
    this.#endpoints = endpoints;
    this.#onPieceSent = onPieceSent;
    this.#transfers = new Transfers({
      flowCount: 0,
      deliverAtAllocations: plan.swarm.quirks.deliverAtAllocations,
    });
    this.#allocation = new Allocation({ ...plan.nodesOf(context.id), shared: plan.rates });
    this.#updates = new FlowUpdates(context, this.#allocation);
  }

  /** Whether the next allocation instant must be held: something is queued or being sent. */
  get needsAllocation(): boolean {
    return this.#transfers.needsInstant;
  }

  /** There is a piece to send on a connection on which nothing was to be sent. */
  start({ id, localPeer }: HostedPeer, connection: Connection): void {
    if (this.#plan.capacityOf(id).uploadKbps === 0) return; // It is never sent.
    let flow = this.#endpoints.flow(localPeer, connection);
    if (flow < 0) {
      flow = this.#unusedFlows.pop() ?? this.#localPeerOf.length;
      this.#endpoints.setFlow(localPeer, connection, flow);
      this.#localPeerOf[flow] = localPeer;
      this.#connectionOf[flow] = connection;
    }
    this.#transfers.start(flow, this.#plan.swarm.pieceBits);
  }

  /** There is nothing to send on a connection any more. */
  stop({ localPeer }: HostedPeer, connection: Connection): void {
    const flow = this.#endpoints.flow(localPeer, connection);
    if (flow >= 0) this.#transfers.stop(flow);
  }

  /** Handles the event that a piece has been sent, unless it was cancelled in the meantime. */
  handlePieceSent(flow: number, ticket: number): void {
    if (!this.#transfers.isCurrent(flow, ticket)) return;
    this.#transfers.advance(flow, this.delivered(flow), this.#context.nowMs, this);
  }

  /** Runs a round of the allocation instant at `atMs`. Returns whether another round is needed. */
  allocate(round: number, atMs: number): boolean {
    if (round === 0) {
      this.#transfers.settle(atMs, this);
      this.#updates.send();
      return true;
    }
    if (round % 2 === 0) {
      this.#allocation.freeze();
      return true;
    }
    if (round === 1) {
      this.#allocation.begin();
      this.#hasRates = false;
    }
    const isOpen = this.#allocation.publishShares();
    if (!isOpen && !this.#hasRates) {
      this.#hasRates = true;
      this.#transfers.run(atMs + this.#plan.swarm.allocationIntervalMs, this);
    }
    return isOpen;
  }

  /** Another AS reports flows to our nodes that it has opened or closed. */
  receiveUpdates(bytes: DataView, offset: number, length: number): void {
    this.#updates.receive(bytes, offset, length);
  }

  // What the transfers report and ask.

  opened(flow: number): void {
    const { source, target, asId } = this.#endsOf(flow);
    this.activeCount++;
    this.#allocation.openOutgoing(source, target);
    this.#updates.opened(asId, target, source);
  }

  closed(flow: number): void {
    const { source, target, asId } = this.#endsOf(flow);
    this.activeCount--;
    this.#allocation.closeOutgoing(source, target);
    this.#updates.closed(asId, target, source);
    this.#endpoints.setFlow(this.#localPeerOf[flow]!, this.#connectionOf[flow]!, NO_FLOW);
    this.#unusedFlows.push(flow);
  }

  delivered(flow: number): number {
    const from = this.#peers[this.#localPeerOf[flow]!]!;
    const connection = this.#connectionOf[flow]!;
    this.#onPieceSent(from, connection, from.peer.nextToSend(connection));
    return from.peer.pieceSent(connection) === NO_PIECE ? 0 : this.#plan.swarm.pieceBits;
  }

  rateKbps(flow: number): number {
    const { source, target } = this.#endsOf(flow);
    return this.#allocation.rateKbps(source, target);
  }

  pieceEnds(flow: number, atMs: number, ticket: number): void {
    this.#context.schedule(atMs, kinds.PIECE_SENT, flow, ticket, 0);
  }

  /** The nodes at both ends of a flow, and the AS of the target. */
  #endsOf(flow: number): { source: number; target: number; asId: number } {
    const localPeer = this.#localPeerOf[flow]!;
    const connection = this.#connectionOf[flow]!;
    const asId = this.#endpoints.asId(localPeer, connection);
    const source = this.#plan.nodeOfLocalPeer(this.#context.id, localPeer);
    const remotePeer = this.#endpoints.remotePeer(localPeer, connection);
    return { source, target: this.#plan.nodeOfLocalPeer(asId, remotePeer), asId };
  }
}
