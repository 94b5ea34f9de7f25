/**
 * The tracker of a swarm in which peers come and go, without IO: it knows those who have announced
 * themselves and not left, forgets those who are silent, and names neighbours. Seeds are not named
 * to seeds. An announce costs what it returns, however many peers there are.
 */

import type { AnnounceEvent, AsId, PeerId } from '@cachetorrent/protocol';
import type { Random } from '@cachetorrent/std';

import { MemberList } from './member-list.ts';
import type { NeighbourSelection, SelectablePeers } from './neighbour-selection.ts';

/** The options of an `OpenTracker`. */
export interface OpenTrackerOptions {
  /** The rule that chooses the neighbours of a peer. */
  readonly selection: NeighbourSelection;
  /** A peer that has not announced itself for this time is forgotten, in ms. */
  readonly silentMs: number;
  /** The source of all randomness. */
  readonly random: Random;
}

/** An announce of a peer. */
export interface OpenAnnounce {
  /** The peer that announces itself. */
  readonly id: PeerId;
  /** Its AS. */
  readonly asId: AsId;
  /** What it announces. */
  readonly event: AnnounceEvent;
  /** Whether it has the whole file. */
  readonly isSeed: boolean;
}

interface Member {
  readonly asId: AsId;
  isSeed: boolean;
}

/** The members that a peer may be connected to, all of them and by AS. */
class Pool implements SelectablePeers {
  readonly #all = new MemberList();
  readonly #byAs: (MemberList | undefined)[] = [];

  get all(): readonly PeerId[] {
    return this.#all.ids;
  }

  inAs(asId: AsId): readonly PeerId[] {
    return this.#byAs[asId]?.ids ?? [];
  }

  add(id: PeerId, asId: AsId): void {
    this.#all.add(id);
    (this.#byAs[asId] ??= new MemberList()).add(id);
  }

  remove(id: PeerId, asId: AsId): void {
    this.#all.remove(id);
    this.#byAs[asId]?.remove(id);
  }
}

/** The tracker of a swarm in which peers come and go, without IO. */
export class OpenTracker {
  readonly #options: OpenTrackerOptions;
  readonly #members = new Map<PeerId, Member>();
  readonly #everybody = new Pool();
  readonly #downloaders = new Pool();
  /** When each member has announced itself last; the one that has been silent longest is first. */
  readonly #lastMs = new Map<PeerId, number>();

  constructor(options: OpenTrackerOptions) {
    this.#options = options;
  }

  /** The number of members. */
  get size(): number {
    return this.#members.size;
  }

  /** The AS of a member; undefined if it is not one. */
  asIdOf(id: PeerId): AsId | undefined {
    return this.#members.get(id)?.asId;
  }

  /** Handles an announce at `nowMs`; returns the neighbours of the peer, none if it leaves. */
  announce({ id, asId, event, isSeed }: OpenAnnounce, nowMs: number): readonly PeerId[] {
    this.#forgetSilent(nowMs);
    if (event === 'stopped') {
      this.#remove(id);
      return [];
    }
    this.#lastMs.delete(id);
    this.#lastMs.set(id, nowMs);
    this.#update(id, asId, isSeed);
    const { selection, random } = this.#options;
    return selection.select(id, asId, isSeed ? this.#downloaders : this.#everybody, random);
  }

  #update(id: PeerId, asId: AsId, isSeed: boolean): void {
    const known = this.#members.get(id);
    if (known === undefined) {
      this.#members.set(id, { asId, isSeed });
      this.#everybody.add(id, asId);
    } else {
      known.isSeed = isSeed;
    }
    if (isSeed) this.#downloaders.remove(id, asId);
    else this.#downloaders.add(id, asId);
  }

  #forgetSilent(nowMs: number): void {
    for (const [id, atMs] of this.#lastMs) {
      if (atMs >= nowMs - this.#options.silentMs) return;
      this.#remove(id);
    }
  }

  #remove(id: PeerId): void {
    const member = this.#members.get(id);
    if (member === undefined) return;
    this.#members.delete(id);
    this.#lastMs.delete(id);
    this.#everybody.remove(id, member.asId);
    this.#downloaders.remove(id, member.asId);
  }
}
