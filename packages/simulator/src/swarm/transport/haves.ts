/**
 * How a `have` reaches a peer: nine in ten messages are one, so it has a way of its own.
 *
 * As soon as it is known that one is on its way, it is handed to the peers' tables, which keep it
 * until the peer looks; an event of the queue is made only of those that may bring something
 * about when they arrive (`DeferredHaves`). What most events change is in the tables, too, so that
 * the peer itself is not touched.
 */

import type { Connection, Peer, PieceIndex } from '@cachetorrent/protocol';
import {
  DeferredHaves,
  type DeferredHavesHost,
  DELIVER,
  NO_ACTION,
  type PeerTables,
} from '@cachetorrent/protocol/internal';

import type { ActorContext } from '../../engine/behaviour.ts';
import * as kinds from '../event-kinds.ts';
import type { Plan } from '../plan/plan.ts';

export class Haves implements DeferredHavesHost {
  readonly early: DeferredHaves;
  readonly #world: ActorContext;
  readonly #tables: PeerTables;
  readonly #peers: readonly Peer[];
  /** For each machine, 1 where its peer leads: it may pass on what it hears. */
  readonly #leads: Uint8Array;
  /** Leaders of the original pass on also what they hold. */
  readonly #duplicateForwards: boolean;

  /** A machine's peer is at its number in `peers` from the moment when it can be spoken to. */
  constructor(plan: Plan, world: ActorContext, tables: PeerTables, peers: readonly Peer[]) {
    const { countDuplicateHaves, duplicateForwards } = plan.swarm.quirks;
    this.#world = world;
    this.#tables = tables;
    this.#peers = peers;
    this.#leads = new Uint8Array(tables.firstConnection.length);
    this.#duplicateForwards = duplicateForwards;
    this.early = new DeferredHaves(tables, this, countDuplicateHaves);
  }

  /** The peer of this machine leads. */
  leads(machine: number): void {
    this.#leads[machine] = 1;
  }

  get nowMs(): number {
    return this.#world.nowMs;
  }

  get nowOrder(): number {
    return this.#world.nowOrder;
  }

  /**
   * One is on its way to `machine`, whose arrival `early` has been told of. Returns whether that is
   * all: where not, it has to happen as an event.
   */
  takes(machine: number, on: Connection, piece: PieceIndex): boolean {
    if (this.#leads[machine] === 0) return this.early.defer(machine, on, piece, false) !== DELIVER;
    if (!this.#duplicateForwards && this.#tables.isStored(machine, piece)) return true;
    if (this.#peers[machine]!.hasToForward(on, piece)) return false;
    return this.early.defer(machine, on, piece, this.#duplicateForwards) !== DELIVER;
  }

  /** It has arrived. */
  hear(machine: number, on: Connection, piece: PieceIndex): void {
    if (this.#leads[machine] === 1) return this.#peers[machine]!.have(on, piece);
    const outcome = this.#tables.have(machine, on, piece);
    if (outcome !== NO_ACTION) this.#peers[machine]!.afterHave(on, piece, outcome);
  }

  deliver(machine: number, on: Connection, piece: PieceIndex, atMs: number, order: number): void {
    this.#world.scheduleAs(order, atMs, kinds.HAVE, machine, on, piece);
  }
}
