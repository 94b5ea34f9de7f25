/**
 * A number for each pair of AS: an array where that is small, which is several times faster, and a
 * map of those that are not 0 where there are many AS.
 */

/** The most pairs that have a place each, those of 512 AS: 2 MiB. */
const ARRAY_MAX = 2 ** 18;

export class PairSums {
  /** Empty where there are many AS. */
  readonly #array: Float64Array;
  readonly #map = new Map<number, number>();

  constructor(asCount: number) {
    const pairs = asCount ** 2;
    this.#array = new Float64Array(pairs <= ARRAY_MAX ? pairs : 0);
  }

  add(pair: number, by: number): void {
    if (this.#array.length > 0) {
      this.#array[pair]! += by;
      return;
    }
    const sum = (this.#map.get(pair) ?? 0) + by;
    if (sum === 0) this.#map.delete(pair);
    else this.#map.set(pair, sum);
  }

  get(pair: number): number {
    return this.#array[pair] ?? this.#map.get(pair) ?? 0;
  }

  /** Calls `visit` for each sum that is not 0. */
  forEach(visit: (pair: number, sum: number) => void): void {
    for (let pair = 0; pair < this.#array.length; pair++) {
      const sum = this.#array[pair]!;
      if (sum !== 0) visit(pair, sum);
    }
    for (const [pair, sum] of this.#map) visit(pair, sum);
  }

  clear(): void {
    this.#array.fill(0);
    this.#map.clear();
  }

  snapshot(): PairSumsSnapshot {
    return { array: this.#array.slice(), map: new Map(this.#map) };
  }

  restore({ array, map }: PairSumsSnapshot): void {
    this.clear();
    this.#array.set(array);
    for (const [pair, sum] of map) this.#map.set(pair, sum);
  }
}

/** A number for each pair of AS, to keep: by `from · AS + to`. */
export interface PairSumsSnapshot {
  /** Those of all pairs; empty where there are many AS. */
  readonly array: Float64Array;
  /** Otherwise, those that are not 0. */
  readonly map: ReadonlyMap<number, number>;
}
