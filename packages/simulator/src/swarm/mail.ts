/** Reads what came from another AS out of its bytes, and lets each copy of it arrive in time. */

import { type Connection, decode } from '@cachetorrent/protocol';

import type { World } from '../engine/behaviour.ts';
import type { Arrivals } from './arrivals.ts';
import {
  envelopeBytes,
  NOWHERE,
  readConnection,
  readCopies,
  readLatencyMs,
  readMachine,
} from './envelope.ts';

/** The message lies in `bytes` from `offset` to `end`, was sent at `sentMs`, and is no news. */
export function openMail(
  world: World,
  arrivals: Arrivals,
  sentMs: number,
  order: number,
  bytes: DataView,
  offset: number,
  end: number,
): void {
  const copies = readCopies(bytes, offset);
  decode(bytes, offset + envelopeBytes(copies), end, 0 as Connection, arrivals);
  const { kind, first, second } = arrivals;
  for (let copy = 0; copy < copies; copy++) {
    const machine = readMachine(bytes, offset, copy);
    const connection = readConnection(bytes, offset, copy);
    const atMs = sentMs + readLatencyMs(bytes, offset, copy);
    if (connection === NOWHERE) {
      world.scheduleArrival(atMs, order + copy, kind, machine, first, second);
    } else {
      world.scheduleArrival(atMs, order + copy, kind, machine, connection, first);
    }
  }
}
