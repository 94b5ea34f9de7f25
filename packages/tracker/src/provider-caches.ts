/**
 * The caches of providers that a tracker knows before they announce themselves: peers that serve
 * the AS of their provider, one AS or several. A tracker names them to all peers there, and those
 * that lead are the leaders there, without an election.
 */

import type { AsId, PeerId } from '@cachetorrent/protocol';

/** A cache of a provider. */
export interface ProviderCacheEntry {
  /** The peer that it is in the swarm. */
  readonly id: PeerId;
  /** The AS whose peers it serves. */
  readonly serves: readonly AsId[];
  /** Whether it leads these AS; otherwise it is a peer that is near. */
  readonly leads: boolean;
}

const NONE: readonly PeerId[] = [];

/** The caches of providers, by the AS that they serve. */
export class ProviderCaches {
  readonly #ids: ReadonlySet<PeerId>;
  readonly #serving = new Map<AsId, PeerId[]>();
  readonly #leading = new Map<AsId, PeerId[]>();

  constructor(entries: readonly ProviderCacheEntry[]) {
    this.#ids = new Set(entries.map(({ id }) => id));
    for (const { id, serves, leads } of entries) {
      for (const asId of serves) {
        addTo(this.#serving, asId, id);
        if (leads) addTo(this.#leading, asId, id);
      }
    }
  }

  /** Whether a peer is a cache. */
  has(id: PeerId): boolean {
    return this.#ids.has(id);
  }

  /** The caches that lead an AS; a cache leads itself, also one that leads nobody else. */
  leadersFor(id: PeerId, asId: AsId): readonly PeerId[] {
    return this.has(id) ? [id] : this.leadersOf(asId);
  }

  /** The caches that lead an AS. */
  leadersOf(asId: AsId): readonly PeerId[] {
    return this.#leading.get(asId) ?? NONE;
  }

  /** What a tracker names to a peer: the caches that serve its AS, then its neighbours. */
  withNeighbours(peer: PeerId, asId: AsId, neighbours: readonly PeerId[]): readonly PeerId[] {
    const serving = this.#serving.get(asId);
    if (serving === undefined) return neighbours;
    const caches = serving.filter((id) => id !== peer);
    return [...caches, ...neighbours.filter((id) => !caches.includes(id))];
  }
}

function addTo(map: Map<AsId, PeerId[]>, asId: AsId, id: PeerId): void {
  const known = map.get(asId);
  if (known === undefined) map.set(asId, [id]);
  else known.push(id);
}
