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
 *
 * Where several AS count the flows over a border, a step between the two adds up what they count.
 */

import { grown } from '@cachetorrent/std';

import { bitsOfSpan, type BlockIndex, type Connection, type PeerId } from '@cachetorrent/protocol';

import type { ActorContext } from '../../engine/behaviour.ts';
import type { RateAllocation } from '../../network/bordered-allocation.ts';
import { type TransferListener, Transfers } from '../../network/transfers.ts';
import * as kinds from '../event-kinds.ts';
import type { Capacity, Plan } from '../plan/plan.ts';
import type { Recorder } from '../recording/recorder.ts';
import type { Borders } from '../transport/borders.ts';
import { NO_FLOW, type RemoteEndpoints } from '../transport/remote-endpoints.ts';
import type { Rows } from '../transport/rows.ts';
import { type FlowEnds, FlowUpdates } from './flow-updates.ts';
import type { HostedPeer } from './hosted-peer.ts';
import { IncomingFlows } from './incoming-flows.ts';
import type { Service } from './service.ts';

/** Called when the last bit of `count` blocks of a piece has been sent. */
export type SentListener = (
  from: HostedPeer,
  connection: Connection,
  block: BlockIndex,
  count: number,
) => void;

export interface FlowsOptions {
  readonly plan: Plan;
  readonly context: ActorContext;
  /** The peers that are in the swarm, by row. */
  readonly peers: readonly (HostedPeer | undefined)[];
  readonly endpoints: RemoteEndpoints;
  readonly rows: Rows;
  readonly borders: Borders | undefined;
  readonly service: Service;
  readonly recorder: Recorder | undefined;
  readonly onSent: SentListener;
}

/** The numbers of a flow: its ends, as the AS of the sending node knows them. */
const ENDS_WORDS = 6;
/** The connection of the peer that sends. */
const SENDER = 0;
/** The AS of the receiving node. */
const AS_ID = 1;
/** See `FlowEnds`. */
const SOURCE = 2;
const TARGET = 3;
const LOCAL_PEER = 4;
const CONNECTION = 5;
/** The factor by which the room for flows grows. */
const GROWTH = 1.25;

export class Flows implements TransferListener {
  readonly #plan: Plan;
  readonly #context: ActorContext;
  /** The peers that are in the swarm, by row. */
  readonly #peers: readonly (HostedPeer | undefined)[];
  readonly #endpoints: RemoteEndpoints;
  readonly #borders: Borders | undefined;
  readonly #recorder: Recorder | undefined;
  readonly #onSent: SentListener;
  readonly #transfers: Transfers;
  readonly #allocation: RateAllocation;
  readonly #updates: FlowUpdates;
  /** The flows to our nodes; undefined if pieces are moved whole. */
  readonly #incoming: IncomingFlows | undefined;
  /** The peer that sends on each flow; it is kept when it leaves, until the flow has ended. */
  readonly #from: (HostedPeer | undefined)[] = [];
  /** The other numbers of each flow. */
  #ends = new Int32Array(0);
  readonly #unusedFlows: number[] = [];
  /** Whether the flows have their rates for the interval that begins. */
  #hasRates = false;
  /** The number of flows that take part in the allocation. */
  activeCount = 0;
  /** The bits that the flows have carried, also those of pieces that are not complete. */
  sentBits = 0;

