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

import { bitsOfSpan, type BlockIndex, type Connection } from '@cachetorrent/protocol';

import type { ActorContext } from '../../engine/behaviour.ts';
import { Allocation } from '../../network/allocation.ts';
import { type TransferListener, Transfers } from '../../network/transfers.ts';
import * as kinds from '../event-kinds.ts';
import type { Plan } from '../plan/plan.ts';
import { NO_FLOW, type RemoteEndpoints } from '../transport/remote-endpoints.ts';
import { type FlowEnds, FlowUpdates } from './flow-updates.ts';
import type { HostedPeer } from './hosted-peer.ts';
import { IncomingFlows } from './incoming-flows.ts';

/** Called when the last bit of `count` blocks of a piece has been sent. */
export type SentListener = (
  from: HostedPeer,
  connection: Connection,
  block: BlockIndex,
  count: number,
) => void;

export class Flows implements TransferListener {
  readonly #plan: Plan;
  readonly #context: ActorContext;
  readonly #peers: readonly HostedPeer[];
  readonly #endpoints: RemoteEndpoints;
  readonly #onSent: SentListener;
  readonly #transfers: Transfers;
  readonly #allocation: Allocation;
  readonly #updates: FlowUpdates;
  /** The flows to our nodes; undefined if pieces are moved whole. */
  readonly #incoming: IncomingFlows | undefined;
  /** For each flow, the peer that sends, by its index in the AS, and its connection. */
  readonly #localPeerOf: number[] = [];
  readonly #connectionOf: Connection[] = [];
  readonly #unusedFlows: number[] = [];
  /** Whether the flows have their rates for the interval that begins. */
  #hasRates = false;
  /** The number of flows that take part in the allocation. */
  activeCount = 0;
  /** The bits that the flows have carried, also those of pieces that are not complete. */
  sentBits = 0;

