/**
 * Items in a fixed order. They are in chunks of limited size, so that an item is added or removed
 * as quickly among a hundred thousand as among a thousand.
 *
 *     [ a b c ] [ d f g i ] [ k l ]      e goes into the second chunk; one that is full is halved
 */

const CHUNK_MAX = 256;

/** Items in the order of `compare`, which must tell any two of them apart. */
export class SortedList<Item> {
  readonly #compare: (a: Item, b: Item) => number;
  /** None of them is empty. */
  readonly #chunks: Item[][] = [];
  #size = 0;

  constructor(compare: (a: Item, b: Item) => number) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#size;
  }

  get first(): Item | undefined {
    return this.#chunks[0]?.[0];
  }

  get last(): Item | undefined {
    return this.#chunks.at(-1)?.at(-1);
  }

  get all(): readonly Item[] {
    return this.#chunks.flat();
  }

  add(item: Item): void {
    this.#size++;
    const at = Math.min(this.#chunkOf(item), Math.max(0, this.#chunks.length - 1));
    const chunk = (this.#chunks[at] ??= []);
    chunk.splice(this.#placeIn(chunk, item), 0, item);
    if (chunk.length > CHUNK_MAX) this.#chunks.splice(at + 1, 0, chunk.splice(CHUNK_MAX / 2));
  }

  /** Removes an item, if it is there. It must compare as it did when it was added. */
  delete(item: Item): void {
    const at = this.#chunkOf(item);
    const chunk = this.#chunks[at];
    if (chunk === undefined) return;
    const place = this.#placeIn(chunk, item);
    if (chunk[place] !== item) return;
    this.#size--;
    chunk.splice(place, 1);
    if (chunk.length === 0) this.#chunks.splice(at, 1);
  }

  /** The first chunk that ends with `item` or a later one. */
  #chunkOf(item: Item): number {
    return firstFrom(
      this.#chunks.length,
      (i) => this.#compare(this.#chunks[i]!.at(-1)!, item) >= 0,
    );
  }

  #placeIn(chunk: readonly Item[], item: Item): number {
    return firstFrom(chunk.length, (i) => this.#compare(chunk[i]!, item) >= 0);
  }
}

/** The first index from which on `test` holds; `count` if it holds for none. */
function firstFrom(count: number, test: (index: number) => boolean): number {
  let low = 0;
  for (let high = count; low < high; ) {
    const middle = (low + high) >>> 1;
    if (test(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
