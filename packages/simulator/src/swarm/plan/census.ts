/**
 * Who is in the swarm, over all AS, in a swarm in which peers come and go: numbers in shared memory
 * to which all AS add. They are read at allocation instants only, at which all AS have come equally
 * far, so that what is read does not depend on the number of workers.
 */

/** The numbers in their order. */
const NUMBERS = [
  /** Peers that are there and lack pieces. */
  'leechers',
  /** Peers that are there and have the whole file. */
  'seeds',
  /** Arrivals so far. */
  'arrivals',
  /** Downloads completed so far. */
  'completions',
  /** Arrivals that are still to come, for the first time or again. */
  'awaited',
  /** Peers that have the whole file from the start, and have not begun to take part. */
  'awaitedSeeds',
  /** 1 when an event has ended the run. */
  'over',
] as const;

export type CensusNumber = (typeof NUMBERS)[number];

export const CENSUS_LENGTH: number = NUMBERS.length;

/** Adds to the numbers and reads them; without numbers, in a closed swarm, it does nothing. */
export class Census {
  readonly #numbers: Int32Array | undefined;

  constructor(numbers: Int32Array | undefined) {
    this.#numbers = numbers;
  }

  add(number: CensusNumber, change: number): void {
    if (this.#numbers === undefined) return;
    Atomics.add(this.#numbers, NUMBERS.indexOf(number), change);
  }

  /** Only at an allocation instant, or when the run has ended. */
  read(number: CensusNumber): number {
    if (this.#numbers === undefined) return 0;
    return Atomics.load(this.#numbers, NUMBERS.indexOf(number));
  }
}
