/**
 * The pending events of one actor, earliest first: a calendar (Brown 1988) without its weak spots.
 *
 * Time is cut into days of equal width. A day is a list of events in no order; only when it comes
 * are its events put in order. So pushing an event costs a division, popping one a look at a few.
 *
 *     days     today       1     2     3     …     dayCount - 1   │  beyond
 *                          │           │               │         │    │
 *     events   in order    e ─ e       e               e         │    e ─ e ─ e
 *              (today.ts)  newest first                          │    no day yet
 *
 * Days come round: day d has its list at place d mod dayCount, and what is too far off waits
 * beyond, until a year has passed. The width of a day follows the events: three to a day.
 *
 * An event is 32 bytes at its slot; slot 0 is no event. Nothing is allocated but to grow.
 *
 *     times   atMs, order, ·, ·               4 numbers to a slot
 *     ints    ·, ·, ·, ·, kind, a, b, c       8 numbers to a slot, in the same bytes
 */

import { assert } from '@cachetorrent/std';

import { CurrentBucket } from './current-bucket.ts';

/** Slots to begin with: a power of two. */
const CAPACITY_MIN = 32;
const EVENTS_PER_DAY = 3;
/** Days for each slot: how far ahead the calendar reaches, in mean waiting times. */
const DAYS_PER_SLOT = 2;
/** Days are renumbered before they outgrow 32 bits. */
const DAY_MAX = 2 ** 24;
const WIDTH_MIN_MS = 1e-9;
const WIDTH_MAX_MS = 1e15;
const POPS_PER_TUNING_MIN = 256;
/** The width is judged no sooner than after as many events as pay for a look at all days. */
const DAYS_PER_POP = 4;

export class EventQueue {
  /** The event popped last. */
  atMs: number = -Infinity;
  order = -1;
  kind = 0;
  a = 0;
  b = 0;
  c = 0;

  #size = 0;
  #capacity = CAPACITY_MIN;
  #times = new Float64Array(CAPACITY_MIN * 4);
  #ints = new Int32Array(this.#times.buffer);
  /** The next slot of the same list; 0 ends it. */
  #next = new Int32Array(CAPACITY_MIN);
  #freeSlot = 0;

  /** For each place of the calendar, the first slot of its list. */
  #days = new Int32Array(CAPACITY_MIN * DAYS_PER_SLOT);
  #dayMask = this.#days.length - 1;
  #inDays = 0;
  /** Day 0 begins here. */
  #anchorMs = 0;
  #widthMs = 1;
  #daysPerMs = 1;
  /** The day that it is. All events of this day and of those before it are in `#today`. */
  #day = 0;
  readonly #today = new CurrentBucket(this.#times);

  /** The first slot beyond the calendar. */
  #beyond = 0;
  #beyondMinMs = Infinity;

  /** Pops until the width is judged again, and how many there were to be. */
  #popsToTuning = POPS_PER_TUNING_MIN;
  #popsPerTuning = POPS_PER_TUNING_MIN;
  #tunedAtMs = 0;

  constructor() {
    this.#free(1);
  }

  get size(): number {
    return this.#size;
  }

  /** Adds an event. Where two have the same `atMs`, that of the lower `order` comes first. */
  push(atMs: number, order: number, kind: number, a: number, b: number, c: number): void {
    assert(this.atMs <= atMs && atMs < Infinity, 'an event happens at some time to come');

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
    this.#size++;
    this.#place(slot);
  }

