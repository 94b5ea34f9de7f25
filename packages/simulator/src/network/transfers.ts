/**
 * The progress of the pieces, or spans of blocks, that the nodes of one autonomous system are
 * sending. They are called pieces here.
 *
 * A flow carries the pieces that one node has queued for another, one after the other. The caller
 * owns the queue; a flow knows only the size of its first piece. Rates change at allocation
 * instants and are constant in between, so the time at which a piece ends is known exactly within
 * an interval. A new flow begins at the next instant. One whose queue becomes empty keeps its rate
 * until the next instant, and continues at once if it is started again before.
 *
 *            start            instant             stop, advance(none)
 *     idle ─────────▶ queued ─────────▶ flowing ◀────────────────────▶ paused
 *      ▲                                          start                  │
 *      └─────────────────────────── instant ─────────────────────────────┘
 *
 * An instant has two steps, between which rates are allocated: `settle` credits the bits of the
 * last interval and reports the flows that begin and end; `run` sets the rates and reports the
 * pieces that end before the next instant.
 *
 * With `deliverAtAllocations`, pieces end only at instants, as in the original simulator: one
 * interval may end several pieces of a flow, a flow whose queue is empty loses the rest of its
 * interval, and one that is stopped and started again before the next instant keeps its progress.
 *
 * Units are bits, ms, and kbit/s, that is bits per ms.
 */

import { assert, grown } from '@cachetorrent/std';

export interface TransferListener {
  /** The flow takes part in allocations from this instant on. */
  opened(flow: number): void;
  /** The flow takes part no longer. Only now may its index be reused for another connection. */
  closed(flow: number): void;
  /** The flow was queued and is idle again, without having taken part in an allocation. */
  dropped(flow: number): void;
  /**
   * The first piece of the flow has been sent, now; only with `deliverAtAllocations`. Removes it
   * from the queue, and returns the bits of the next piece, or 0. Must not start or stop a flow.
   */
  delivered(flow: number): number;
  /** Returns the rate that the flow has been allocated. */
  rateKbps(flow: number): number;
  /** Bits have been sent since the last report. */
  progressed(flow: number, bits: number): void;
  /** The first piece ends at `atMs`, before the next instant, unless `version` is outdated then. */
  pieceEnds(flow: number, atMs: number, version: number): void;
}

export interface TransferOptions {
  /** Initial space, as a number of flows; it grows as needed. */
  readonly flowCount: number;
  readonly deliverAtAllocations: boolean;
}

export class Transfers {
  readonly #deliverAtAllocations: boolean;

  /** For each flow, the bits of its first piece, or 0 if its queue is empty. */
  #pieceBits: Float64Array;
  /** For each flow, the bits of that piece sent until `#sinceMs`, and the rate since then. */
  #doneBits: Float64Array;
  #sinceMs: Float64Array;
  #rateKbps: Float64Array;
  /** For each flow, a counter that changes whenever its predicted end becomes outdated. */
  #version: Int32Array;
  /** For each flow, the flags LISTED and FLOWING. */
  #state: Uint8Array;

  /** The flows that are queued or flowing, in the order in which they became so. */
  #listed: Int32Array;
  #listedCount = 0;

  #instantMs = 0;
  #nextInstantMs = 0;

  constructor({ flowCount, deliverAtAllocations }: TransferOptions) {
    const size = Math.max(16, flowCount);
    this.#deliverAtAllocations = deliverAtAllocations;
    this.#pieceBits = new Float64Array(size);
    this.#doneBits = new Float64Array(size);
    this.#sinceMs = new Float64Array(size);
    this.#rateKbps = new Float64Array(size);
    this.#version = new Int32Array(size);
    this.#state = new Uint8Array(size);
    this.#listed = new Int32Array(size);
  }

  /** Whether the next instant must be held: a flow is queued, or was flowing at the last one. */
  get needsInstant(): boolean {
    return this.#listedCount > 0;
  }

