/**
 * The tracker without IO: which peers have joined, and which are neighbours, seeds and leaders.
 *
 * It answers no peer before `minPeers` have joined, so that all downloads start together, and
 * answers later peers at once. An election waits for as many candidates in the same way. What the
 * tracker decides for many peers at once it decides in order of id, so that the result does not
 * depend on the order in which their messages arrive.
 */

import type { PeerId, AsId } from '@cachetorrent/protocol';
import { assert, type Random } from '@cachetorrent/std';

import { type Candidate, stands } from './election/candidate.ts';
import {
  electForSubTorrents,
  electionIn,
  type ElectionsOfAs,
  type TimedCandidate,
} from './election/one-shot.ts';
import { JoinedPeers } from './joined-peers.ts';
import type { NeighbourSelection } from './neighbours/selection.ts';
import { NO_PARENTS, type ParentOf, withLeadersAbove } from './parents.ts';
import { ProviderCaches } from './provider-caches.ts';

/** Sends the messages of a tracker. */
export interface TrackerHost {
  /** Sends `to` its neighbours, and the AS of each, in the same order. */
  neighbours(to: PeerId, ids: Uint32Array, asIds: Uint32Array): void;
  /** Sends `to` the number of pieces that it holds from the start: all or none. */
  seedRes(to: PeerId, pieces: number): void;
  /** Sends `to` the leaders of its AS in one sub-torrent. */
  leaders(to: PeerId, subTorrent: number, ids: Uint32Array): void;
}

/** The options of a tracker. */
export interface TrackerOptions {
  /** The number of peers, and then of candidates, for which the tracker waits; without caches. */
  readonly minPeers: number;
  /** The number of seeds: the first peers to arrive, whose ids are 1 to `seeds`. */
  readonly seeds: number;
  /** The number of pieces of the file. */
  readonly pieceCount: number;
  /** How the neighbours of a peer are chosen. */
  readonly selection: NeighbourSelection;
  /** How leaders are elected, and the lots that a policy may draw; absent if there are none. */
  readonly election?: ElectionsOfAs & { readonly random: Random };
  /** The caches of providers; where they lead, there is no election. Absent if there are none. */
  readonly caches?: ProviderCaches;
  /** The parents of AS. Default: none has one. */
  readonly parentOf?: ParentOf;
  /** The number of sub-torrents; each has its own leaders. */
  readonly subTorrents: number;
  /** The tracker's random stream. */
  readonly random: Random;
}

/** A tracker without IO. */
export class Tracker {
  readonly #host: TrackerHost;
  readonly #options: TrackerOptions;
  readonly #joined = new JoinedPeers();
  readonly #caches: ProviderCaches;
  /** How many peers that are no caches have joined. */
  #joinedCount = 0;
  #hasAnswered = false;
  /** When each peer has joined, by id. */
  readonly #joinedAtMs: number[] = [];
  /** The candidates so far, of AS that no cache leads; undefined after the election. */
  #candidates: TimedCandidate[] | undefined = [];
  /** How many peers have become candidates, those of other AS included. */
  #candidateCount = 0;
  /** For each AS and sub-torrent the leaders, once elected. */
  readonly #leaders: (readonly (readonly PeerId[])[])[] = [];
  /** Caches that lead, until it is known whom they follow. */
  #waitingCaches: PeerId[] = [];

  constructor(host: TrackerHost, options: TrackerOptions) {
    this.#host = host;
    this.#options = options;
    this.#caches = options.caches ?? new ProviderCaches([]);
  }

