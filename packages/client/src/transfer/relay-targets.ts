/**
 * The outside peers that followers have asked us to relay, and that we are not connected to yet.
 *
 * A peer that claims to be in our AS may ask for any number of endpoints, of which none has to
 * exist. Therefore each connection has a limited number of them, and they end with it.
 */

import type { PeerId } from '@cachetorrent/protocol';
import type { Endpoint } from '@cachetorrent/protocol/wire';

import type { AddressBook } from '../connections/address-book.ts';

/** As many as a tracker names in one response. */
const TARGETS_MAX = 200;

/** The outside peers that followers are waiting for; `F` is a connected follower. */
export class RelayTargets<F> {
  readonly #addressBook: AddressBook;
  readonly #remoteOf: (id: PeerId) => F | undefined;
  readonly #byFollower = new Map<F, Set<PeerId>>();

  /** `remoteOf` returns the connected peer with an id, if there is one. */
  constructor(addressBook: AddressBook, remoteOf: (id: PeerId) => F | undefined) {
    this.#addressBook = addressBook;
    this.#remoteOf = remoteOf;
  }

  /**
   * Returns the id of the peer at `endpoint`, for which the follower waits unless we are connected
   * to it; undefined if the follower waits for it already, or for too many.
   */
  add(follower: F, endpoint: Endpoint): PeerId | undefined {
    const known = this.#addressBook.find(endpoint);
    if (known !== undefined && this.#remoteOf(known) !== undefined) return known;
    const targets = this.#byFollower.get(follower) ?? new Set();
    if (targets.size >= TARGETS_MAX) return undefined;
    const id = this.#addressBook.statedIdOf(endpoint);
    if (targets.has(id)) return undefined;
    this.#byFollower.set(follower, targets.add(id));
    return id;
  }

  /** Whether a follower waits for this peer. */
  has(id: PeerId): boolean {
    return [...this.#byFollower.values()].some((targets) => targets.has(id));
  }

  /** We are connected to this peer: nobody waits for it any more. */
  connected(id: PeerId): void {
    for (const targets of this.#byFollower.values()) targets.delete(id);
  }

  /** A connection has closed, or our role has ended: frees the ids for which nobody else waits. */
  closed(follower: F): void {
    const targets = this.#byFollower.get(follower) ?? [];
    this.#byFollower.delete(follower);
    for (const id of targets) if (!this.has(id)) this.#addressBook.releaseId(id);
  }
}
