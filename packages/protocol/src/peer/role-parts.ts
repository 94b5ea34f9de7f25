/**
 * The part of a peer that depends on its role: that of a leader, that of a follower, or none. The
 * role may change while the peer has connections.
 */

import { type Connection, type PeerId } from '../ids.ts';
import { MAY_DOWNLOAD } from '../tables/connection-flags.ts';
import type { PeerComponents } from './components.ts';
import type { Download } from './download.ts';
import { Follower } from './follower.ts';
import { Leader } from './leader.ts';
import { mayDownloadFrom, type Role } from './roles.ts';

/** A relay to `target`. */
interface EarlyRelay {
  readonly follower: Connection;
  readonly target: PeerId;
}

const NO_RELAYS: readonly EarlyRelay[] = [];

export class RoleParts {
  readonly #components: PeerComponents;
  readonly #download: Download;
  /** Undefined unless the peer is a leader. */
  leader: Leader | undefined;
  /** Undefined unless the peer follows leaders. */
  follower: Follower | undefined;
  /** Relays that others in our AS have asked us for although we did not lead it yet. */
  #earlyRelays: readonly EarlyRelay[] = NO_RELAYS;

  constructor(components: PeerComponents, download: Download) {
    this.#components = components;
    this.#download = download;
    this.#makeParts();
  }

  get #role(): Role {
    return this.#components.leadership.role;
  }

  /** A connection to `remote` is closed, and no longer in the tables. */
  closed(connection: Connection, remote: PeerId): void {
    if (this.#earlyRelays.length > 0) {
      this.#earlyRelays = this.#earlyRelays.filter(({ follower }) => follower !== connection);
    }
    this.follower?.closed(connection, remote);
  }

  /** The other side follows us. See `Peer.leaderStart`. */
  leaderStart(connection: Connection, target: PeerId): void {
    if (this.leader !== undefined) return this.leader.leaderStart(connection, target);
    if (this.#role !== 'follower') return;
    const isKnown = this.#earlyRelays.some(
      (early) => early.follower === connection && early.target === target,
    );
    if (!isKnown) this.#earlyRelays = [...this.#earlyRelays, { follower: connection, target }];
    this.#components.host.needsLeaders?.();
  }

  /** See `Peer.setLeaders`. */
  setLeaders(leaders: readonly PeerId[]): void {
    if (this.#role !== 'follower') return;
    this.#components.leadership.change(this.#role, leaders);
    this.follower?.follows();
  }

  /** See `Peer.setRole`. */
  setRole(
    role: Role,
    leaders: readonly PeerId[],
    isIntraAs: (connection: Connection) => boolean,
  ): readonly Connection[] {
    const { connections, leadership, allowedFast } = this.#components;
    leadership.change(role, leaders);
    this.#makeParts();
    const permitted: Connection[] = [];
    const outside: Connection[] = [];
    for (let connection = 0 as Connection; connection < connections.count; connection++) {
      const flags = connections.flags(connection);
      if (flags === 0) continue;
      const intraAs = isIntraAs(connection);
      if (!intraAs) outside.push(connection);
      else if (role === 'leader') allowedFast?.deny(connection);
      const may = mayDownloadFrom(leadership.follows, intraAs);
      if (may && (flags & MAY_DOWNLOAD) === 0) permitted.push(connection);
      if (!may && (flags & MAY_DOWNLOAD) !== 0) this.#download.forbid(connection);
    }
    for (const connection of permitted) this.#download.permit(connection);
    this.follower?.restartRelays();
    for (const connection of outside) this.follower?.startRelay(connection);
    this.leader?.followsOthers();
    this.#startEarlyRelays();
    return permitted;
  }

  /** Makes the part of a leader or a follower, unless it is there, and drops the other. */
  #makeParts(): void {
    const { role, follows } = this.#components.leadership;
    if (role !== 'leader' && this.leader !== undefined) {
      this.leader = undefined;
      this.#components.picker.forgetFollowers();
    }
    if (!follows) this.follower = undefined;
    if (role === 'peer') this.#earlyRelays = NO_RELAYS;
    if (role === 'leader') this.leader ??= new Leader(this.#components);
    if (follows) this.follower ??= new Follower(this.#components);
  }

  #startEarlyRelays(): void {
    if (this.leader === undefined) return;
    const early = this.#earlyRelays;
    this.#earlyRelays = NO_RELAYS;
    for (const { follower, target } of early) this.leader.leaderStart(follower, target);
  }
}