  /** `id`, of AS `asId`, joins at `nowMs`. A repeated message has no effect. */
  join(id: PeerId, asId: AsId, nowMs: number): void {
    if (this.#joined.has(id)) return;
    this.#joined.add(id, asId);
    this.#joinedAtMs[id] = nowMs;
    if (!this.#caches.has(id)) this.#joinedCount++;
    if (this.#hasAnswered) return this.#sendNeighbours(id);
    if (this.#joinedCount < this.#options.minPeers) return;
    this.#hasAnswered = true;
    this.#joined.sort();
    for (const peer of this.#joined.all) this.#sendNeighbours(peer);
  }

  /** `from` asks whether it holds the file from the start. */
  seedReq(from: PeerId): void {
    const { seeds, pieceCount } = this.#options;
    this.#host.seedRes(from, from <= seeds ? pieceCount : 0);
  }

  /** A peer that has joined becomes a candidate at `nowMs`, or says that it does not stand. */
  candidate(candidate: Candidate, nowMs: number): void {
    const { id } = candidate;
    const asId = this.#asIdOf(id);
    const leaders = this.#caches.leadersFor(id, asId);
    const { election, parentOf } = this.#options;
    const isElectionDue = election !== undefined && this.#candidates !== undefined;
    if (isElectionDue && parentOf !== undefined && leaders.includes(id)) {
      this.#waitingCaches.push(id);
    } else if (leaders.length > 0 || election === undefined) {
      this.#sendLeaders(id, asId, leaders);
    }
    if (election === undefined || this.#caches.has(id)) return;
    if (this.#candidates === undefined) {
      if (leaders.length === 0) this.#addLateCandidate(candidate);
      return;
    }
    this.#candidateCount++;
    if (leaders.length === 0) {
      this.#candidates.push({ candidate, joinedAtMs: this.#joinedAtMs[id]! });
    }
    if (this.#candidateCount === this.#options.minPeers) this.#elect(this.#candidates, nowMs);
  }

  /** The AS of a peer that has joined. */
  #asIdOf(id: PeerId): AsId {
    return this.#joined.asIdOf(id)!;
  }

  #sendNeighbours(to: PeerId): void {
    const { selection, random } = this.#options;
    const asId = this.#asIdOf(to);
    const chosen = selection.select(to, asId, this.#joined, random);
    // A cache may be known before it has joined, and then is named by those that join after it.
    const named = this.#caches
      .withNeighbours(to, asId, chosen)
      .filter((id) => this.#joined.has(id));
    const ids = Uint32Array.from(named);
    const asIds = ids.map((id) => this.#asIdOf(id as PeerId));
    this.#host.neighbours(to, ids, asIds);
  }

  #elect(candidates: readonly TimedCandidate[], nowMs: number): void {
    const { election, subTorrents } = this.#options;
    assert(election !== undefined, 'nobody is a candidate where there are no elections');
    this.#candidates = undefined;
    const byAs: TimedCandidate[][] = [];
    for (const each of candidates.toSorted((a, b) => a.candidate.id - b.candidate.id)) {
      (byAs[this.#asIdOf(each.candidate.id)] ??= []).push(each);
    }
    byAs.forEach((ofAs, asId) => {
      const standing = ofAs.filter(({ candidate }) => stands(candidate));
      const settings = electionIn(election, asId as AsId);
      const { random } = election;
      const elected = electForSubTorrents(standing, settings, subTorrents, nowMs, random);
      this.#leaders[asId] = elected;
    });
    byAs.forEach((ofAs, asId) => {
      for (const { candidate } of ofAs) this.#sendElected(candidate.id, asId as AsId);
    });
    for (const id of this.#waitingCaches.toSorted((a, b) => a - b)) {
      const asId = this.#asIdOf(id);
      this.#sendLeaders(id, asId, this.#caches.leadersFor(id, asId));
    }
    this.#waitingCaches = [];
  }

  /**
   * Sends a peer that comes after the election its leaders. The first of an AS that stands leads
   * it; before, its AS has no leaders.
   */
  #addLateCandidate(candidate: Candidate): void {
    const { id } = candidate;
    const asId = this.#asIdOf(id);
    const known = this.#leaders[asId];
    if (known === undefined || (known[0]!.length === 0 && stands(candidate))) {
      const leaders = stands(candidate) ? [id] : [];
      this.#leaders[asId] = Array.from({ length: this.#options.subTorrents }, () => leaders);
    }
    this.#sendElected(id, asId);
  }

  /** Sends a peer the elected leaders of its AS, in each sub-torrent. */
  #sendElected(to: PeerId, asId: AsId): void {
    this.#leaders[asId]!.forEach((own, subTorrent) => this.#send(to, asId, own, subTorrent));
  }

  /** Sends a peer these leaders of its AS in all sub-torrents. */
  #sendLeaders(to: PeerId, asId: AsId, own: readonly PeerId[]): void {
    const { subTorrents } = this.#options;
    for (let subTorrent = 0; subTorrent < subTorrents; subTorrent++) {
      this.#send(to, asId, own, subTorrent);
    }
  }

  #send(to: PeerId, asId: AsId, own: readonly PeerId[], subTorrent: number): void {
    const { parentOf = NO_PARENTS } = this.#options;
    const leadersIn = (as: AsId): readonly PeerId[] => this.#leadersIn(as, subTorrent);
    const leaders = withLeadersAbove(to, asId, own, parentOf, leadersIn);
    this.#host.leaders(to, subTorrent, Uint32Array.from(leaders));
  }

  #leadersIn(asId: AsId, subTorrent: number): readonly PeerId[] {
    const ofCaches = this.#caches.leadersOf(asId);
    return ofCaches.length > 0 ? ofCaches : (this.#leaders[asId]?.[subTorrent] ?? []);
  }
}
