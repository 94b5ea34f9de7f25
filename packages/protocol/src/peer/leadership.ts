/** What a peer is in its AS at present: its role, and the leaders that it follows. */

import type { PeerId } from '../ids.ts';
import type { Role } from './roles.ts';

const NOBODY: readonly PeerId[] = [];

/** What the parts of a peer share of its role; `Peer.setRole` changes it. */
export class Leadership {
  #role!: Role;
  #follows!: boolean;
  #leaders!: readonly PeerId[];

  constructor(role: Role, leaders: readonly PeerId[]) {
    this.change(role, leaders);
  }

  get role(): Role {
    return this.#role;
  }

  /**
   * Whether the peer gets pieces from other AS only through leaders, also if it has lost them all:
   * it is a follower, or a leader that follows those of a parent AS.
   */
  get follows(): boolean {
    return this.#follows;
  }

  /**
   * The leaders that the peer follows, as far as they are there: those of its AS, or if it leads
   * that, of the parent AS. None if it follows nobody.
   */
  get leaders(): readonly PeerId[] {
    return this.#leaders;
  }

  change(role: Role, leaders: readonly PeerId[]): void {
    this.#role = role;
    this.#leaders = role === 'peer' ? NOBODY : leaders;
    this.#follows = role === 'follower' || this.#leaders.length > 0;
  }

  /** A leader is gone, or cannot be reached; returns whether the peer followed it. */
  lose(leader: PeerId): boolean {
    if (!this.#leaders.includes(leader)) return false;
    this.#leaders = this.#leaders.filter((id) => id !== leader);
    return true;
  }
}
