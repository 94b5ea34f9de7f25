/**
 * How a `have` reaches a peer: nine in ten messages are one, so it has a way of its own.
 *
 * As soon as it is known that one is on its way, it is handed to the peers' tables, which keep it
 * until the peer looks; an event of the queue is made only of those that may bring something
 * about when they arrive (`EarlyHaves`). What most events change is in the tables, too, so that
 * the peer itself is not touched.
 */

import {
  type Connection,
  EarlyHaves,
  type EarlyHavesHost,
  IN_TIME,
  NOTHING,
  type Peer,
  type PeerTables,
  type PieceIndex,
} from '@cachetorrent/protocol';

import type { World } from '../engine/behaviour.ts';
import * as kinds from './kinds.ts';
import type { Plan } from './plan.ts';

export class Haves implements EarlyHavesHost {
  readonly early: EarlyHaves;
  readonly #world: World;
  readonly #tables: PeerTables;
  readonly #peers: readonly Peer[];
  /** For each machine, 1 where its peer leads: it may pass on what it hears. */
  readonly #leads: Uint8Array;
  /** Leaders of the original pass on also what they hold. */
  readonly #repeatForwards: boolean;

  /** A machine's peer is at its number in `peers` from the moment when it can be spoken to. */
  constructor(plan: Plan, world: World, tables: PeerTables, peers: readonly Peer[]) {
    const { countRepeatedHaves, repeatForwards } = plan.swarm.habits;
    this.#world = world;
    this.#tables = tables;
    this.#peers = peers;
    this.#leads = new Uint8Array(tables.blockOf.length);
    this.#repeatForwards = repeatForwards;
    this.early = new EarlyHaves(tables, this, countRepeatedHaves);
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
    if (this.#leads[machine] === 0) return this.early.take(machine, on, piece, false) !== IN_TIME;
    if (!this.#repeatForwards && this.#tables.isStored(machine, piece)) return true;
    if (this.#peers[machine]!.passesOn(on, piece)) return false;
    return this.early.take(machine, on, piece, this.#repeatForwards) !== IN_TIME;
  }

  /** It has arrived. */
  hear(machine: number, on: Connection, piece: PieceIndex): void {
    if (this.#leads[machine] === 1) return this.#peers[machine]!.have(on, piece);
    const outcome = this.#tables.have(machine, on, piece);
    if (outcome !== NOTHING) this.#peers[machine]!.heard(on, piece, outcome);
  }

  deliverInTime(
    machine: number,
    on: Connection,
    piece: PieceIndex,
    atMs: number,
    order: number,
  ): void {
    this.#world.scheduleAs(order, atMs, kinds.HAVE, machine, on, piece);
  }
}
