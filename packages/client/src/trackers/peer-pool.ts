/**
 * Peers from which neighbours are drawn by index, in no particular order. When a peer leaves, the
 * last one takes its place, so joining and leaving take constant time.
 *
 * Beside all peers there is one peer of each address. Neighbours are drawn among these first, so
 * that a host that announces many ports is named no more often than another one.
 */

import type { PeerId } from '@cachetorrent/protocol';
import { Places } from '@cachetorrent/tracker';

/** Peers from which neighbours are drawn. */
class PeerPool {
  readonly #all = new Places<PeerId, PeerId>();
  /** By address: the peer there that has announced itself last. */
  readonly #ofAddress = new Places<string, PeerId>();

  /** All peers; valid until the pool changes. */
  get all(): readonly PeerId[] {
    return this.#all.items;
  }

  /** One peer of each address; valid until the pool changes. */
  get ofEachAddress(): readonly PeerId[] {
    return this.#ofAddress.items;
  }

  /** Adds a peer, or notes that it has announced itself again. */
  announce(id: PeerId, address: string): void {
    this.#all.set(id, id);
    this.#ofAddress.set(address, id);
  }

  /** Removes a peer. Another one at its address takes its place with its next announce. */
  remove(id: PeerId, address: string): void {
    this.#all.delete(id);
    if (this.#ofAddress.get(address) === id) this.#ofAddress.delete(address);
  }
}

/** The members of a swarm, or those in one AS: all of them, and those that download. */
export class MemberPools {
  readonly #all = new PeerPool();
  readonly #downloaders = new PeerPool();

  /** The number of all members, and of those that download. */
  get counts(): { readonly all: number; readonly downloaders: number } {
    return { all: this.#all.all.length, downloaders: this.#downloaders.all.length };
  }

  /** Adds a member, or notes that it has announced itself again. */
  announce(id: PeerId, address: string, isDownloading: boolean): void {
    this.#all.announce(id, address);
    if (isDownloading) this.#downloaders.announce(id, address);
  }

  /** Removes a member. */
  remove(id: PeerId, address: string): void {
    this.#all.remove(id, address);
    this.#downloaders.remove(id, address);
  }

  /** The members that a peer can exchange pieces with: two that do not download have none to. */
  partnersOf(isDownloading: boolean): PeerPool {
    return isDownloading ? this.#all : this.#downloaders;
  }
}