  constructor(
    plan: Plan,
    context: ActorContext,
    peers: readonly HostedPeer[],
    endpoints: RemoteEndpoints,
    onSent: SentListener,
  ) {
    this.#plan = plan;
    this.#context = context;
    this.#peers = peers;
    this.#endpoints = endpoints;
    this.#onSent = onSent;
    this.#transfers = new Transfers({
      flowCount: 0,
      deliverAtAllocations: plan.swarm.quirks.deliverAtAllocations,
    });
    this.#allocation = new Allocation({ ...plan.nodesOf(context.id), shared: plan.rates });
    if (!plan.swarm.quirks.wholePieces) {
      this.#incoming = new IncomingFlows(plan, context.id, peers, endpoints, this.#allocation);
    }
    this.#updates = new FlowUpdates(context, this.#allocation, this.#incoming);
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
    this.#transfers.start(flow, this.#bitsToSend(flow), this.#context.nowMs, this);
  }

  /** How many blocks of the span in progress have been sent or begun. */
  blocksBegun({ localPeer, peer }: HostedPeer, connection: Connection): number {
    const flow = this.#endpoints.flow(localPeer, connection);
    if (flow < 0 || !this.#transfers.isFlowing(flow)) return 0;
    const doneBits = this.#transfers.doneBits(flow, this.#context.nowMs);
    const begun = Math.floor(doneBits / this.#plan.blockLayout.blockBits) + 1;
    return Math.min(begun, peer.countToSend(connection));
  }

  /** The span in progress has become shorter. */
  shorten({ localPeer }: HostedPeer, connection: Connection): void {
    const flow = this.#endpoints.flow(localPeer, connection);
    if (flow < 0) return;
    this.#transfers.shorten(flow, this.#bitsToSend(flow), this);
  }

  /**
   * Nothing more is to be sent on a connection. Sends the receiver the whole blocks of the span in
   * progress that have been sent, and returns their number.
   */
  stop(from: HostedPeer, connection: Connection): number {
    const flow = this.#endpoints.flow(from.localPeer, connection);
    if (flow < 0) return 0;
    const { peer } = from;
    const doneBits = this.#transfers.doneBits(flow, this.#context.nowMs);
    const wholeBlocks = Math.floor(doneBits / this.#plan.blockLayout.blockBits);
    // The event of the last block may be due now: it is late if the span is stopped first.
    const count = Math.min(wholeBlocks, peer.countToSend(connection) - 1);
    if (count > 0) this.#onSent(from, connection, peer.nextToSend(connection), count);
    this.#transfers.stop(flow, this.#context.nowMs, this);
    return count;
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
      this.#incoming?.reportProgress(atMs);
    }
    return isOpen;
  }

  /** Another AS reports flows to our nodes that it has opened or closed. */
  receiveUpdates(bytes: DataView, offset: number, length: number): void {
    this.#updates.receive(bytes, offset, length);
  }

  // What the transfers report and ask.

  opened(flow: number): void {
    this.activeCount++;
    this.#allocation.openOutgoing(this.#sourceOf(flow), this.#targetOf(flow));
    this.#updates.opened(this.#asIdOf(flow), this.#endsOf(flow));
  }

  closed(flow: number): void {
    this.activeCount--;
    this.#allocation.closeOutgoing(this.#sourceOf(flow), this.#targetOf(flow));
    this.#updates.closed(this.#asIdOf(flow), this.#endsOf(flow));
    this.#endpoints.setFlow(this.#localPeerOf[flow]!, this.#connectionOf[flow]!, NO_FLOW);
    this.#unusedFlows.push(flow);
  }

  delivered(flow: number): number {
    const from = this.#peers[this.#localPeerOf[flow]!]!;
    const connection = this.#connectionOf[flow]!;
    const { peer } = from;
    const count = peer.countToSend(connection);
    this.#onSent(from, connection, peer.nextToSend(connection), count);
    peer.blocksSent(connection, count);
    return this.#bitsToSend(flow);
  }

  rateKbps(flow: number): number {
    return this.#allocation.rateKbps(this.#sourceOf(flow), this.#targetOf(flow));
  }

  pieceEnds(flow: number, atMs: number, ticket: number): void {
    const fromNowMs = Math.max(atMs, this.#context.nowMs);
    this.#context.schedule(fromNowMs, kinds.PIECE_SENT, flow, ticket, 0);
  }

  progressed(flow: number, bits: number): void {
    this.sentBits += bits;
    const connection = this.#connectionOf[flow]!;
    this.#peers[this.#localPeerOf[flow]!]!.peer.sending(connection, bits);
  }

  /** The size of the first span to send on a flow, in bits; 0 if there is none. */
  #bitsToSend(flow: number): number {
    const { peer } = this.#peers[this.#localPeerOf[flow]!]!;
    const connection = this.#connectionOf[flow]!;
    const count = peer.countToSend(connection);
    if (count === 0) return 0;
    return bitsOfSpan(this.#plan.blockLayout, peer.nextToSend(connection), count);
  }

  /** The AS of the node that receives. */
  #asIdOf(flow: number): number {
    return this.#endpoints.asId(this.#localPeerOf[flow]!, this.#connectionOf[flow]!);
  }

  /** The node that sends. */
  #sourceOf(flow: number): number {
    return this.#plan.nodeOfLocalPeer(this.#context.id, this.#localPeerOf[flow]!);
  }

  /** The node that receives. */
  #targetOf(flow: number): number {
    const localPeer = this.#localPeerOf[flow]!;
    const remotePeer = this.#endpoints.remotePeer(localPeer, this.#connectionOf[flow]!);
    return this.#plan.nodeOfLocalPeer(this.#asIdOf(flow), remotePeer);
  }

  /** What the AS of the receiver needs to know of a flow. */
  #endsOf(flow: number): FlowEnds {
    const localPeer = this.#localPeerOf[flow]!;
    const connection = this.#connectionOf[flow]!;
    return {
      target: this.#targetOf(flow),
      source: this.#sourceOf(flow),
      localPeer: this.#endpoints.remotePeer(localPeer, connection),
      connection: this.#endpoints.remoteConnection(localPeer, connection) as Connection,
    };
  }
}
