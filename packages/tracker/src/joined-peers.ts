/** The peers that have joined a swarm, in order of joining: all of them, and those of each AS. */

import type { PeerId, AsId } from '@cachetorrent/protocol';

import type { SelectablePeers } from './neighbours/selection.ts';

/** The peers that have joined a swarm, in order of joining: all of them, and those of each AS. */
export class JoinedPeers implements SelectablePeers {
  readonly #all: PeerId[] = [];
  readonly #byAs: PeerId[][] = [];
  readonly #asIdOf: AsId[] = [];
  readonly #asIds: AsId[] = [];

  /** All peers, in order of joining, or of id after `sort`. */
  get all(): readonly PeerId[] {
    return this.#all;
  }

  /** The peers of one AS, in the same order; empty if none has joined. */
  inAs(asId: AsId): readonly PeerId[] {
    return this.#byAs[asId] ?? [];
  }

  /** The AS of which any peer has joined, in ascending order. */
  get asIds(): readonly AsId[] {
    return this.#asIds;
  }

  /** The AS of a peer; undefined if it has not joined. */
  asIdOf(id: PeerId): AsId | undefined {
    return this.#asIdOf[id];
  }

  /** Whether `id` has joined. */
  has(id: PeerId): boolean {
    return this.#asIdOf[id] !== undefined;
  }

  /** Adds a peer that has not joined before. */
  add(id: PeerId, asId: AsId): void {
    this.#all.push(id);
    this.#asIdOf[id] = asId;
    const known = this.#byAs[asId];
    if (known !== undefined) {
      known.push(id);
      return;
    }
    this.#byAs[asId] = [id];
    this.#asIds.push(asId);
    this.#asIds.sort((a, b) => a - b);
  }

  /** Sorts the peers by id, so that nothing depends on the order in which they have joined. */
  sort(): void {
    this.#all.sort((a, b) => a - b);
    for (const peers of this.#byAs) peers?.sort((a, b) => a - b);
  }
}
