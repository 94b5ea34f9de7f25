/** What a peer is in its AS at present: its role, and the leaders that it follows. */

import type { PeerId } from '../ids.ts';
import type { Role } from './roles.ts';

/** What the parts of a peer share of its role; `Peer.setRole` changes it. */
export class Leadership {
  role: Role;
  #leaders: readonly PeerId[];

  constructor(role: Role, leaders: readonly PeerId[]) {
    this.role = role;
    this.#leaders = role === 'follower' ? leaders : [];
  }

  /** The leaders that the peer follows, as far as they are there; none unless it is a follower. */
  get leaders(): readonly PeerId[] {
    return this.#leaders;
  }

  change(role: Role, leaders: readonly PeerId[]): void {
    this.role = role;
    this.#leaders = role === 'follower' ? leaders : [];
  }

  /** A leader is gone, or cannot be reached; returns whether the peer followed it. */
  lose(leader: PeerId): boolean {
    if (!this.#leaders.includes(leader)) return false;
    this.#leaders = this.#leaders.filter((id) => id !== leader);
    return true;
  }
}
