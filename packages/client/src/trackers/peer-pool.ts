/**
 * Peers from which neighbours are drawn by index, in no particular order. When a peer leaves, the
 * last one takes its place, so joining and leaving take constant time.
 */

import type { PeerId } from '@cachetorrent/protocol';

/** Peers from which neighbours are drawn by index. */
export class PeerPool {
  readonly #ids: PeerId[] = [];
  readonly #places = new Map<PeerId, number>();

  /** The peers, as an array that changes when the pool does. */
  get ids(): readonly PeerId[] {
    return this.#ids;
  }

  /** Adds a peer that is not in the pool. */
  add(id: PeerId): void {
    this.#places.set(id, this.#ids.length);
    this.#ids.push(id);
  }

  /** Removes a peer; no effect if it is not in the pool. */
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

/** The members of a swarm, or those in one AS: all of them, and those that download. */
export class MemberPools {
  readonly #all = new PeerPool();
  readonly #downloaders = new PeerPool();

  /** The number of all members, and of those that download. */
  get counts(): { readonly all: number; readonly downloaders: number } {
    return { all: this.#all.ids.length, downloaders: this.#downloaders.ids.length };
  }

  /** Adds a member that is not in the pools. */
  add(id: PeerId, isDownloading: boolean): void {
    this.#all.add(id);
    if (isDownloading) this.#downloaders.add(id);
  }

  /** Removes a member. */
  remove(id: PeerId): void {
    this.#all.remove(id);
    this.#downloaders.remove(id);
  }

  /** The members that a peer can exchange pieces with: two that do not download have none to. */
  partnersOf(isDownloading: boolean): readonly PeerId[] {
    return isDownloading ? this.#all.ids : this.#downloaders.ids;
  }
}
