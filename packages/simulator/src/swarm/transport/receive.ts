/** Reads what came from another AS out of its bytes, and lets each copy of it arrive in time. */

import { type Connection, decode, type PieceIndex } from '@cachetorrent/protocol';

import type { ActorContext } from '../../engine/behaviour.ts';
import { MessageFields, type Payloads } from './payloads.ts';
import {
  envelopeBytes,
  NOWHERE,
  readConnection,
  readCopies,
  readLatencyMs,
  readMachine,
} from './wire-format.ts';
import type { Haves } from './haves.ts';
import * as kinds from '../event-kinds.ts';

export class MessageReceiver {
  readonly #world: ActorContext;
  readonly #haves: Haves;
  readonly #arrivals: MessageFields;

  constructor(world: ActorContext, haves: Haves, parcels: Payloads) {
    this.#world = world;
    this.#haves = haves;
    this.#arrivals = new MessageFields(parcels);
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
