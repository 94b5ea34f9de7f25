/**
 * The tracker, as a machine: who has joined, who are whose neighbours, who are seeds, who leads.
 *
 * It answers nobody before `minPeers` have joined, so that downloads start together; who comes
 * later is answered at once. Elections wait for as many candidates in the same way. What it
 * decides for many at once it decides in order of id, so that nothing hangs on whose message
 * came first.
 */

import type { PeerId, AsId } from '@cachetorrent/protocol';
import type { Random } from '@cachetorrent/std';

import { type Candidate, electForSubTorrents } from './election.ts';
import { JoinedPeers } from './joined-peers.ts';
import type { NeighbourSelection } from './neighbour-selection.ts';

/** Carries what the tracker says. */
export interface TrackerHost {
  /** The neighbours of `to`, and the AS of each, in the same order. */
  neighbours(to: PeerId, ids: Uint32Array, systems: Uint32Array): void;
  /** `pieces` held from the start: all, or none. */
  seedRes(to: PeerId, pieces: number): void;
  /** Who leads the AS of `to` in sub-torrent `part`. */
  leaders(to: PeerId, part: number, ids: Uint32Array): void;
}

/** What a tracker is told when it is made. */
export interface TrackerOptions {
  /** Peers, and then candidates, to wait for before anybody is answered. */
  readonly minPeers: number;
  /** The peers with the ids 1 to `seeds`, that is the first to arrive, are seeds. */
  readonly seeds: number;
  /** Pieces of the file. */
  readonly pieceCount: number;
  /** Who are whose neighbours. */
  readonly selection: NeighbourSelection;
  /** Percent of the candidates of an AS that lead it; absent where nobody is elected. */
  readonly leaderPercent?: number;
  /** Sub-torrents, each with an election of its own. */
  readonly subTorrents: number;
  /** All its chance. */
  readonly random: Random;
}

/** A tracker, as a machine without IO. */
export class Tracker {
  readonly #host: TrackerHost;
  readonly #options: TrackerOptions;
  readonly #joined = new JoinedPeers();
  /** Those who stand, until the election; then undefined. */
  #candidates: Candidate[] | undefined = [];
  /** For each AS and part the leaders, once elected. */
  readonly #leaders: (readonly Uint32Array[])[] = [];

  constructor(host: TrackerHost, options: TrackerOptions) {
    this.#host = host;
    this.#options = options;
  }

  /** `id` is there, in AS `system`; said again, it changes nothing. */
  join(id: PeerId, system: AsId): void {
    if (this.#joined.has(id)) return;
    this.#joined.add(id, system);
    const joined = this.#joined.all.length;
    if (joined < this.#options.minPeers) return;
    if (joined > this.#options.minPeers) return this.#sendNeighbours(id);
    this.#joined.sort();
    for (const member of this.#joined.all) this.#sendNeighbours(member);
  }

  /** `from` asks whether it holds the file from the start. */
  seedReq(from: PeerId): void {
    const { seeds, pieceCount } = this.#options;
    this.#host.seedRes(from, from <= seeds ? pieceCount : 0);
  }

  /** Somebody that has joined stands for election. */
  candidate(candidate: Candidate): void {
    if (this.#candidates === undefined) return this.#addLateCandidate(candidate);
    this.#candidates.push(candidate);
    if (this.#candidates.length === this.#options.minPeers) this.#elect(this.#candidates);
  }

  #sendNeighbours(to: PeerId): void {
    const { selection, random } = this.#options;
    const system = this.#joined.asIdOf(to);
    const ids = Uint32Array.from(selection.select(to, system, this.#joined, random));
    const systems = ids.map((id) => this.#joined.asIdOf(id as PeerId));
    this.#host.neighbours(to, ids, systems);
  }

  #elect(candidates: readonly Candidate[]): void {
    this.#candidates = undefined;
    const bySystem: Candidate[][] = [];
    for (const candidate of candidates.toSorted((a, b) => a.id - b.id)) {
      (bySystem[this.#joined.asIdOf(candidate.id)] ??= []).push(candidate);
    }
    bySystem.forEach((standing, system) => {
      const { leaderPercent = 100, subTorrents } = this.#options;
      const elected = electForSubTorrents(standing, leaderPercent, subTorrents);
      this.#leaders[system] = elected.map((ids) => Uint32Array.from(ids));
      for (const { id } of standing) this.#sendLeaders(id, system as AsId);
    });
  }

  /** Who comes after the election learns its leaders at once; the first of its AS leads it. */
  #addLateCandidate({ id }: Candidate): void {
    const system = this.#joined.asIdOf(id);
    this.#leaders[system] ??= Array.from({ length: this.#options.subTorrents }, () =>
      Uint32Array.of(id),
    );
    this.#sendLeaders(id, system);
  }

  #sendLeaders(to: PeerId, system: AsId): void {
    this.#leaders[system]!.forEach((ids, part) => this.#host.leaders(to, part, ids));
  }
}
