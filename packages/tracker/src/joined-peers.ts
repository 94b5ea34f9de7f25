/** The peers that have joined a swarm, all and by autonomous system, in order of joining. */

import type { PeerId, AsId } from '@cachetorrent/protocol';

/** The peers that have joined a swarm, all and by autonomous system. */
export class JoinedPeers {
  readonly #all: PeerId[] = [];
  readonly #byAs: PeerId[][] = [];
  readonly #asIds: AsId[] = [];

  /** Everybody, in order of joining, or of id after `sort`. */
  get all(): readonly PeerId[] {
    return this.#all;
  }

  /** Those of one AS; empty where nobody of it has joined. */
  inAs(system: AsId): readonly PeerId[] {
    return this.#byAs[system] ?? [];
  }

  /** The AS of a peer that has joined. */
  asIdOf(id: PeerId): AsId {
    return this.#asIds[id]!;
  }

  /** Whether `id` has joined. */
  has(id: PeerId): boolean {
    return this.#asIds[id] !== undefined;
  }

  /** `id`, of AS `system`, has joined; once for each. */
  add(id: PeerId, system: AsId): void {
    this.#all.push(id);
    (this.#byAs[system] ??= []).push(id);
    this.#asIds[id] = system;
  }

  /** Puts everybody in order of id, so that nothing hangs on who was heard first. */
  sort(): void {
    this.#all.sort((a, b) => a - b);
    for (const members of this.#byAs) members?.sort((a, b) => a - b);
  }
}
