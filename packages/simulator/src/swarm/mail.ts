/** Reads what came from another AS out of its bytes, and lets each copy of it arrive in time. */

import { type Connection, decode, type PieceIndex } from '@cachetorrent/protocol';

import type { World } from '../engine/behaviour.ts';
import { Arrivals, type Parcels } from './arrivals.ts';
import {
  envelopeBytes,
  NOWHERE,
  readConnection,
  readCopies,
  readLatencyMs,
  readMachine,
} from './envelope.ts';
import type { Haves } from './haves.ts';
import * as kinds from './kinds.ts';

export class Mail {
  readonly #world: World;
  readonly #haves: Haves;
  readonly #arrivals: Arrivals;

  constructor(world: World, haves: Haves, parcels: Parcels) {
    this.#world = world;
    this.#haves = haves;
    this.#arrivals = new Arrivals(parcels);
  }

  /** The message lies in `bytes` from `offset` to `end`, was sent at `sentMs`, and is no news. */
  open(sentMs: number, order: number, bytes: DataView, offset: number, end: number): void {
    const copies = readCopies(bytes, offset);
    const arrivals = this.#arrivals;
    decode(bytes, offset + envelopeBytes(copies), end, 0 as Connection, arrivals);
    const { kind, first, second } = arrivals;
    for (let copy = 0; copy < copies; copy++) {
      const machine = readMachine(bytes, offset, copy);
      const connection = readConnection(bytes, offset, copy);
      const atMs = sentMs + readLatencyMs(bytes, offset, copy);
      if (kind === kinds.HAVE) {
        const { early } = this.#haves;
        early.atMs = atMs;
        early.order = order + copy;
        if (this.#haves.takes(machine, connection as Connection, first as PieceIndex)) continue;
      }
      if (connection === NOWHERE) {
        this.#world.scheduleArrival(atMs, order + copy, kind, machine, first, second);
      } else {
        this.#world.scheduleArrival(atMs, order + copy, kind, machine, connection, first);
      }
    }
  }
}
