/**
 * The event queue of one actor, earliest event first: a calendar queue (Brown 1988) that avoids the
 * worst cases of the original.
 *
 * Time is divided into days of equal width. The events of a day are an unsorted list, its bucket,
 * and are sorted only when the day begins (`current-bucket.ts`). So pushing an event costs a
 * division, and popping one a few comparisons.
 *
 *     bucket   current     1     2     3     …     bucketCount - 1   │  overflow
 *                          │           │                 │          │    │
 *     events   sorted      e ─ e       e                 e          │    e ─ e ─ e
 *                          newest first                             │    not in a bucket yet
 *
 * Buckets are used cyclically: day d is bucket d mod bucketCount. Events more than a year (that is
 * bucketCount days) ahead are in the overflow list until the year has passed. The width of a day
 * adapts to the events, about three per day.
 *
 * An event takes 32 bytes, its slot; slot 0 means no event. Memory is allocated only to grow, or to
 * shrink after a peak, such as when all peers of a swarm connect.
 *
 *     times   atMs, order, ·, ·               4 numbers per slot
 *     ints    ·, ·, ·, ·, kind, a, b, c       8 numbers per slot, in the same bytes
 */

import { assert, grown } from '@cachetorrent/std';

import { CurrentBucket } from './current-bucket.ts';

/** Initial number of slots. */
const SLOTS_MIN = 32;
/** The factor by which the slots grow. */
const GROWTH = 1.25;
const EVENTS_PER_DAY = 3;
/**
 * Buckets per slot, at least: how far ahead the calendar reaches, in mean waiting times. Their
 * number is a power of two.
 */
const BUCKETS_PER_SLOT = 1.25;
/** Days are renumbered beyond this, before they exceed 32 bits. */
const DAY_MAX = 2 ** 24;
/** The slots become fewer when less than this share of them has been needed for a while. */
const USED_MIN = 1 / 3;
/** A queue with fewer slots does not shrink. */
const SHRINKS_FROM = 1_024;
const WIDTH_MIN_MS = 1e-9;
const WIDTH_MAX_MS = 1e15;
const POPS_PER_TUNING_MIN = 256;
/** Adapting the width visits all buckets; it is so rare that this is four buckets for each pop. */
const BUCKETS_PER_POP = 4;

export class EventQueue {
  /** The event popped last. */
  atMs: number = -Infinity;
  order = -1;
  kind = 0;
  a = 0;
  b = 0;
  c = 0;

  #size = 0;
  /** The greatest size since the width was adapted last. */
  #sizeMax = 0;
  #slotCount = SLOTS_MIN;
  #times = new Float64Array(SLOTS_MIN * 4);
  #ints = new Int32Array(this.#times.buffer);
  /** The next slot of the same list; 0 ends it. */
  #next = new Int32Array(SLOTS_MIN);
  #freeSlot = 0;

  /** For each bucket, the first slot of its list. */
  #buckets = new Int32Array(bucketsFor(SLOTS_MIN));
  #bucketMask = this.#buckets.length - 1;
  /** The number of events in the buckets. */
  #inBuckets = 0;
  /** The time at which day 0 begins. */
  #originMs = 0;
  #widthMs = 1;
  #daysPerMs = 1;
  /** The current day. All events of this day, and of days before it, are in `#current`. */
  #day = 0;
  readonly #current = new CurrentBucket(this.#times);

  /** The first slot of the overflow list, and the time of its earliest event. */
  #overflow = 0;
  #overflowMinMs = Infinity;

  /** The number of pops until the width is adapted again, and its initial value. */
  #popsToTuning = POPS_PER_TUNING_MIN;
  #popsPerTuning = POPS_PER_TUNING_MIN;
  #tunedAtMs = 0;

  constructor() {
    this.#freeSlots(1);
  }

  get size(): number {
    return this.#size;
  }

