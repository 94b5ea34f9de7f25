/**
 * What AS report to one another at an allocation instant: the flows between them that have been
 * opened or closed, so that both ends know of every flow. For a flow within the AS, an update is a
 * call.
 *
 *     FLOW_UPDATES u32 │ OPENED or CLOSED u32  target u32  source u32 │ …
 */

import type { ActorContext } from '../../engine/behaviour.ts';
import type { Allocation } from '../../network/allocation.ts';
import { FLOW_UPDATES } from '../transport/wire-format.ts';

const OPENED = 1;
const CLOSED = 0;
const HEADER_BYTES = 4;
const UPDATE_BYTES = 12;

export class FlowUpdates {
  readonly #context: ActorContext;
  readonly #allocation: Allocation;
  /** For each AS, the updates to send to it: OPENED or CLOSED, target and source, in a row. */
  readonly #pending: number[][] = [];

  constructor(context: ActorContext, allocation: Allocation) {
    this.#context = context;
    this.#allocation = allocation;
  }

  /** A flow from the node `source` of this AS to the node `target` of AS `asId` has been opened. */
  opened(asId: number, target: number, source: number): void {
    if (asId === this.#context.id) this.#allocation.openIncoming(target, source);
    else (this.#pending[asId] ??= []).push(OPENED, target, source);
  }

  /** A flow from the node `source` of this AS to the node `target` of AS `asId` has been closed. */
  closed(asId: number, target: number, source: number): void {
    if (asId === this.#context.id) this.#allocation.closeIncoming(target, source);
    else (this.#pending[asId] ??= []).push(CLOSED, target, source);
  }

  /** Sends all pending updates. */
  send(): void {
    for (let asId = 0; asId < this.#pending.length; asId++) {
      const updates = this.#pending[asId];
      if (updates !== undefined && updates.length > 0) this.#sendTo(asId, updates);
    }
  }

  /** Applies the updates of another AS. */
  receive(bytes: DataView, offset: number, length: number): void {
    const end = offset + length;
    for (let at = offset + HEADER_BYTES; at + UPDATE_BYTES <= end; at += UPDATE_BYTES) {
      const target = bytes.getUint32(at + 4, true);
      const source = bytes.getUint32(at + 8, true);
      if (bytes.getUint32(at, true) === OPENED) this.#allocation.openIncoming(target, source);
      else this.#allocation.closeIncoming(target, source);
    }
  }

  #sendTo(asId: number, updates: number[]): void {
    const bytes = HEADER_BYTES + 4 * updates.length;
    const view = this.#context.beginMessage(asId, this.#context.takeOrders(1), bytes);
    const { offset } = this.#context;
    view.setUint32(offset, FLOW_UPDATES, true);
    for (let i = 0; i < updates.length; i++) {
      view.setUint32(offset + HEADER_BYTES + 4 * i, updates[i]!, true);
    }
    this.#context.endMessage(bytes);
    updates.length = 0;
  }
}
