/**
 * What AS report to one another at an allocation instant: the flows between them that have been
 * opened or closed, so that both ends know of every flow. For a flow within the AS, an update is a
 * call.
 *
 *     FLOW_UPDATES u32 │ OPENED or CLOSED u32  target u32  source u32  peer u32  connection u32 │ …
 */

import type { Connection } from '@cachetorrent/protocol';

import type { ActorContext } from '../../engine/behaviour.ts';
import type { RateAllocation } from '../../network/bordered-allocation.ts';
import { FLOW_UPDATES } from '../transport/wire-format.ts';
import type { IncomingFlows } from './incoming-flows.ts';

const OPENED = 1;
const CLOSED = 0;
const HEADER_BYTES = 4;
const UPDATE_BYTES = 20;

/** A flow as the AS of the receiving node knows it. */
export interface FlowEnds {
  /** The node that receives, and the one that sends. */
  readonly target: number;
  readonly source: number;
  /** The peer that receives, by its index in its AS, and its connection. */
  readonly localPeer: number;
  readonly connection: Connection;
}

export class FlowUpdates {
  readonly #context: ActorContext;
  readonly #allocation: RateAllocation;
  readonly #incoming: IncomingFlows | undefined;
  /** For each AS, the updates to send to it, five numbers each. */
  readonly #pending: number[][] = [];

  constructor(
    context: ActorContext,
    allocation: RateAllocation,
    incoming: IncomingFlows | undefined,
  ) {
    this.#context = context;
    this.#allocation = allocation;
    this.#incoming = incoming;
  }

  /** A flow from a node of this AS to one of AS `asId` has been opened. */
  opened(asId: number, flow: FlowEnds): void {
    if (asId === this.#context.id) this.#apply(OPENED, flow);
    else this.#report(asId, OPENED, flow);
  }

  /** A flow from a node of this AS to one of AS `asId` has been closed. */
  closed(asId: number, flow: FlowEnds): void {
    if (asId === this.#context.id) this.#apply(CLOSED, flow);
    else this.#report(asId, CLOSED, flow);
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
      this.#apply(bytes.getUint32(at, true), {
        target: bytes.getUint32(at + 4, true),
        source: bytes.getUint32(at + 8, true),
        localPeer: bytes.getUint32(at + 12, true),
        connection: bytes.getUint32(at + 16, true) as Connection,
      });
    }
  }

  #report(asId: number, update: number, { target, source, localPeer, connection }: FlowEnds): void {
    (this.#pending[asId] ??= []).push(update, target, source, localPeer, connection);
  }

  #apply(update: number, { target, source, localPeer, connection }: FlowEnds): void {
    if (update === OPENED) {
      this.#allocation.openIncoming(target, source);
      this.#incoming?.opened(localPeer, connection, this.#context.nowMs);
    } else {
      this.#allocation.closeIncoming(target, source);
      this.#incoming?.closed(localPeer, connection, this.#context.nowMs);
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
