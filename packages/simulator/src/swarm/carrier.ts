/**
 * Carries what the nodes of one AS say: to a node of the same AS as an event of its own queue,
 * to one of another AS as bytes in its mailbox.
 *
 * Saying something is three steps, the same for both: `begin` returns a hearer, the message is
 * said to it, `end` sends it off.
 *
 *     const hearer = carrier.begin(kinds.CHOKE, …);
 *     hearer.choke(there);
 *     carrier.end();
 */

import {
  type Connection,
  Encoder,
  FIXED_BYTES_MAX,
  MESSAGE_KINDS,
  type Messages,
  type PeerId,
  type PeerTables,
  type PieceIndex,
} from '@cachetorrent/protocol';

import type { World } from '../engine/behaviour.ts';
import { Arrivals, type Parcels } from './arrivals.ts';
import { Audiences, CONNECTION, LATENCY, LISTENER, MACHINE } from './audiences.ts';
import { CHANNEL, Channels, LISTENERS, NUMBER, SYSTEM } from './channels.ts';
import type { Ends } from './ends.ts';
import {
  ADDRESS_BYTES,
  BROADCAST_BYTES,
  LISTENER_BYTES,
  NOWHERE,
  writeAddress,
  writeBroadcast,
  writeListener,
} from './envelope.ts';
import type { Haves } from './haves.ts';
import * as kinds from './kinds.ts';
import type { LogWriter } from './log/writer.ts';
import type { Plan } from './plan.ts';

/** The bytes of a `have`. */
const HAVE_BYTES = 9;

/** What a carrier works with. */
export interface Carriage {
  readonly plan: Plan;
  readonly tables: PeerTables;
  readonly ends: Ends;
  readonly haves: Haves;
  readonly parcels: Parcels;
  readonly log: LogWriter | undefined;
}

export class Carrier {
  readonly #world: World;
  readonly #ends: Ends;
  readonly #channels: Channels;
  /** Who of ours listens to whom. */
  readonly audiences: Audiences;
  readonly #haves: Haves;
  readonly #encoder: Encoder;
  readonly #arrivals: Arrivals;
  readonly #log: LogWriter | undefined;
  /** Where there is a log: for each machine the connections that hear it, as they are logged. */
  readonly #heardOn: Connection[][] = [];
  /** How many messages of each kind have been sent, a broadcast counted once for each copy. */
  readonly sent: Float64Array = new Float64Array(MESSAGE_KINDS.length);

  #isLocal = false;
  #startOffset = 0;
  #machine = 0;
  #connection = 0;
  #arrivesAtMs = Infinity;

  constructor(world: World, { plan, tables, ends, haves, parcels, log }: Carriage) {
    this.#world = world;
    this.#ends = ends;
    this.#channels = new Channels(tables, plan.systems);
    this.audiences = new Audiences(plan.systems);
    this.#haves = haves;
    this.#encoder = new Encoder(new DataView(new ArrayBuffer(0)), plan.swarm.pieceBits);
    this.#arrivals = new Arrivals(parcels);
    this.#log = log;
  }

  /**
   * Begins a message to `machine` of `system`, on a `connection` of it or to NOWHERE. Whom it is
   * from, and the piece of which it speaks, if any, are for the log.
   */
  begin(
    kind: number,
    from: PeerId,
    piece: PieceIndex,
    system: number,
    machine: number,
    connection: number,
    latencyMs: number,
    bytesMax: number = FIXED_BYTES_MAX,
  ): Messages {
    const world = this.#world;
    this.sent[kind]!++;
    if (this.#log !== undefined) {
      this.#log.note(world.nowMs, kind, from, system, machine, piece);
    }
    this.#isLocal = system === world.id;
    if (this.#isLocal) {
      this.#machine = machine;
      this.#connection = connection;
      this.#arrivesAtMs = world.nowMs + latencyMs;
      return this.#arrivals;
    }
    const order = world.takeOrders(1);
    const view = world.beginPost(system, order, ADDRESS_BYTES + bytesMax);
    const offset = world.offset;
    writeAddress(view, offset, machine, connection, latencyMs);
    this.#startOffset = offset;
    this.#encoder.moveTo(view, offset + ADDRESS_BYTES);
    return this.#encoder;
  }

