/** A list of peers from which any can be removed at once; a removal changes the order. */

import type { PeerId } from '@cachetorrent/protocol';

/** A list of peers from which any can be removed at once; a removal changes the order. */
export class MemberList {
  readonly #ids: PeerId[] = [];
  readonly #places = new Map<PeerId, number>();

  /** The peers of the list. */
  get ids(): readonly PeerId[] {
    return this.#ids;
  }

  /** Adds a peer, unless it is in the list. */
  add(id: PeerId): void {
    if (this.#places.has(id)) return;
    this.#places.set(id, this.#ids.push(id) - 1);
  }

  /** Removes a peer, if it is in the list: the last one takes its place. */
  remove(id: PeerId): void {
    const place = this.#places.get(id);
    if (place === undefined) return;
    const last = this.#ids.pop()!;
    this.#places.delete(id);
    if (last === id) return;
    this.#ids[place] = last;
    this.#places.set(last, place);
  }
}