  /** Takes out the first event if it is before `endMs`: into `atMs`, `order`, `kind` and so on. */
  popBefore(endMs: number): boolean {
    if (this.#today.isEmpty && !this.#turnDay(endMs)) return false;
    const slot = this.#today.takeBefore(endMs);
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

  /** When the first event happens; Infinity where there is none. Looks, and changes nothing. */
  nextAtMs(): number {
    let nextMs = Math.min(this.#beyondMinMs, this.#today.nextAtMs());
    if (this.#inDays === 0 || !this.#today.isEmpty) return nextMs;

    let day = this.#day + 1;
    while (this.#days[day & this.#dayMask] === 0) day++;
    let slot = this.#days[day & this.#dayMask]!;
    for (; slot !== 0; slot = this.#next[slot]!) nextMs = Math.min(nextMs, this.#times[slot * 4]!);
    return nextMs;
  }

  /** Puts an event where it belongs: in order today, on its day, or beyond the calendar. */
  #place(slot: number): void {
    const atMs = this.#times[slot * 4]!;
    const day = (atMs - this.#anchorMs) * this.#daysPerMs;
    if (day < this.#day + 1) {
      this.#today.push(slot);
    } else if (day <= this.#day + this.#dayMask) {
      const place = (day | 0) & this.#dayMask;
      this.#next[slot] = this.#days[place]!;
      this.#days[place] = slot;
      this.#inDays++;
    } else {
      this.#next[slot] = this.#beyond;
      this.#beyond = slot;
      if (atMs < this.#beyondMinMs) this.#beyondMinMs = atMs;
    }
  }

  /** Makes the next day that has events today, unless it is after `endMs`. Else returns false. */
  #turnDay(endMs: number): boolean {
    const endDay = this.#dayOf(endMs);
    const beyondDay = this.#dayOf(this.#beyondMinMs);
    if (this.#inDays > 0) {
      const lastDay = Math.min(endDay, beyondDay - 1, DAY_MAX);
      const days = this.#days;
      const mask = this.#dayMask;
      let day = this.#day;
      let slot = 0;
      while (slot === 0 && day < lastDay) slot = days[++day & mask]!;
      this.#day = day;
      if (slot !== 0) {
        days[day & mask] = 0;
        this.#openDay(slot);
        return true;
      }
      if (day >= DAY_MAX) {
        this.#rebuild(this.#anchorMs + day * this.#widthMs, this.#widthMs);
        return !this.#today.isEmpty || this.#turnDay(endMs);
      }
    }
    // An event beyond may share its day with one in the calendar that is before `endMs`.
    const isBeyondDue = this.#beyondMinMs < endMs || (this.#inDays > 0 && beyondDay <= endDay);
    if (isBeyondDue) this.#rebuild(this.#beyondMinMs, this.#widthMs);
    return isBeyondDue;
  }

  /** Puts the events of a list in order, as those of today. */
  #openDay(first: number): void {
    for (let slot = first; slot !== 0; ) {
      const following = this.#next[slot]!;
      this.#today.push(slot);
      this.#inDays--;
      slot = following;
    }
  }

  #dayOf(atMs: number): number {
    return Math.floor((atMs - this.#anchorMs) * this.#daysPerMs);
  }

  /** Fits the width of a day to the events popped since the last time. */
  #tune(): void {
    const pops = this.#popsPerTuning;
    const days = this.#days.length / DAYS_PER_POP;
    this.#popsPerTuning = Math.max(POPS_PER_TUNING_MIN, this.#size, days);
    this.#popsToTuning = this.#popsPerTuning;
    const widthMs = ((this.atMs - this.#tunedAtMs) / pops) * EVENTS_PER_DAY;
    this.#tunedAtMs = this.atMs;
    if (widthMs > 0 && (this.#widthMs < widthMs / 3 || this.#widthMs > widthMs * 3)) {
      this.#rebuild(this.atMs, widthMs);
    }
  }

  /**
   * Doubles the number of slots and of days. Nothing may have been popped so far, so the width
   * comes from how long the events have to wait: with n of them waiting w on average, and as many
   * coming as going, one goes every w / n (Little's law).
   */
  #grow(): void {
    const old = this.#capacity;
    this.#capacity = old * 2;
    const bytes = new ArrayBuffer(this.#capacity * 32);
    const times = new Float64Array(bytes);
    times.set(this.#times);
    this.#times = times;
    this.#today.times = times;
    this.#ints = new Int32Array(bytes);
    const next = new Int32Array(this.#capacity);
    next.set(this.#next);
    this.#next = next;

    let waitSumMs = 0;
    const nowMs = Math.max(this.atMs, 0);
    for (let slot = 1; slot < old; slot++) waitSumMs += times[slot * 4]! - nowMs;
    const live = this.#collect();
    this.#days = new Int32Array(this.#capacity * DAYS_PER_SLOT);
    this.#dayMask = this.#days.length - 1;
    this.#restart(nowMs, (waitSumMs / this.#size / this.#size) * EVENTS_PER_DAY);
    this.#placeAll(live);
    this.#free(old);
  }

  /** Lets day 0 begin at `anchorMs`, and today with it. */
  #rebuild(anchorMs: number, widthMs: number): void {
    const live = this.#collect();
    this.#restart(Math.max(anchorMs, 0), widthMs);
    this.#placeAll(live);
  }

  #restart(anchorMs: number, widthMs: number): void {
    this.#anchorMs = anchorMs;
    this.#widthMs = Math.min(Math.max(widthMs, WIDTH_MIN_MS), WIDTH_MAX_MS);
    this.#daysPerMs = 1 / this.#widthMs;
    this.#day = 0;
  }

  /** Takes all events out, into one list: of each day, the oldest first. */
  #collect(): number {
    const next = this.#next;
    const days = this.#days;
    let live = this.#today.drainInto(next, 0);
    const takeList = (first: number): void => {
      for (let slot = first; slot !== 0; ) {
        const following = next[slot]!;
        next[slot] = live;
        live = slot;
        slot = following;
      }
    };
    takeList(this.#beyond);
    this.#beyond = 0;
    this.#beyondMinMs = Infinity;
    for (let place = 0; this.#inDays > 0 && place < days.length; place++) takeList(days[place]!);
    days.fill(0);
    this.#inDays = 0;
    return live;
  }

  #placeAll(live: number): void {
    for (let slot = live; slot !== 0; ) {
      const following = this.#next[slot]!;
      this.#place(slot);
      slot = following;
    }
  }

  /** Slots from `first` on hold no event. */
  #free(first: number): void {
    for (let slot = first; slot < this.#capacity; slot++) this.#next[slot] = slot + 1;
    this.#next[this.#capacity - 1] = this.#freeSlot;
    this.#freeSlot = first;
  }
}
