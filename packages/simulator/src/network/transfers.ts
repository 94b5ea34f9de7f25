/**
 * How far the pieces have got that the nodes of one autonomous system are sending.
 *
 * A link carries the pieces that one node has queued for another, one after the other; the queue
 * belongs to whoever calls, and a link knows the size of its first piece alone. Rates change at
 * allocation instants and are constant in between, so within an interval it is known to the bit
 * when a piece ends. A link that empties stops; one that fills begins at the next instant.
 *
 *     start      stop / advance(none)                    instant: settle, allocate, run
 *     idle ────▶ queued ──────────────▶ idle               queued ─▶ flowing
 *
 * An instant has two steps, between which rates are allocated: `settle` credits what the interval
 * moved and says which links take part now; `run` gives them their rates and says which pieces
 * will end before the next instant.
 *
 * With `deliverAtAllocations`, pieces end only at instants, as in the original simulator: one
 * interval may end several pieces of a link, a link that empties loses the rest of its interval,
 * and one that was stopped and starts again before the next instant continues where it was.
 *
 * Bits, ms, and kbit/s, which is bits per ms.
 */

import { assert } from '@cachetorrent/std';

export interface TransferListener {
  /** The link takes part in allocations from this instant on. */
  opened(link: number): void;
  /** The link takes part no longer. Until now its number meant the same connection. */
  closed(link: number): void;
  /**
   * Its first piece has arrived, now; only with `deliverAtAllocations`. Takes it off the queue and
   * returns the bits of the next one, or 0. Starts and stops no link.
   */
  delivered(link: number): number;
  /** What the allocation has given the link. */
  rateKbps(link: number): number;
  /** Its first piece ends at `atMs`, before the next instant, unless the ticket expires first. */
  ends(link: number, atMs: number, ticket: number): void;
}

export interface TransferOptions {
  /** Links that there is room for at first; more are made as they come. */
  readonly linkCount: number;
  readonly deliverAtAllocations: boolean;
}

export class Transfers {
  readonly #deliverAtAllocations: boolean;

  /** For each link, the bits of its first piece, or 0 while nothing is queued. */
  #pieceBits: Float64Array;
  /** For each link, the bits of that piece moved up to `#sinceMs`, and the rate since then. */
  #doneBits: Float64Array;
  #sinceMs: Float64Array;
  #rateKbps: Float64Array;
  /** For each link, how often what was foretold of it has become void. */
  #ticket: Int32Array;
  /** For each link, LISTED and FLOWING as bits. */
  #state: Uint8Array;

  /** The links that are queued or flowing, in the order in which they became so. */
  #listed: Int32Array;
  #listedCount = 0;

  #instantMs = 0;
  #nextInstantMs = 0;

  constructor({ linkCount, deliverAtAllocations }: TransferOptions) {
    const room = Math.max(16, linkCount);
    this.#deliverAtAllocations = deliverAtAllocations;
    this.#pieceBits = new Float64Array(room);
    this.#doneBits = new Float64Array(room);
    this.#sinceMs = new Float64Array(room);
    this.#rateKbps = new Float64Array(room);
    this.#ticket = new Int32Array(room);
    this.#state = new Uint8Array(room);
    this.#listed = new Int32Array(room);
  }

  /** True while the next instant must be held: some link is queued, or flowed at the last one. */
  get wantsInstant(): boolean {
    return this.#listedCount > 0;
  }

