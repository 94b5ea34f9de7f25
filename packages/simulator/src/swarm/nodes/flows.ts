/**
 * What the nodes of one AS are sending: which connections have something queued, what rates they
 * are given at the instants of allocation, and when each piece has left.
 *
 * An instant is a meeting of all AS, in rounds:
 *
 *     0          settle what the last interval moved; tell the AS of the other ends of new and
 *                ended flows
 *     1, 3, 5 …  publish the share of each resource; whoever has all its rates lets its links run
 *     2, 4, 6 …  freeze what is tightest
 */

import { type Connection, NO_PIECE, type PieceIndex } from '@cachetorrent/protocol';

import type { ActorContext } from '../../engine/behaviour.ts';
import { Allocation } from '../../network/allocation.ts';
import { type TransferListener, Transfers } from '../../network/transfers.ts';
import { type RemoteEndpoints, NO_FLOW } from '../transport/remote-endpoints.ts';
import { FlowNews } from './flow-updates.ts';
import type { HostedPeer } from './hosted-peer.ts';
import * as kinds from '../event-kinds.ts';
import type { Plan } from '../plan/plan.ts';

/** The last bit of a piece has left. */
export type PieceSentListener = (from: HostedPeer, on: Connection, piece: PieceIndex) => void;

export class Flows implements TransferListener {
  readonly #plan: Plan;
  readonly #world: ActorContext;
  readonly #machines: readonly HostedPeer[];
  readonly #ends: RemoteEndpoints;
  readonly #onSent: PieceSentListener;
  readonly #transfers: Transfers;
  readonly #allocation: Allocation;
  readonly #news: FlowNews;
  /** For each link, the machine and the connection that it serves. */
  readonly #machineOf: number[] = [];
  readonly #connectionOf: Connection[] = [];
  readonly #unusedLinks: number[] = [];
  #isRunning = false;
  /** How many links take part in the allocation. */
  flowing = 0;

  constructor(
    plan: Plan,
    world: ActorContext,
    machines: readonly HostedPeer[],
    ends: RemoteEndpoints,
    onSent: PieceSentListener,
  ) {
    this.#plan = plan;
    this.#world = world;
    this.#machines = machines;
    this.#ends = ends;
    this.#onSent = onSent;
    this.#transfers = new Transfers({
      flowCount: 0,
      deliverAtAllocations: plan.swarm.quirks.deliverAtAllocations,
    });
    this.#allocation = new Allocation({ ...plan.nodesOf(world.id), shared: plan.rates });
    this.#news = new FlowNews(world, this.#allocation);
  }

  /** Whether anything is queued: then the next instant must be held. */
  get isAnyActive(): boolean {
    return this.#transfers.needsInstant;
  }

  start(from: HostedPeer, on: Connection): void {
    let link = this.#ends.flow(from.machine, on);
    if (link < 0) {
      link = this.#unusedLinks.pop() ?? this.#machineOf.length;
      this.#ends.setFlow(from.machine, on, link);
      this.#machineOf[link] = from.machine;
      this.#connectionOf[link] = on;
    }
    this.#transfers.start(link, this.#plan.swarm.pieceBits);
  }

  stop(from: HostedPeer, on: Connection): void {
    const link = this.#ends.flow(from.machine, on);
    if (link >= 0) this.#transfers.stop(link);
  }

  /** What was foretold of a link has come: its piece has been sent, unless it was stopped. */
  pieceSent(link: number, ticket: number): void {
    if (!this.#transfers.isCurrent(link, ticket)) return;
    this.#transfers.advance(link, this.delivered(link), this.#world.nowMs, this);
  }

  meet(round: number, atMs: number): boolean {
    if (round === 0) {
      this.#transfers.settle(atMs, this);
      this.#news.tell();
      return true;
    }
    if (round % 2 === 0) {
      this.#allocation.freeze();
      return true;
    }
    if (round === 1) {
      this.#allocation.begin();
      this.#isRunning = false;
    }
    const isOpen = this.#allocation.publishShares();
    if (!isOpen && !this.#isRunning) {
      this.#isRunning = true;
      this.#transfers.run(atMs + this.#plan.swarm.allocationIntervalMs, this);
    }
    return isOpen;
  }

  /** Another AS tells of flows from it to our nodes. */
  hear(bytes: DataView, offset: number, length: number): void {
    this.#news.hear(bytes, offset, length);
  }

  // What the transfers say and ask.

  opened(link: number): void {
    const { source, target, system } = this.#endsOf(link);
    this.flowing++;
    this.#allocation.openOutgoing(source, target);
    this.#news.opened(system, target, source);
  }

  closed(link: number): void {
    const { source, target, system } = this.#endsOf(link);
    this.flowing--;
    this.#allocation.closeOutgoing(source, target);
    this.#news.closed(system, target, source);
    this.#ends.setFlow(this.#machineOf[link]!, this.#connectionOf[link]!, NO_FLOW);
    this.#unusedLinks.push(link);
  }

  delivered(link: number): number {
    const from = this.#machines[this.#machineOf[link]!]!;
    const on = this.#connectionOf[link]!;
    this.#onSent(from, on, from.peer.nextToSend(on));
    return from.peer.pieceSent(on) === NO_PIECE ? 0 : this.#plan.swarm.pieceBits;
  }

  rateKbps(link: number): number {
    const { source, target } = this.#endsOf(link);
    return this.#allocation.rateKbps(source, target);
  }

  pieceEnds(link: number, atMs: number, ticket: number): void {
    this.#world.schedule(atMs, kinds.PIECE_SENT, link, ticket, 0);
  }

  /** The nodes at both ends, and the AS of the far one. */
  #endsOf(link: number): { source: number; target: number; system: number } {
    const machine = this.#machineOf[link]!;
    const on = this.#connectionOf[link]!;
    const system = this.#ends.system(machine, on);
    const source = this.#plan.nodeOfMachine(this.#world.id, machine);
    const target = this.#plan.nodeOfMachine(system, this.#ends.machine(machine, on));
    return { source, target, system };
  }
}
