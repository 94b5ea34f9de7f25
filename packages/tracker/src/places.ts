/**
 * A list of items from which one can be drawn by index, and from which any can be removed in
 * constant time; a removal changes the order.
 */

/** Items at the places 0, 1, 2 … of an array, each with a key. */
export class Places<Key, Item> {
  /** The items, in no particular order. */
  items: Item[] = [];
  #keys: Key[] = [];
  readonly #places = new Map<Key, number>();

  /** The item of a key; undefined if it has none. */
  get(key: Key): Item | undefined {
    const place = this.#places.get(key);
    return place === undefined ? undefined : this.items[place];
  }

  /** Sets the item of a key, at the place of the one before if there is one. */
  set(key: Key, item: Item): void {
    const place = this.#places.get(key) ?? this.items.length;
    this.#places.set(key, place);
    if (this.items.length === 0) {
      // Most torrents have one peer, and an array that grows begins with space for 17 items.
      this.#keys = [key];
      this.items = [item];
      return;
    }
    this.#keys[place] = key;
    this.items[place] = item;
  }

  /** Removes the item of a key, if it has one: the last one takes its place. */
  delete(key: Key): void {
    const place = this.#places.get(key);
    if (place === undefined) return;
    this.#places.delete(key);
    const lastKey = this.#keys.pop()!;
    const lastItem = this.items.pop()!;
    if (lastKey === key) return;
    this.#places.set(lastKey, place);
    this.#keys[place] = lastKey;
    this.items[place] = lastItem;
  }
}