  /** An idle link has been given a piece of so many bits. */
  start(link: number, pieceBits: number): void {
    if (link >= this.#state.length) this.#enlarge(link + 1);
    assert(this.#pieceBits[link] === 0, 'only an idle link starts');
    assert(pieceBits > 0, 'a piece has bits');
    this.#pieceBits[link] = pieceBits;
    if ((this.#state[link]! & LISTED) === 0) {
      this.#state[link]! |= LISTED;
      this.#listed[this.#listedCount++] = link;
    }
  }

  /** All that was queued on the link has been dropped. May be said of an idle link. */
  stop(link: number): void {
    if (link >= this.#state.length || this.#pieceBits[link] === 0) return;
    this.#pieceBits[link] = 0;
    this.#ticket[link]!++;
    if (this.#deliverAtAllocations) return;
    this.#doneBits[link] = 0;
    this.#rateKbps[link] = 0;
  }

  /** Whether what was foretold under this ticket comes true. */
  isCurrent(link: number, ticket: number): boolean {
    return this.#ticket[link] === ticket;
  }

  /**
   * The first piece of the link ends now, as was foretold. The next one, of `nextBits`, begins at
   * once; with 0 there is none, and the link stops. Tells `listener` if the next one, too, ends
   * before the next instant.
   */
  advance(link: number, nextBits: number, nowMs: number, listener: TransferListener): void {
    assert(this.#pieceBits[link]! > 0, 'a piece ends only where one was queued');
    this.#ticket[link]!++;
    this.#pieceBits[link] = nextBits;
    this.#doneBits[link] = 0;
    this.#sinceMs[link] = nowMs;
    if (nextBits > 0) this.#foretell(link, listener);
    else this.#rateKbps[link] = 0;
  }

  /** First step of an instant, before rates are allocated. */
  settle(nowMs: number, listener: TransferListener): void {
    let stillListed = 0;
    for (let i = 0; i < this.#listedCount; i++) {
      const link = this.#listed[i]!;
      const flowed = (this.#state[link]! & FLOWING) !== 0;
      if (flowed && this.#pieceBits[link]! > 0) this.#credit(link, nowMs, listener);

      if (this.#pieceBits[link]! > 0) {
        this.#listed[stillListed++] = link;
        if (flowed) continue;
        this.#state[link] = LISTED | FLOWING;
        this.#doneBits[link] = 0;
        listener.opened(link);
      } else {
        this.#state[link] = 0;
        if (flowed) listener.closed(link);
      }
    }
    this.#listedCount = stillListed;
    this.#instantMs = nowMs;
  }

  /** Second step of an instant: rates have been allocated, and hold until `nextInstantMs`. */
  run(nextInstantMs: number, listener: TransferListener): void {
    this.#nextInstantMs = nextInstantMs;
    for (let i = 0; i < this.#listedCount; i++) {
      const link = this.#listed[i]!;
      this.#rateKbps[link] = listener.rateKbps(link);
      this.#sinceMs[link] = this.#instantMs;
      if (!this.#deliverAtAllocations) this.#foretell(link, listener);
    }
  }

  #credit(link: number, nowMs: number, listener: TransferListener): void {
    const movedBits = this.#rateKbps[link]! * (nowMs - this.#sinceMs[link]!);
    let doneBits = this.#doneBits[link]! + movedBits;
    let pieceBits = this.#pieceBits[link]!;
    if (this.#deliverAtAllocations) {
      while (pieceBits > 0 && doneBits >= pieceBits) {
        doneBits -= pieceBits;
        pieceBits = listener.delivered(link);
      }
      this.#pieceBits[link] = pieceBits;
    } else if (doneBits > pieceBits - ROUNDING_BITS) {
      // It ends with the interval. Whatever its next rate, it must not wait for lost digits.
      doneBits = pieceBits;
    }
    this.#doneBits[link] = doneBits;
  }

  #foretell(link: number, listener: TransferListener): void {
    const leftBits = this.#pieceBits[link]! - this.#doneBits[link]!;
    const tookMs = leftBits === 0 ? 0 : leftBits / this.#rateKbps[link]!;
    const atMs = this.#sinceMs[link]! + tookMs;
    if (atMs < this.#nextInstantMs) listener.ends(link, atMs, this.#ticket[link]!);
  }

  #enlarge(needed: number): void {
    const room = Math.max(needed, 2 * this.#state.length);
    this.#pieceBits = enlarged(this.#pieceBits, new Float64Array(room));
    this.#doneBits = enlarged(this.#doneBits, new Float64Array(room));
    this.#sinceMs = enlarged(this.#sinceMs, new Float64Array(room));
    this.#rateKbps = enlarged(this.#rateKbps, new Float64Array(room));
    this.#ticket = enlarged(this.#ticket, new Int32Array(room));
    this.#state = enlarged(this.#state, new Uint8Array(room));
    this.#listed = enlarged(this.#listed, new Int32Array(room));
  }
}

const LISTED = 1;
const FLOWING = 2;

/** Far above what sums of floats lose over an interval, far below a bit. */
const ROUNDING_BITS = 1e-6;

function enlarged<T extends Float64Array | Int32Array | Uint8Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}
