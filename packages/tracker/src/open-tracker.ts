/**
 * The tracker of a swarm in which peers come and go, without IO: it knows those who have announced
 * themselves and not left, forgets those who are silent, and names neighbours. Seeds are not named
 * to seeds. An announce costs what it returns, however many peers there are.
 */

import type { AnnounceEvent, AsId, PeerId } from '@cachetorrent/protocol';
import type { Random } from '@cachetorrent/std';

import { Election, type ElectionOptions } from './election/election.ts';
import type { NeighbourSelection, SelectablePeers } from './neighbours/selection.ts';
import { NO_PARENTS, type ParentOf, withLeadersAbove } from './parents.ts';
import { Places } from './places.ts';
import { ProviderCaches } from './provider-caches.ts';
import { type RecencyLinks, RecencyList, silentSinceMs } from './recency-list.ts';

/** The options of an `OpenTracker`. */
export interface OpenTrackerOptions {
  /** The rule that chooses the neighbours of a peer. */
  readonly selection: NeighbourSelection;
  /** Seconds between two announces of a peer; who is silent for longer is forgotten. */
  readonly intervalS: number;
  /** How leaders are elected; absent if there are no elections. */
  readonly election?: ElectionOptions;
  /** The caches of providers; where they lead, there is no election. Absent if there are none. */
  readonly caches?: ProviderCaches;
  /** The parents of AS. Default: none has one. */
  readonly parentOf?: ParentOf;
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
  /** Whether it holds the whole file (BEP 3: `left` is 0). */
  readonly isSeed: boolean;
  /** Its capacities, with which it is a candidate; absent if it is none. */
  readonly capacity?: { readonly uploadKbps: number; readonly downloadKbps: number };
}

interface Member extends RecencyLinks<Member> {
  readonly id: PeerId;
  readonly asId: AsId;
  /** When it has announced itself last, in ms. */
  lastMs: number;
}

/** The members that a peer may be connected to, all of them and by AS. */
class Pool implements SelectablePeers {
  readonly #all = new Places<PeerId, PeerId>();
  readonly #byAs: (Places<PeerId, PeerId> | undefined)[] = [];
  readonly #asIdOf = new Map<PeerId, AsId>();

  get all(): readonly PeerId[] {
    return this.#all.items;
  }

  inAs(asId: AsId): readonly PeerId[] {
    return this.#byAs[asId]?.items ?? [];
  }

  get asIds(): readonly AsId[] {
    const asIds: AsId[] = [];
    this.#byAs.forEach((peers, asId) => {
      if (peers !== undefined && peers.items.length > 0) asIds.push(asId as AsId);
    });
    return asIds;
  }

  asIdOf(id: PeerId): AsId | undefined {
    return this.#asIdOf.get(id);
  }

  add(id: PeerId, asId: AsId): void {
    this.#all.set(id, id);
    this.#asIdOf.set(id, asId);
    (this.#byAs[asId] ??= new Places()).set(id, id);
  }

  remove(id: PeerId, asId: AsId): void {
    this.#all.delete(id);
    this.#asIdOf.delete(id);
    this.#byAs[asId]?.delete(id);
  }
}

/** The tracker of a swarm in which peers come and go, without IO. */
export class OpenTracker {
  readonly #options: OpenTrackerOptions;
  readonly #members = new Map<PeerId, Member>();
  readonly #everybody = new Pool();
  readonly #downloaders = new Pool();
  readonly #election: Election | undefined;
  readonly #caches: ProviderCaches;
  readonly #byRecency = new RecencyList<Member>();

  constructor(options: OpenTrackerOptions) {
    this.#options = options;
    if (options.election !== undefined) this.#election = new Election(options.election);
    this.#caches = options.caches ?? new ProviderCaches([]);
  }

  /**
   * Handles an announce at `nowMs`. Returns neighbours of the peer, none if it leaves, or wants
   * none.
   */
  announce(announce: OpenAnnounce, wanted: number, nowMs: number): readonly PeerId[] {
    const { id, asId, event, isSeed } = announce;
    this.#forgetSilent(nowMs);
    if (event === 'stopped') {
      this.#remove(id, nowMs);
      return [];
    }
    this.#update(announce, nowMs);
    const stands = this.#caches.leadersFor(id, asId).length === 0;
    if (announce.capacity === undefined || !stands) this.#election?.leave(id, nowMs);
    else this.#election?.join({ id, ...announce.capacity }, asId, nowMs);
    if (wanted === 0) return [];
    const { selection, random } = this.#options;
    if (isSeed) return selection.select(id, asId, this.#downloaders, random);
    const chosen = selection.select(id, asId, this.#everybody, random);
    return this.#caches.withNeighbours(id, asId, chosen);
  }

  /** A follower says that it cannot reach a leader any more. */
  leaderLost(leader: PeerId, by: PeerId, nowMs: number): void {
    this.#election?.report(leader, by, nowMs);
  }

  /**
   * The leaders of a peer in an AS, by sub-torrent, and those that they follow if it is one of
   * them; empty if there are neither elections nor caches of providers.
   */
  leadersOf(id: PeerId, asId: AsId): readonly (readonly PeerId[])[] {
    const { election, caches, parentOf = NO_PARENTS } = this.#options;
    if (election === undefined && caches === undefined) return [];
    const ofCaches = this.#caches.leadersFor(id, asId);
    return Array.from({ length: election?.subTorrents ?? 1 }, (_, subTorrent) => {
      const own = ofCaches.length > 0 ? ofCaches : this.#leadersIn(asId, subTorrent);
      return withLeadersAbove(id, asId, own, parentOf, (as) => this.#leadersIn(as, subTorrent));
    });
  }

  #leadersIn(asId: AsId, subTorrent: number): readonly PeerId[] {
    const ofCaches = this.#caches.leadersOf(asId);
    return ofCaches.length > 0 ? ofCaches : (this.#election?.leadersOf(asId, subTorrent) ?? []);
  }

  #update({ id, asId, isSeed }: OpenAnnounce, nowMs: number): void {
    const member = this.#members.get(id) ?? this.#add(id, asId);
    this.#byRecency.touch(member);
    member.lastMs = nowMs;
    if (isSeed) this.#downloaders.remove(id, asId);
    else this.#downloaders.add(id, asId);
  }

  #add(id: PeerId, asId: AsId): Member {
    const member = { id, asId, lastMs: 0, older: undefined, newer: undefined };
    this.#members.set(id, member);
    this.#byRecency.add(member);
    this.#everybody.add(id, asId);
    return member;
  }

  #forgetSilent(nowMs: number): void {
    const sinceMs = silentSinceMs(this.#options.intervalS, nowMs);
    for (;;) {
      const { oldest } = this.#byRecency;
      if (oldest === undefined || oldest.lastMs >= sinceMs) return;
      this.#remove(oldest.id, nowMs);
    }
  }

  #remove(id: PeerId, nowMs: number): void {
    const member = this.#members.get(id);
    if (member === undefined) return;
    this.#members.delete(id);
    this.#byRecency.remove(member);
    this.#election?.leave(id, nowMs);
    this.#everybody.remove(id, member.asId);
    this.#downloaders.remove(id, member.asId);
    this.#options.selection.forget?.(id);
  }
}
