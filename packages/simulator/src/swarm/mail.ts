/** Reads what came from another AS out of its bytes, and lets it arrive in time. */

import { type Connection, decode, type PieceIndex } from '@cachetorrent/protocol';

import type { World } from '../engine/behaviour.ts';
import { Arrivals, type Parcels } from './arrivals.ts';
import { type Audiences, CONNECTION, LATENCY, LISTENER, MACHINE } from './audiences.ts';
import * as envelope from './envelope.ts';
import type { Haves } from './haves.ts';
import * as kinds from './kinds.ts';

export class Mail {
  readonly #world: World;
  readonly #haves: Haves;
  readonly #audiences: Audiences;
  readonly #arrivals: Arrivals;

  constructor(world: World, haves: Haves, audiences: Audiences, parcels: Parcels) {
    this.#world = world;
    this.#haves = haves;
    this.#audiences = audiences;
    this.#arrivals = new Arrivals(parcels);
  }

  /** The message lies in `bytes` from `offset` to `end`, was sent at `sentMs`, and is no news. */
  open(
    source: number,
    sentMs: number,
    order: number,
    bytes: DataView,
    offset: number,
    end: number,
  ): void {
    switch (envelope.readForm(bytes, offset)) {
      case envelope.BROADCAST: {
        decode(bytes, offset + envelope.BROADCAST_BYTES, end, 0 as Connection, this.#arrivals);
        const channel = envelope.readChannel(bytes, offset);
        return this.#havesArrive(sentMs, order, source, channel, this.#arrivals.first);
      }
      case envelope.LISTENER:
        return this.#addListener(source, bytes, offset);
      default:
        return this.#openMessage(sentMs, order, bytes, offset, end);
    }
  }

  #openMessage(sentMs: number, order: number, bytes: DataView, offset: number, end: number): void {
    const arrivals = this.#arrivals;
    decode(bytes, offset + envelope.ADDRESS_BYTES, end, 0 as Connection, arrivals);
    const { kind, first, second } = arrivals;
    const machine = envelope.readForm(bytes, offset);
    const connection = envelope.readConnection(bytes, offset);
    const atMs = sentMs + envelope.readLatencyMs(bytes, offset);
    if (connection === envelope.NOWHERE) {
      this.#world.scheduleArrival(atMs, order, kind, machine, first, second);
    } else if (kind === kinds.HAVE) {
      this.#haveArrives(atMs, order, machine, connection, first);
    } else {
      this.#world.scheduleArrival(atMs, order, kind, machine, connection, first);
    }
  }

  /** Each who listens hears the `have` when the distance between the two nodes says. */
  #havesArrive(
    sentMs: number,
    order: number,
    source: number,
    channel: number,
    piece: number,
  ): void {
    const { ints, floats } = this.#audiences.listeners;
    const count = this.#audiences.count(source, channel);
    let at = this.#audiences.first(source, channel);
    for (let copy = 0; copy < count; copy++, at += LISTENER) {
      const atMs = sentMs + floats[at + LATENCY]!;
      this.#haveArrives(atMs, order + copy, ints[at + MACHINE]!, ints[at + CONNECTION]!, piece);
    }
  }

  #haveArrives(
    atMs: number,
    order: number,
    machine: number,
    connection: number,
    piece: number,
  ): void {
    const { early } = this.#haves;
    early.atMs = atMs;
    early.order = order;
    if (this.#haves.takes(machine, connection as Connection, piece as PieceIndex)) return;
    this.#world.scheduleArrival(atMs, order, kinds.HAVE, machine, connection, piece);
  }

  #addListener(source: number, bytes: DataView, offset: number): void {
    const address = offset + envelope.LISTENER_ADDRESS;
    this.#audiences.add(
      source,
      envelope.readChannel(bytes, offset),
      envelope.readRank(bytes, offset) as Connection,
      envelope.readForm(bytes, address),
      envelope.readConnection(bytes, address) as Connection,
      envelope.readLatencyMs(bytes, address),
    );
  }
}
