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
  type PieceIndex,
} from '@cachetorrent/protocol';

import type { ActorContext } from '../../engine/behaviour.ts';
import { MessageFields, type Payloads } from './payloads.ts';
import {
  CONNECTION,
  type RemoteEndpoints,
  LATENCY,
  MACHINE,
  PLACE,
  SYSTEM,
} from './remote-endpoints.ts';
import { envelopeBytes, NOWHERE, writeAddress, writeCopies } from './wire-format.ts';
import type { Haves } from './haves.ts';
import * as kinds from '../event-kinds.ts';
import type { LogWriter } from '../log/writer.ts';

/** The bytes of a `have`. */
const HAVE_BYTES = 9;

export class MessageSender {
  readonly #world: ActorContext;
  readonly #ends: RemoteEndpoints;
  readonly #haves: Haves;
  readonly #encoder: Encoder;
  readonly #arrivals: MessageFields;
  readonly #log: LogWriter | undefined;
  /** How many messages of each kind have been sent, a broadcast counted once for each copy. */
  readonly sent: Float64Array = new Float64Array(MESSAGE_KINDS.length);

  #isLocal = false;
  #startOffset = 0;
  #machine = 0;
  #connection = 0;
  #arrivesAtMs = Infinity;

  constructor(
    world: ActorContext,
    ends: RemoteEndpoints,
    haves: Haves,
    parcels: Payloads,
    pieceBits: number,
    log?: LogWriter,
  ) {
    this.#world = world;
    this.#ends = ends;
    this.#haves = haves;
    this.#encoder = new Encoder(new DataView(new ArrayBuffer(0)), pieceBits);
    this.#arrivals = new MessageFields(parcels);
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
    const view = world.beginMessage(system, order, envelopeBytes(1) + bytesMax);
    const offset = world.offset;
    writeCopies(view, offset, 1);
    writeAddress(view, offset, 0, machine, connection, latencyMs);
    this.#startOffset = offset;
    this.#encoder.moveTo(view, offset + envelopeBytes(1));
    return this.#encoder;
  }

  /** Sends off what was begun. */
  end(): void {
    if (!this.#isLocal) return this.#world.endMessage(this.#encoder.offset - this.#startOffset);
    const { kind, first, second } = this.#arrivals;
    if (kind === kinds.HAVE) {
      this.#haveArrives(this.#machine, this.#connection, first);
    } else if (this.#connection === NOWHERE) {
      this.#world.schedule(this.#arrivesAtMs, kind, this.#machine, first, second);
    } else {
      this.#world.schedule(this.#arrivesAtMs, kind, this.#machine, this.#connection, first);
    }
  }

  /**
   * Says `have` on all connections of a machine that hear it: one record for each other AS. Who
   * never downloads from us makes nothing of it, so that is said, but not carried.
   */
  haveToAll(from: PeerId, own: number, piece: PieceIndex): void {
    const ends = this.#ends;
    const { hearers } = ends;
    this.sent[kinds.HAVE]! += ends.hearerCount(own);
    if (this.#log !== undefined) this.#noteHaves(this.#log, from, own, piece);
    let first = ends.firstHearer(own);
    const last = first + PLACE * ends.downloaderCount(own);
    while (first < last) {
      const target = hearers[first + SYSTEM]!;
      let end = first + PLACE;
      while (end < last && hearers[end + SYSTEM] === target) end += PLACE;
      if (target === this.#world.id) this.#haveWithin(first, end, piece);
      else this.#haveAbroad(target, first, end, piece);
      first = end;
    }
  }

  #noteHaves(log: LogWriter, from: PeerId, own: number, piece: PieceIndex): void {
    const { hearers } = this.#ends;
    const first = this.#ends.firstHearer(own);
    const last = first + PLACE * this.#ends.hearerCount(own);
    for (let at = first; at < last; at += PLACE) {
      const [system, machine] = [hearers[at + SYSTEM]!, hearers[at + MACHINE]!];
      log.note(this.#world.nowMs, kinds.HAVE, from, system, machine, piece);
    }
  }

  #haveWithin(first: number, end: number, piece: PieceIndex): void {
    const { hearers, hearerFloats } = this.#ends;
    for (let at = first; at < end; at += PLACE) {
      this.#arrivesAtMs = this.#world.nowMs + hearerFloats[at + LATENCY]!;
      this.#haveArrives(hearers[at + MACHINE]!, hearers[at + CONNECTION]!, piece);
    }
  }

  #haveAbroad(target: number, first: number, end: number, piece: PieceIndex): void {
    const { hearers, hearerFloats } = this.#ends;
    const copies = (end - first) / PLACE;
    const headBytes = envelopeBytes(copies);
    const order = this.#world.takeOrders(copies);
    const view = this.#world.beginMessage(target, order, headBytes + HAVE_BYTES);
    const offset = this.#world.offset;
    writeCopies(view, offset, copies);
    for (let copy = 0, at = first; at < end; copy++, at += PLACE) {
      const latencyMs = hearerFloats[at + LATENCY]!;
      const machine = hearers[at + MACHINE]!;
      const connection = hearers[at + CONNECTION]!;
      writeAddress(view, offset, copy, machine, connection, latencyMs);
    }
    this.#encoder.moveTo(view, offset + headBytes);
    this.#encoder.have(0 as Connection, piece);
    this.#world.endMessage(headBytes + HAVE_BYTES);
  }

  /** A `have` within the AS, at the time that has been set. */
  #haveArrives(machine: number, connection: number, piece: number): void {
    const { early } = this.#haves;
    early.atMs = this.#arrivesAtMs;
    early.order = this.#world.takeOrders(1);
    if (this.#haves.takes(machine, connection as Connection, piece as PieceIndex)) return;
    this.#world.schedule(this.#arrivesAtMs, kinds.HAVE, machine, connection, piece);
  }
}