  /** Adds an event. Events of the same `atMs` are popped by ascending `order`. */
  push(atMs: number, order: number, kind: number, a: number, b: number, c: number): void {
    assert(
      this.atMs <= atMs && atMs < Infinity,
      'an event has a finite time, not before the last one popped',
    );

    if (this.#freeSlot === 0) this.#grow();
    const slot = this.#freeSlot;
    this.#freeSlot = this.#next[slot]!;
    this.#times[slot * 4] = atMs;
    this.#times[slot * 4 + 1] = order;
    const ints = this.#ints;
    ints[slot * 8 + 4] = kind;
    ints[slot * 8 + 5] = a;
    ints[slot * 8 + 6] = b;
    ints[slot * 8 + 7] = c;
    if (++this.#size > this.#sizeMax) this.#sizeMax = this.#size;
    this.#insert(slot);
  }

  /**
   * Removes the first event if it is before `endMs`, and sets `atMs`, `order`, `kind` etc. to it.
   */
  popBefore(endMs: number): boolean {
    if (this.#current.isEmpty && !this.#advanceDay(endMs)) return false;
    const slot = this.#current.popBefore(endMs);
    if (slot === 0) return false;

    this.atMs = this.#times[slot * 4]!;
    this.order = this.#times[slot * 4 + 1]!;
    const ints = this.#ints;
    this.kind = ints[slot * 8 + 4]!;
    this.a = ints[slot * 8 + 5]!;
    this.b = ints[slot * 8 + 6]!;
    this.c = ints[slot * 8 + 7]!;
    this.#next[slot] = this.#freeSlot;
    this.#freeSlot = slot;
    this.#size--;
    if (--this.#popsToTuning === 0) this.#tune();
    return true;
  }

  /** Returns the time of the first event; Infinity if there is none. */
  nextAtMs(): number {
    let nextMs = Math.min(this.#overflowMinMs, this.#current.nextAtMs());
    if (this.#inBuckets === 0 || !this.#current.isEmpty) return nextMs;

    let day = this.#day + 1;
    while (this.#buckets[day & this.#bucketMask] === 0) day++;
    let slot = this.#buckets[day & this.#bucketMask]!;
    for (; slot !== 0; slot = this.#next[slot]!) nextMs = Math.min(nextMs, this.#times[slot * 4]!);
    return nextMs;
  }

  /** Inserts an event: sorted into the current bucket, into that of its day, or the overflow. */
  #insert(slot: number): void {
    const atMs = this.#times[slot * 4]!;
    const day = (atMs - this.#originMs) * this.#daysPerMs;
    if (day < this.#day + 1) {
      this.#current.push(slot);
    } else if (day <= this.#day + this.#bucketMask) {
      const bucket = (day | 0) & this.#bucketMask;
      this.#next[slot] = this.#buckets[bucket]!;
      this.#buckets[bucket] = slot;
      this.#inBuckets++;
    } else {
      this.#next[slot] = this.#overflow;
      this.#overflow = slot;
      if (atMs < this.#overflowMinMs) this.#overflowMinMs = atMs;
    }
  }

  /**
   * Advances to the next day that has events, and moves them to the current bucket. Returns false
   * if that day is after `endMs`.
   */
  #advanceDay(endMs: number): boolean {
    const endDay = this.#dayOf(endMs);
    const overflowDay = this.#dayOf(this.#overflowMinMs);
    if (this.#inBuckets > 0) {
      const lastDay = Math.min(endDay, overflowDay - 1, DAY_MAX);
      const buckets = this.#buckets;
      const mask = this.#bucketMask;
      let day = this.#day;
      let slot = 0;
      while (slot === 0 && day < lastDay) slot = buckets[++day & mask]!;
      this.#day = day;
      if (slot !== 0) {
        buckets[day & mask] = 0;
        this.#fillCurrent(slot);
        return true;
      }
      if (day >= DAY_MAX) {
        this.#rebuild(this.#originMs + day * this.#widthMs, this.#widthMs);
        return !this.#current.isEmpty || this.#advanceDay(endMs);
      }
    }
    // An overflow event may be of the same day as one in a bucket that is before `endMs`.
    const isOverflowDue =
      this.#overflowMinMs < endMs || (this.#inBuckets > 0 && overflowDay <= endDay);
    if (isOverflowDue) this.#rebuild(this.#overflowMinMs, this.#widthMs);
    return isOverflowDue;
  }

  /** Moves the events of a list to the current bucket. */
  #fillCurrent(first: number): void {
    for (let slot = first; slot !== 0; ) {
      const following = this.#next[slot]!;
      this.#current.push(slot);
      this.#inBuckets--;
      slot = following;
    }
  }

  #dayOf(atMs: number): number {
    return Math.floor((atMs - this.#originMs) * this.#daysPerMs);
  }

  /** Adapts the width of a day to the events popped since the last time. */
  #tune(): void {
    const pops = this.#popsPerTuning;
    const visitPops = this.#buckets.length / BUCKETS_PER_POP;
    this.#popsPerTuning = Math.max(POPS_PER_TUNING_MIN, this.#size, visitPops);
    this.#popsToTuning = this.#popsPerTuning;
    const widthMs = ((this.atMs - this.#tunedAtMs) / pops) * EVENTS_PER_DAY;
    this.#tunedAtMs = this.atMs;
    const sizeMax = this.#sizeMax;
    this.#sizeMax = this.#size;
    if (this.#slotCount > SHRINKS_FROM && sizeMax < USED_MIN * this.#slotCount) {
      return this.#shrink(Math.max(SLOTS_MIN, Math.ceil(GROWTH * sizeMax) + 1));
    }
    if (widthMs > 0 && (this.#widthMs < widthMs / 3 || this.#widthMs > widthMs * 3)) {
      this.#rebuild(this.atMs, widthMs);
    }
  }

  /**
   * Makes room for more events. Possibly nothing has been popped so far, so the width is derived
   * from the waiting times of the events: if n events wait w on average, and as many arrive as
   * leave, one leaves every w / n (Little's law).
   */
  #grow(): void {
    const old = this.#slotCount;
    const slotCount = Math.ceil(old * GROWTH);
    const times = grown(this.#times, 4 * slotCount);
    this.#useSlots(times, grown(this.#next, slotCount));

    let waitSumMs = 0;
    const nowMs = Math.max(this.atMs, 0);
    for (let slot = 1; slot < old; slot++) waitSumMs += times[slot * 4]! - nowMs;
    const list = this.#removeAll();
    const buckets = bucketsFor(this.#slotCount);
    if (buckets > this.#buckets.length) this.#buckets = new Int32Array(buckets);
    this.#bucketMask = this.#buckets.length - 1;
    this.#resetCalendar(nowMs, (waitSumMs / this.#size / this.#size) * EVENTS_PER_DAY);
    this.#insertAll(list);
    this.#freeSlots(old);
  }

  /** Moves the events to the first slots of smaller arrays. */
  #shrink(slotCount: number): void {
    const list = this.#removeAll();
    const [times, next] = [this.#times, this.#next];
    this.#useSlots(new Float64Array(4 * slotCount), new Int32Array(slotCount));
    let used = 0;
    for (let slot = list; slot !== 0; slot = next[slot]!) {
      this.#times.set(times.subarray(4 * slot, 4 * slot + 4), 4 * ++used);
      this.#next[used] = used + 1;
    }
    this.#next[used] = 0;
    this.#buckets = new Int32Array(bucketsFor(slotCount));
    this.#bucketMask = this.#buckets.length - 1;
    this.#resetCalendar(this.atMs, this.#widthMs);
    this.#insertAll(used === 0 ? 0 : 1);
    this.#freeSlot = 0;
    this.#freeSlots(used + 1);
  }

  #useSlots(times: Float64Array<ArrayBuffer>, next: Int32Array<ArrayBuffer>): void {
    this.#slotCount = next.length;
    this.#times = times;
    this.#current.times = times;
    this.#ints = new Int32Array(times.buffer);
    this.#next = next;
  }

  /** Moves day 0, which becomes the current day, to `originMs`. */
  #rebuild(originMs: number, widthMs: number): void {
    const list = this.#removeAll();
    this.#resetCalendar(Math.max(originMs, 0), widthMs);
    this.#insertAll(list);
  }

  #resetCalendar(originMs: number, widthMs: number): void {
    this.#originMs = originMs;
    this.#widthMs = Math.min(Math.max(widthMs, WIDTH_MIN_MS), WIDTH_MAX_MS);
    this.#daysPerMs = 1 / this.#widthMs;
    this.#day = 0;
  }

  /** Removes all events, and returns them as one list; those of a bucket are oldest first. */
  #removeAll(): number {
    const next = this.#next;
    const buckets = this.#buckets;
    let list = this.#current.drainInto(next, 0);
    const takeList = (first: number): void => {
      for (let slot = first; slot !== 0; ) {
        const following = next[slot]!;
        next[slot] = list;
        list = slot;
        slot = following;
      }
    };
    takeList(this.#overflow);
    this.#overflow = 0;
    this.#overflowMinMs = Infinity;
    for (let i = 0; this.#inBuckets > 0 && i < buckets.length; i++) takeList(buckets[i]!);
    buckets.fill(0);
    this.#inBuckets = 0;
    return list;
  }

  #insertAll(first: number): void {
    for (let slot = first; slot !== 0; ) {
      const following = this.#next[slot]!;
      this.#insert(slot);
      slot = following;
    }
  }

  /** Adds the slots from `first` on to the free list. */
  #freeSlots(first: number): void {
    for (let slot = first; slot < this.#slotCount; slot++) this.#next[slot] = slot + 1;
    this.#next[this.#slotCount - 1] = this.#freeSlot;
    this.#freeSlot = first;
  }
}

function bucketsFor(slots: number): number {
  return 1 << (32 - Math.clz32(Math.ceil(slots * BUCKETS_PER_SLOT) - 1));
}
