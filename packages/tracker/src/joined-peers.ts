/** The peers that have joined a swarm, in order of joining: all of them, and those of each AS. */

import type { PeerId, AsId } from '@cachetorrent/protocol';

import type { SelectablePeers } from './neighbour-selection.ts';

/** The peers that have joined a swarm, in order of joining: all of them, and those of each AS. */
export class JoinedPeers implements SelectablePeers {
  readonly #all: PeerId[] = [];
  readonly #byAs: PeerId[][] = [];
  readonly #asIds: AsId[] = [];

  /** All peers, in order of joining, or of id after `sort`. */
  get all(): readonly PeerId[] {
    return this.#all;
  }

  /** The peers of one AS, in the same order; empty if none has joined. */
  inAs(asId: AsId): readonly PeerId[] {
    return this.#byAs[asId] ?? [];
  }

  /** The AS of a peer that has joined. */
  asIdOf(id: PeerId): AsId {
    return this.#asIds[id]!;
  }

  /** Whether `id` has joined. */
  has(id: PeerId): boolean {
    return this.#asIds[id] !== undefined;
  }

  /** Adds a peer that has not joined before. */
  add(id: PeerId, asId: AsId): void {
    this.#all.push(id);
    (this.#byAs[asId] ??= []).push(id);
    this.#asIds[id] = asId;
  }

  /** Sorts the peers by id, so that nothing depends on the order in which they have joined. */
  sort(): void {
    this.#all.sort((a, b) => a - b);
    for (const peers of this.#byAs) peers?.sort((a, b) => a - b);
  }
}