  /**
   * Starts an idle flow with a piece of `pieceBits`. A flow that has become idle since the last
   * instant continues at once, at the rate that it still has; with the quirk, at the next instant.
   */
  start(flow: number, pieceBits: number, nowMs: number, listener: TransferListener): void {
    if (flow >= this.#state.length) this.#enlarge(flow + 1);
    assert(this.#pieceBits[flow] === 0, 'only an idle flow is started');
    assert(pieceBits > 0, 'a piece has bits');
    this.#pieceBits[flow] = pieceBits;
    if ((this.#state[flow]! & LISTED) === 0) {
      this.#state[flow]! |= LISTED;
      this.#listed[this.#listedCount++] = flow;
    } else if (this.#state[flow] === (LISTED | FLOWING) && !this.#deliverAtAllocations) {
      this.#doneBits[flow] = 0;
      this.#sinceMs[flow] = nowMs;
      this.#rateKbps[flow] = listener.rateKbps(flow);
      this.#predictEnd(flow, listener);
    }
  }

  /** Stops a flow whose queue has been cleared. Has no effect on an idle flow. */
  stop(flow: number, nowMs: number, listener: TransferListener): void {
    if (flow >= this.#state.length || this.#pieceBits[flow] === 0) return;
    if (!this.#deliverAtAllocations) {
      listener.progressed(flow, this.#rateKbps[flow]! * (nowMs - this.#sinceMs[flow]!));
    }
    this.#pieceBits[flow] = 0;
    this.#version[flow]!++;
    if (this.#deliverAtAllocations) return;
    this.#doneBits[flow] = 0;
    this.#rateKbps[flow] = 0;
  }

  /** How many bits of the first piece of a flow have been sent. */
  doneBits(flow: number, nowMs: number): number {
    if (flow >= this.#state.length || this.#pieceBits[flow] === 0) return 0;
    return this.#doneBits[flow]! + this.#rateKbps[flow]! * (nowMs - this.#sinceMs[flow]!);
  }

  /** The present rate of a flow; 0 if its queue is empty. */
  rateKbps(flow: number): number {
    return this.#rateKbps[flow]!;
  }

  /** Whether bits of the first piece of a flow are being sent. */
  isFlowing(flow: number): boolean {
    return this.#pieceBits[flow]! > 0 && this.#rateKbps[flow]! > 0;
  }

  /** The first piece of a flow becomes shorter; what is left has not been sent yet. */
  shorten(flow: number, pieceBits: number, listener: TransferListener): void {
    this.#pieceBits[flow] = pieceBits;
    this.#version[flow]!++;
    if (this.#rateKbps[flow]! > 0) this.#predictEnd(flow, listener);
  }

  /** Whether a predicted end with this `version` is still valid. */
  isCurrent(flow: number, version: number): boolean {
    return this.#version[flow] === version;
  }

  /**
   * Ends the first piece of the flow, at its predicted time. The next one, of `nextBits`, begins at
   * once; with 0 there is none, and the flow stops. Reports to `listener` if the next one, too,
   * ends before the next instant.
   */
  advance(flow: number, nextBits: number, nowMs: number, listener: TransferListener): void {
    assert(this.#pieceBits[flow]! > 0, 'a piece ends only if one is queued');
    this.#version[flow]!++;
    if (!this.#deliverAtAllocations) {
      listener.progressed(flow, this.#pieceBits[flow]! - this.#doneBits[flow]!);
    }
    this.#pieceBits[flow] = nextBits;
    this.#doneBits[flow] = 0;
    this.#sinceMs[flow] = nowMs;
    if (nextBits > 0) this.#predictEnd(flow, listener);
    else this.#rateKbps[flow] = 0;
  }

  /** First step of an instant, before rates are allocated. */
  settle(nowMs: number, listener: TransferListener): void {
    let listedCount = 0;
    for (let i = 0; i < this.#listedCount; i++) {
      const flow = this.#listed[i]!;
      const wasFlowing = (this.#state[flow]! & FLOWING) !== 0;
      if (wasFlowing && this.#pieceBits[flow]! > 0) this.#credit(flow, nowMs, listener);

      if (this.#pieceBits[flow]! > 0) {
        this.#listed[listedCount++] = flow;
        if (wasFlowing) continue;
        this.#state[flow] = LISTED | FLOWING;
        this.#doneBits[flow] = 0;
        listener.opened(flow);
      } else {
        this.#state[flow] = 0;
        if (wasFlowing) listener.closed(flow);
        else listener.dropped(flow);
      }
    }
    this.#listedCount = listedCount;
    this.#instantMs = nowMs;
  }

  /** Second step of an instant: rates have been allocated, and hold until `nextInstantMs`. */
  run(nextInstantMs: number, listener: TransferListener): void {
    this.#nextInstantMs = nextInstantMs;
    for (let i = 0; i < this.#listedCount; i++) {
      const flow = this.#listed[i]!;
      this.#rateKbps[flow] = listener.rateKbps(flow);
      this.#sinceMs[flow] = this.#instantMs;
      if (!this.#deliverAtAllocations) this.#predictEnd(flow, listener);
    }
  }

  #credit(flow: number, nowMs: number, listener: TransferListener): void {
    const sentBits = this.#rateKbps[flow]! * (nowMs - this.#sinceMs[flow]!);
    let doneBits = this.#doneBits[flow]! + sentBits;
    let pieceBits = this.#pieceBits[flow]!;
    if (this.#deliverAtAllocations) {
      while (pieceBits > 0 && doneBits >= pieceBits) {
        doneBits -= pieceBits;
        pieceBits = listener.delivered(flow);
      }
      // If the queue is empty, what is left of the interval is lost.
      listener.progressed(flow, pieceBits === 0 ? Math.max(0, sentBits - doneBits) : sentBits);
      this.#pieceBits[flow] = pieceBits;
    } else {
      // A piece that ends with the interval must not wait for bits that rounding has lost.
      if (doneBits > pieceBits - ROUNDING_BITS) doneBits = pieceBits;
      listener.progressed(flow, doneBits - this.#doneBits[flow]!);
    }
    this.#doneBits[flow] = doneBits;
  }

  #predictEnd(flow: number, listener: TransferListener): void {
    const remainingBits = this.#pieceBits[flow]! - this.#doneBits[flow]!;
    const durationMs = remainingBits === 0 ? 0 : remainingBits / this.#rateKbps[flow]!;
    const atMs = this.#sinceMs[flow]! + durationMs;
    if (atMs < this.#nextInstantMs) listener.pieceEnds(flow, atMs, this.#version[flow]!);
  }

  #enlarge(needed: number): void {
    const size = Math.max(needed, Math.ceil(GROWTH * this.#state.length));
    this.#pieceBits = grown(this.#pieceBits, size);
    this.#doneBits = grown(this.#doneBits, size);
    this.#sinceMs = grown(this.#sinceMs, size);
    this.#rateKbps = grown(this.#rateKbps, size);
    this.#version = grown(this.#version, size);
    this.#state = grown(this.#state, size);
    this.#listed = grown(this.#listed, size);
  }
}

/** The factor by which the arrays grow. */
const GROWTH = 1.25;
const LISTED = 1;
const FLOWING = 2;

/** Far above the rounding error of an interval, far below a bit. */
const ROUNDING_BITS = 1e-6;