  /** Sends off what was begun. */
  end(): void {
    if (!this.#isLocal) return this.#world.endPost(this.#encoder.offset - this.#startOffset);
    const { kind, first, second } = this.#arrivals;
    if (kind === kinds.HAVE) {
      this.#haveArrives(this.#world.takeOrders(1), this.#machine, this.#connection, first);
    } else if (this.#connection === NOWHERE) {
      this.#world.schedule(this.#arrivesAtMs, kind, this.#machine, first, second);
    } else {
      this.#world.schedule(this.#arrivesAtMs, kind, this.#machine, this.#connection, first);
    }
  }

  /** The other end of a connection, which is known, hears all that `machine` has from now on. */
  addListener(machine: number, on: Connection): void {
    const ends = this.#ends;
    const system = ends.system(machine, on);
    const channel = this.#channels.addListener(machine, system);
    const there = ends.machine(machine, on);
    const link = ends.connection(machine, on) as Connection;
    const latencyMs = ends.latencyMs(machine, on);
    if (this.#log !== undefined) this.#logAlso(machine, on);
    const world = this.#world;
    if (system === world.id) {
      this.audiences.add(system, channel, on, there, link, latencyMs);
      return;
    }
    const view = world.beginPost(system, world.takeOrders(1), LISTENER_BYTES);
    writeListener(view, world.offset, channel, on, there, link, latencyMs);
    world.endPost(LISTENER_BYTES);
  }

  /** Says `have` on all connections of a machine that hear it: one record for each other AS. */
  haveToAll(from: PeerId, own: number, piece: PieceIndex): void {
    if (this.#log !== undefined) this.#noteHaves(this.#log, from, own, piece);
    const { words } = this.#channels;
    const end = this.#channels.end(own);
    for (let at = this.#channels.first(own); at < end; at += CHANNEL) {
      const system = words[at + SYSTEM]!;
      const listeners = words[at + LISTENERS]!;
      this.sent[kinds.HAVE]! += listeners;
      const order = this.#world.takeOrders(listeners);
      if (system === this.#world.id) this.#haveWithin(words[at + NUMBER]!, order, piece);
      else this.#haveAbroad(system, words[at + NUMBER]!, order, piece);
    }
  }

  #logAlso(machine: number, on: Connection): void {
    const system = (each: Connection) => this.#ends.system(machine, each);
    const others = this.#heardOn[machine] ?? [];
    this.#heardOn[machine] = [...others, on].sort((a, b) => system(a) - system(b) || a - b);
  }

  #noteHaves(log: LogWriter, from: PeerId, own: number, piece: PieceIndex): void {
    const ends = this.#ends;
    for (const on of this.#heardOn[own] ?? []) {
      const [system, machine] = [ends.system(own, on), ends.machine(own, on)];
      log.note(this.#world.nowMs, kinds.HAVE, from, system, machine, piece);
    }
  }

  #haveWithin(channel: number, order: number, piece: PieceIndex): void {
    const { id, nowMs } = this.#world;
    const { ints, floats } = this.audiences.listeners;
    const count = this.audiences.count(id, channel);
    let at = this.audiences.first(id, channel);
    for (let copy = 0; copy < count; copy++, at += LISTENER) {
      this.#arrivesAtMs = nowMs + floats[at + LATENCY]!;
      this.#haveArrives(order + copy, ints[at + MACHINE]!, ints[at + CONNECTION]!, piece);
    }
  }

  #haveAbroad(system: number, channel: number, order: number, piece: PieceIndex): void {
    const bytes = BROADCAST_BYTES + HAVE_BYTES;
    const view = this.#world.beginPost(system, order, bytes);
    const offset = this.#world.offset;
    writeBroadcast(view, offset, channel);
    this.#encoder.moveTo(view, offset + BROADCAST_BYTES);
    this.#encoder.have(0 as Connection, piece);
    this.#world.endPost(bytes);
  }

  /** A `have` within the AS, at the time that has been set. */
  #haveArrives(order: number, machine: number, connection: number, piece: number): void {
    const { early } = this.#haves;
    early.atMs = this.#arrivesAtMs;
    early.order = order;
    if (this.#haves.takes(machine, connection as Connection, piece as PieceIndex)) return;
    this.#world.scheduleAs(order, this.#arrivesAtMs, kinds.HAVE, machine, connection, piece);
  }
}
