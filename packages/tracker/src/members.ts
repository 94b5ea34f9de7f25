/** The peers that have joined a swarm, all and by autonomous system, in order of joining. */

import type { PeerId, SystemId } from '@cachetorrent/protocol';

export class Members {
  readonly #all: PeerId[] = [];
  readonly #bySystem: PeerId[][] = [];
  readonly #systemOf: SystemId[] = [];

  get all(): readonly PeerId[] {
    return this.#all;
  }

  /** Those of one AS; empty where nobody of it has joined. */
  in(system: SystemId): readonly PeerId[] {
    return this.#bySystem[system] ?? [];
  }

  systemOf(id: PeerId): SystemId {
    return this.#systemOf[id]!;
  }

  has(id: PeerId): boolean {
    return this.#systemOf[id] !== undefined;
  }

  add(id: PeerId, system: SystemId): void {
    this.#all.push(id);
    (this.#bySystem[system] ??= []).push(id);
    this.#systemOf[id] = system;
  }

  /** Puts everybody in order of id, so that nothing hangs on who was heard first. */
  sort(): void {
    this.#all.sort((a, b) => a - b);
    for (const members of this.#bySystem) members?.sort((a, b) => a - b);
  }
}
