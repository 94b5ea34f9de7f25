/**
 * Items in the order in which they were last used. Each operation takes constant time.
 *
 *     oldest ⇄ … ⇄ newest
 *
 * A `Map` keeps this order, too, if an item is deleted and set again. But to find its first entry,
 * it passes the places of all that were deleted before it.
 */

/** The neighbours of an item in its list; undefined outside a list, and at its ends. */
export interface RecencyLinks<Item> {
  /** The item that was used just before it. */
  older: Item | undefined;
  /** The item that was used just after it. */
  newer: Item | undefined;
}

/** Items in the order in which they were last used. */
export class RecencyList<Item extends RecencyLinks<Item>> {
  #oldest: Item | undefined;
  #newest: Item | undefined;
  #size = 0;

  /** The number of items. */
  get size(): number {
    return this.#size;
  }

  /** The item that has not been used for longest; undefined if there is none. */
  get oldest(): Item | undefined {
    return this.#oldest;
  }

  /** Adds an item that is in no list, as the newest one. */
  add(item: Item): void {
    item.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = item;
    else this.#newest.newer = item;
    this.#newest = item;
    this.#size++;
  }

  /** Removes an item of this list. */
  remove(item: Item): void {
    const { older, newer } = item;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    item.older = undefined;
    item.newer = undefined;
    this.#size--;
  }

  /** Makes an item of this list the newest one. */
  touch(item: Item): void {
    this.remove(item);
    this.add(item);
  }
}

/** A tracker forgets a peer after this many intervals without an announce. */
const EXPIRY_INTERVALS = 2.5;

/** Returns the time since which a peer must have announced itself to be remembered. */
export function silentSinceMs(intervalS: number, nowMs: number): number {
  return nowMs - EXPIRY_INTERVALS * intervalS * 1_000;
}
