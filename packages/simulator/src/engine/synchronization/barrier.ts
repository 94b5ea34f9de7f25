/**
 * Where threads wait for one another: none goes on before all have arrived.
 *
 * The last to arrive opens the barrier by counting its generation up. Waking a thread that sleeps
 * costs some 40 µs, so a thread that has a core to itself first looks a few times.
 */

const ARRIVED = 0;
const GENERATION = 1;
const ABORTED = 2;

/**
 * Looks before a thread that has a core to itself sleeps: some 90 µs of them. The slower of two
 * workers comes some 50 µs after the other where windows are short, and waking takes as long again.
 */
export const SPINS = 3000;

/** The bytes a barrier needs, zero to begin with. */
export const BARRIER_BYTES = 12;

export interface BarrierOptions {
  /** `BARRIER_BYTES` of memory that all threads share. */
  readonly words: Int32Array;
  /** How many threads meet here. */
  readonly parties: number;
  /** How often a thread looks before it sleeps: 0 where threads outnumber cores. */
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

  /** Waits until all are here. Returns false, at once, where somebody has called it off. */
  arrive(): boolean {
    const words = this.#words;
    const generation = Atomics.load(words, GENERATION);
    // Called off before we came; if it is called off from here on, the generation is another.
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

  /** Calls the meeting off: all who wait, and all who ever arrive, go away. */
  abort(): void {
    Atomics.store(this.#words, ABORTED, 1);
    this.#open();
  }

  #open(): void {
    Atomics.add(this.#words, GENERATION, 1);
    Atomics.notify(this.#words, GENERATION);
  }
}

/** Tells the processor that we only wait. Not in the language of ES2023 yet, but in Node 24. */
const pause: () => void = (Atomics as { pause?: () => void }).pause ?? ((): void => {});