  constructor(options: FlowsOptions) {
    const { plan, context, peers, endpoints, rows, borders, service, recorder, onSent } = options;
    this.#plan = plan;
    this.#context = context;
    this.#peers = peers;
    this.#endpoints = endpoints;
    this.#borders = borders;
    this.#recorder = recorder;
    this.#onSent = onSent;
    this.#transfers = new Transfers({
      flowCount: 0,
      deliverAtAllocations: plan.swarm.quirks.deliverAtAllocations,
    });
    this.#allocation = plan.makeAllocation(context.id);
    if (!plan.swarm.quirks.wholePieces) {
      this.#incoming = new IncomingFlows({
        plan,
        peers,
        endpoints,
        rows,
        allocation: this.#allocation,
        service,
      });
    }
    this.#updates = new FlowUpdates(context, this.#allocation, this.#incoming);
  }

  /** Whether the next allocation instant must be held: something is queued or being sent. */
  get needsAllocation(): boolean {
    return this.#transfers.needsInstant;
  }

  /** There is a piece to send on a connection on which nothing was to be sent. */
  start(from: HostedPeer, connection: Connection): void {
    if (this.#plan.capacityOf(from.id).uploadKbps === 0) return; // It is never sent.
    if (this.#isPaused(from, connection)) return; // It is started when the border opens.
    if (this.#plan.isClosed(this.#context.id, this.#endpoints.asId(from.row, connection))) return;
    let flow = this.#endpoints.flow(from.row, connection);
    if (flow < 0) {
      flow = this.#unusedFlows.pop() ?? this.#from.length;
      this.#endpoints.setFlow(from.row, connection, flow);
      this.#setEnds(flow, from, connection);
    }
    this.#transfers.start(flow, this.#bitsToSend(from, connection), this.#context.nowMs, this);
  }

  /** How many blocks of the span in progress have been sent or begun. */
  blocksBegun({ row, peer }: HostedPeer, connection: Connection): number {
    const flow = this.#endpoints.flow(row, connection);
    if (flow < 0 || !this.#transfers.isFlowing(flow)) return 0;
    const doneBits = this.#transfers.doneBits(flow, this.#context.nowMs);
    const begun = Math.floor(doneBits / this.#plan.blockLayout.blockBits) + 1;
    return Math.min(begun, peer.countToSend(connection));
  }

  /** The span in progress has become shorter. */
  shorten(from: HostedPeer, connection: Connection): void {
    const flow = this.#endpoints.flow(from.row, connection);
    if (flow < 0 || this.#isPaused(from, connection)) return;
    this.#transfers.shorten(flow, this.#bitsToSend(from, connection), this);
  }

  /**
   * Nothing more is to be sent on a connection. Sends the receiver the whole blocks of the span in
   * progress that have been sent, and returns their number.
   */
  stop(from: HostedPeer, connection: Connection): number {
    const flow = this.#endpoints.flow(from.row, connection);
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

  /**
   * Calls `visit` for each span in progress of which a block has been sent at `atMs`, which is no
   * later than the next event, with the bits of such blocks. The last block of a span does not
   * count: its event is still to come.
   */
  forEachSpan(atMs: number, visit: (flow: number, toAsId: number, sentBits: number) => void): void {
    const { blockLayout } = this.#plan;
    for (const [flow, from] of this.#from.entries()) {
      if (from === undefined) continue;
      const sender = this.#senderOf(flow);
      const asId = this.#ends[ENDS_WORDS * flow + AS_ID]!;
      const doneBits = this.#transfers.doneBits(flow, atMs);
      if (doneBits < blockLayout.blockBits) continue;
      const wholeBlocks = Math.floor(doneBits / blockLayout.blockBits);
      const count = Math.min(wholeBlocks, from.peer.countToSend(sender) - 1);
      if (count <= 0) continue;
      visit(flow, asId, bitsOfSpan(blockLayout, from.peer.nextToSend(sender), count));
    }
  }

  /** A border of a connection is about to close: what has been sent until now is on its way. */
  pause(from: HostedPeer, connection: Connection): void {
    if (from.peer.countToSend(connection) === 0) return;
    const count = this.stop(from, connection);
    if (count > 0) from.peer.blocksSent(connection, count);
  }

  /** The border has opened again. */
  resume(from: HostedPeer, connection: Connection): void {
    if (from.peer.countToSend(connection) > 0) this.start(from, connection);
  }

  #isPaused({ row }: HostedPeer, connection: Connection): boolean {
    if (this.#borders === undefined) return false;
    return this.#borders.closureTo(this.#endpoints.asId(row, connection)) !== undefined;
  }

  /** A connection is closed on the side of one of our peers: nothing arrives there any more. */
  closeIncoming({ row }: HostedPeer, connection: Connection): void {
    this.#incoming?.forget(row, connection, this.#context.nowMs);
  }

  /** A node has other capacities now: none if it has left. */
  setCapacity(id: PeerId, { uploadKbps, downloadKbps }: Capacity): void {
    this.#allocation.setCapacity(this.#plan.localNodeOf(id), uploadKbps, downloadKbps);
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
    const step = (round - 1) % this.#allocation.stepsPerRound;
    if (step > 0) {
      if (this.#allocation.stepsPerRound === 3 && step === 1) this.#allocation.sumBorders();
      else this.#allocation.freeze();
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
      this.#recorder?.allocated((flow) => this.#transfers.rateKbps(flow));
    }
    return isOpen;
  }

  /** Another AS reports flows to our nodes that it has opened or closed. */
  receiveUpdates(bytes: DataView, offset: number, length: number): void {
    this.#updates.receive(bytes, offset, length);
  }

  // What the transfers report and ask.

  opened(flow: number): void {
    const ends = this.#endsOf(flow);
    this.activeCount++;
    this.#allocation.openOutgoing(ends.source, ends.target);
    const asId = this.#ends[ENDS_WORDS * flow + AS_ID]!;
    this.#updates.opened(asId, ends);
    const from = this.#from[flow]!;
    this.#recorder?.flowOpened(flow, from, this.#plan.idOfLocalPeer(asId, ends.localPeer));
  }

  closed(flow: number): void {
    const ends = this.#endsOf(flow);
    this.activeCount--;
    this.#allocation.closeOutgoing(ends.source, ends.target);
    this.#updates.closed(this.#ends[ENDS_WORDS * flow + AS_ID]!, ends);
    this.#recorder?.flowClosed(flow);
    this.#forget(flow);
  }

  dropped(flow: number): void {
    this.#forget(flow);
  }

  delivered(flow: number): number {
    const from = this.#from[flow]!;
    const sender = this.#senderOf(flow);
    const { peer } = from;
    const count = peer.countToSend(sender);
    this.#onSent(from, sender, peer.nextToSend(sender), count);
    peer.blocksSent(sender, count);
    return this.#bitsToSend(from, sender);
  }

  rateKbps(flow: number): number {
    const first = ENDS_WORDS * flow;
    return this.#allocation.rateKbps(this.#ends[first + SOURCE]!, this.#ends[first + TARGET]!);
  }

  pieceEnds(flow: number, atMs: number, ticket: number): void {
    const fromNowMs = Math.max(atMs, this.#context.nowMs);
    this.#context.schedule(fromNowMs, kinds.PIECE_SENT, flow, ticket, 0);
  }

  progressed(flow: number, bits: number): void {
    this.sentBits += bits;
    this.#from[flow]!.peer.sending(this.#senderOf(flow), bits);
  }

  /** The connection of a flow has none any more: the index of the flow may be used again. */
  #forget(flow: number): void {
    const from = this.#from[flow]!;
    const sender = this.#senderOf(flow);
    if (this.#peers[from.row] === from && this.#endpoints.flow(from.row, sender) === flow) {
      this.#endpoints.setFlow(from.row, sender, NO_FLOW);
    }
    this.#from[flow] = undefined;
    this.#unusedFlows.push(flow);
  }

  /** The size of the first span to send on a connection, in bits; 0 if there is none. */
  #bitsToSend({ peer }: HostedPeer, connection: Connection): number {
    const count = peer.countToSend(connection);
    if (count === 0) return 0;
    return bitsOfSpan(this.#plan.blockLayout, peer.nextToSend(connection), count);
  }

  #senderOf(flow: number): Connection {
    return this.#ends[ENDS_WORDS * flow + SENDER]! as Connection;
  }

  #endsOf(flow: number): FlowEnds {
    const first = ENDS_WORDS * flow;
    return {
      source: this.#ends[first + SOURCE]!,
      target: this.#ends[first + TARGET]!,
      localPeer: this.#ends[first + LOCAL_PEER]!,
      connection: this.#ends[first + CONNECTION]! as Connection,
    };
  }

  #setEnds(flow: number, from: HostedPeer, sender: Connection): void {
    const first = ENDS_WORDS * flow;
    if (first + ENDS_WORDS > this.#ends.length) {
      const size = Math.ceil(GROWTH * (flow + 1));
      this.#ends = grown(this.#ends, ENDS_WORDS * size);
    }
    const { row, id } = from;
    const asId = this.#endpoints.asId(row, sender);
    const localPeer = this.#endpoints.remotePeer(row, sender);
    this.#from[flow] = from;
    this.#ends[first + SENDER] = sender;
    this.#ends[first + AS_ID] = asId;
    this.#ends[first + SOURCE] = this.#plan.nodeOf(id);
    this.#ends[first + TARGET] = this.#plan.nodeOfLocalPeer(asId, localPeer);
    this.#ends[first + LOCAL_PEER] = localPeer;
    this.#ends[first + CONNECTION] = this.#endpoints.remoteConnection(row, sender);
  }
}
