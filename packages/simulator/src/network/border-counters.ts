/**
 * The bits that cross the links between AS, by interval and direction, counted by all AS at once in
 * shared memory:
 *
 *     interval 0                      interval 1
 *     link 0     link 1     …         link 0     …
 *     →    ←     →    ←               →    ←
 *
 * Its size is that of the links times that of the run, whatever the number of pairs of AS. The
 * memory grows with the run. Counts are integers, so their sums do not depend on the order in which
 * threads add them; they are read after the run only.
 */

import { SwarmError } from '../errors.ts';

/** Counters in shared memory, as workers receive them. */
export interface SharedBorderCounters {
  readonly linkCount: number;
  /** Grows as intervals are added; a view of it without a length grows, too. */
  readonly buffer: SharedArrayBuffer;
}

/** The most memory of the counters, in bytes. It is reserved, and used only as far as needed. */
const COUNTER_BYTES_MAX = 2 ** 31;

/** Bytes of the counters of a link in an interval: two directions. */
const COUNTER_BYTES_EACH = 2 * BigInt64Array.BYTES_PER_ELEMENT;

/**
 * Counters for at least so many `intervals`.
 *
 * @throws SwarmError if they need too much memory
 */
export function sharedBorderCounters(linkCount: number, intervals: number): SharedBorderCounters {
  if (intervals * linkCount * COUNTER_BYTES_EACH > COUNTER_BYTES_MAX) {
    const shown = Math.ceil(intervals).toLocaleString('en-US');
    throw new SwarmError({
      at: 'prices.intervalMs',
      problem: `divides the run into ${shown} intervals, too many for ${linkCount} links`,
      fix: 'set it to a longer time',
    });
  }
  const buffer = new SharedArrayBuffer(0, { maxByteLength: COUNTER_BYTES_MAX });
  return { linkCount, buffer };
}

export class BorderCounters {
  readonly #buffer: SharedArrayBuffer;
  readonly #counts: BigInt64Array;
  readonly #stepCount: number;

  constructor({ linkCount, buffer }: SharedBorderCounters) {
    this.#buffer = buffer;
    this.#counts = new BigInt64Array(buffer);
    this.#stepCount = 2 * linkCount;
  }

  /** The number of intervals from the first one to the last in which anything was counted. */
  get intervals(): number {
    return this.#stepCount === 0 ? 0 : Math.ceil(this.#counts.length / this.#stepCount);
  }

  /** Adds a whole number of bits; `step` is twice the link, plus 1 against its direction. */
  add(interval: number, step: number, bits: number): void {
    const index = interval * this.#stepCount + step;
    if (index >= this.#counts.length) this.#grow(interval + 1);
    Atomics.add(this.#counts, index, BigInt(bits));
  }

  /** All counts of `intervals` intervals, as they lie in memory. */
  read(intervals: number): Float64Array {
    const bits = new Float64Array(intervals * this.#stepCount);
    const counted = Math.min(bits.length, this.#counts.length);
    for (let i = 0; i < counted; i++) bits[i] = Number(this.#counts[i]);
    return bits;
  }

  /** Another thread may make the memory larger at the same time. */
  #grow(intervals: number): void {
    const bytes = intervals * this.#stepCount * BigInt64Array.BYTES_PER_ELEMENT;
    if (bytes > this.#buffer.maxByteLength) {
      throw new RangeError(
        `the traffic at borders has ${intervals} intervals, more than fit into memory: ` +
          'set network.prices.interval to a longer time',
      );
    }
    while (this.#buffer.byteLength < bytes) {
      try {
        this.#buffer.grow(bytes);
      } catch (error) {
        // It has become larger than asked for, or it cannot grow.
        if (this.#buffer.byteLength < bytes) throw error;
      }
    }
  }
}
