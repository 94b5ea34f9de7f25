/**
 * What AS tell one another of flows at an instant: which have begun and which have ended, so
 * that both ends count them. For flows within the AS this comes down to two calls.
 *
 *     FLOW_NEWS u32 │ change u32  target u32  source u32 │ …
 */

import type { ActorContext } from '../../engine/behaviour.ts';
import type { Allocation } from '../../network/allocation.ts';
import { FLOW_UPDATES } from '../transport/wire-format.ts';

const OPENED = 1;
const CLOSED = 0;
const HEADER_BYTES = 4;
const CHANGE_BYTES = 12;

export class FlowNews {
  readonly #world: ActorContext;
  readonly #allocation: Allocation;
  /** For each AS, what it is to be told: change, target and source, one after another. */
  readonly #pending: number[][] = [];

  constructor(world: ActorContext, allocation: Allocation) {
    this.#world = world;
    this.#allocation = allocation;
  }

  opened(system: number, target: number, source: number): void {
    if (system === this.#world.id) this.#allocation.openIncoming(target, source);
    else (this.#pending[system] ??= []).push(OPENED, target, source);
  }

  closed(system: number, target: number, source: number): void {
    if (system === this.#world.id) this.#allocation.closeIncoming(target, source);
    else (this.#pending[system] ??= []).push(CLOSED, target, source);
  }

  /** Sends off all that has gathered. */
  tell(): void {
    for (let system = 0; system < this.#pending.length; system++) {
      const changes = this.#pending[system];
      if (changes !== undefined && changes.length > 0) this.#post(system, changes);
    }
  }

  hear(bytes: DataView, offset: number, length: number): void {
    const end = offset + length;
    for (let at = offset + HEADER_BYTES; at + CHANGE_BYTES <= end; at += CHANGE_BYTES) {
      const target = bytes.getUint32(at + 4, true);
      const source = bytes.getUint32(at + 8, true);
      if (bytes.getUint32(at, true) === OPENED) this.#allocation.openIncoming(target, source);
      else this.#allocation.closeIncoming(target, source);
    }
  }

  #post(system: number, changes: number[]): void {
    const bytes = HEADER_BYTES + 4 * changes.length;
    const view = this.#world.beginMessage(system, this.#world.takeOrders(1), bytes);
    const offset = this.#world.offset;
    view.setUint32(offset, FLOW_UPDATES, true);
    for (let i = 0; i < changes.length; i++) {
      view.setUint32(offset + HEADER_BYTES + 4 * i, changes[i]!, true);
    }
    this.#world.endMessage(bytes);
    changes.length = 0;
  }
}
