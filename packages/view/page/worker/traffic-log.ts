/**
 * What has arrived from AS to AS in each frame, and the average over the last seconds. Since it is
 * kept by frame, an average is the same whether one comes to a time by playing or by seeking.
 */

import type { Totals } from '@cachetorrent/recording';

import { TRAFFIC_MAX, type TrafficColumns } from '../scene.ts';

/** Over how many ms of simulated time traffic is averaged, up to the end of the last frame. */
const WINDOW_MS = 6_000;

/**
 * So many pairs of AS are kept of each frame, the largest. What is dropped is less than each of
 * them, and far fewer are shown.
 */
const PAIRS_MAX = 1_000;

interface FrameTraffic {
  readonly toMs: number;
  /** What has arrived by the end of the frame, since the start. */
  readonly outsideBits: number;
  readonly insideBits: number;
  /** By `from · AS + to`. */
  readonly pairs: Uint32Array;
  readonly bits: Float32Array;
}

export class TrafficLog {
  readonly #asCount: number;
  readonly #frames: FrameTraffic[] = [];
  #pairs: number[] = [];
  #bits: number[] = [];
  /** The answer for the frame that was asked for last. */
  #lastFrames = -1;
  #last: TrafficColumns | undefined;

  constructor(asCount: number) {
    this.#asCount = asCount;
  }

  /** Bits have arrived in this frame. */
  add(from: number, to: number, bits: number): void {
    if (from === to || bits === 0) return;
    this.#pairs.push(from * this.#asCount + to);
    this.#bits.push(bits);
  }

  /** The frame is over; `totals` are those at its end. */
  endFrame(toMs: number, { outsideBits, insideBits }: Totals): void {
    const kept = placesOfLargest(this.#bits, PAIRS_MAX);
    const pairs = Uint32Array.from(kept, (i) => this.#pairs[i]!);
    const bits = Float32Array.from(kept, (i) => this.#bits[i]!);
    this.#frames.push({ toMs, outsideBits, insideBits, pairs, bits });
    this.#pairs = [];
    this.#bits = [];
  }

  /**
   * What has arrived across borders and within AS, in kbit/s, on average over the window that ends
   * with the last frame that has ended at a time, in ms.
   */
  averagesAt(ms: number): { readonly borderKbps: number; readonly insideKbps: number } {
    const last = this.#frames[countEnded(this.#frames, ms) - 1];
    if (last === undefined) return { borderKbps: 0, insideKbps: 0 };
    const fromMs = Math.max(0, last.toMs - WINDOW_MS);
    const before = this.#frames[countEnded(this.#frames, fromMs) - 1];
    const elapsedMs = last.toMs - fromMs;
    return {
      borderKbps: (last.outsideBits - (before?.outsideBits ?? 0)) / elapsedMs,
      insideKbps: (last.insideBits - (before?.insideBits ?? 0)) / elapsedMs,
    };
  }

  /** The same from AS to AS, the largest first. */
  pairsAt(ms: number): TrafficColumns {
    const ended = countEnded(this.#frames, ms);
    if (ended !== this.#lastFrames || this.#last === undefined) {
      this.#last = this.#average(ended);
      this.#lastFrames = ended;
    }
    const { from, to, kbps } = this.#last;
    // The page gets the memory of what it is sent.
    return { from: from.slice(), to: to.slice(), kbps: kbps.slice() };
  }

  #average(ended: number): TrafficColumns {
    const sums = new Map<number, number>();
    const untilMs = this.#frames[ended - 1]?.toMs ?? 0;
    const fromMs = Math.max(0, untilMs - WINDOW_MS);
    for (let i = ended - 1; i >= 0; i--) {
      const frame = this.#frames[i]!;
      if (frame.toMs <= fromMs) break;
      for (const [j, pair] of frame.pairs.entries()) {
        sums.set(pair, (sums.get(pair) ?? 0) + frame.bits[j]!);
      }
    }
    const pairs = [...sums.keys()];
    const bits = [...sums.values()];
    const kept = placesOfLargest(bits, TRAFFIC_MAX).toSorted(
      (a, b) => bits[b]! - bits[a]! || pairs[a]! - pairs[b]!,
    );
    return {
      from: Uint16Array.from(kept, (i) => Math.floor(pairs[i]! / this.#asCount)),
      to: Uint16Array.from(kept, (i) => pairs[i]! % this.#asCount),
      kbps: Float32Array.from(kept, (i) => bits[i]! / (untilMs - fromMs)),
    };
  }
}

/** How many of the frames, which are in order, have ended at a time, in ms. */
function countEnded(frames: readonly FrameTraffic[], ms: number): number {
  let low = 0;
  let high = frames.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (frames[middle]!.toMs <= ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The places of the `count` largest values; of equal ones, the first. */
function placesOfLargest(values: readonly number[], count: number): readonly number[] {
  const places = [...values.keys()];
  if (values.length <= count) return places;
  // Sorting numbers alone is many times faster than sorting places by them.
  const least = Float64Array.from(values).sort().at(-count)!;
  const larger = places.filter((i) => values[i]! > least);
  const equal = places.filter((i) => values[i] === least);
  return [...larger, ...equal.slice(0, count - larger.length)];
}
