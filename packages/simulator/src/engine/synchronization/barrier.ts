/**
 * A barrier for threads: none passes before all have arrived.
 *
 * The last thread to arrive opens the barrier by incrementing its generation. Waking a sleeping
 * thread costs some 40 µs, so a thread that has a core to itself spins for a while first.
 */

const ARRIVED = 0;
const GENERATION = 1;
const ABORTED = 2;

/**
 * The number of spins before a thread that has a core to itself sleeps: some 90 µs. With short
 * windows, the slower of two workers arrives some 50 µs after the other, and waking takes as long
 * again.
 */
export const SPINS = 3000;

/** The size of a barrier in bytes, which are zero initially. */
export const BARRIER_BYTES = 12;

export interface BarrierOptions {
  /** `BARRIER_BYTES` of memory shared by all threads. */
  readonly words: Int32Array;
  /** The number of threads. */
  readonly parties: number;
  /** The number of spins before a thread sleeps: 0 if there are more threads than cores. */
  readonly spins: number;
}

export class Barrier {
  readonly #words: Int32Array;
  readonly #parties: number;
  readonly #spins: number;

  constructor({ words, parties, spins }: BarrierOptions) {
    this.#words = words;
    this.#parties = parties;
    this.#spins = spins;
  }

  /** Waits until all threads have arrived. Returns false, at once, if the barrier is aborted. */
  arrive(): boolean {
    const words = this.#words;
    const generation = Atomics.load(words, GENERATION);
    // Aborted before this thread arrived. A later abort changes the generation.
    if (Atomics.load(words, ABORTED) !== 0) return false;
    if (Atomics.add(words, ARRIVED, 1) === this.#parties - 1) {
      Atomics.store(words, ARRIVED, 0);
      this.#open();
    } else {
      let spins = this.#spins;
      while (spins-- > 0 && Atomics.load(words, GENERATION) === generation) pause();
      while (Atomics.load(words, GENERATION) === generation) {
        Atomics.wait(words, GENERATION, generation);
      }
    }
    return Atomics.load(words, ABORTED) === 0;
  }

  /** Releases all waiting threads, and all that arrive later, with false. */
  abort(): void {
    Atomics.store(this.#words, ABORTED, 1);
    this.#open();
  }

  #open(): void {
    Atomics.add(this.#words, GENERATION, 1);
    Atomics.notify(this.#words, GENERATION);
  }
}

/** Informs the processor that the thread spins. Newer than ES2023; Node 24 has it. */
const pause: () => void = (Atomics as { pause?: () => void }).pause ?? ((): void => {});
