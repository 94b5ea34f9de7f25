/**
 * What a tracker knows of one torrent's peers, and whom it tells whom about: a machine, with
 * time passed in and no sockets.
 *
 * Peers that announce themselves as candidates are sorted into autonomous systems; when enough
 * have come, every system elects its leaders. Who comes later learns them at once. A leader that
 * leaves, or is not heard of for long, is replaced at the next election of its system.
 */

import type { PeerId, AsId } from '@cachetorrent/protocol';
import type { AnnounceRequest, AnnounceResponse, Endpoint } from '@cachetorrent/protocol/wire';
import type { Random } from '@cachetorrent/std';
import {
  type Candidate,
  electLeaders,
  JoinedPeers,
  type NeighbourSelection,
} from '@cachetorrent/tracker';

/** What a registry of peers is told when it is made. */
export interface RegistryOptions {
  /** Seconds between announces of a peer; who misses two is forgotten. */
  readonly intervalS: number;
  /** Candidates to wait for before the first election. */
  readonly minPeers: number;
  /** Percent of the candidates of an AS that lead it; undefined where nobody is elected. */
  readonly leaderPercent: number | undefined;
  /** Who are told of whom. */
  readonly selection: NeighbourSelection;
  /** Peers that it remembers at once. Default: 20,000. */
  readonly membersMax?: number;
  /** The AS of an address; undefined where it is not known. */
  readonly systemOf: (host: string) => number | undefined;
  /** All its chance. */
  readonly random: Random;
}

interface Member extends Endpoint {
  readonly id: PeerId;
  readonly key: string;
  system: number | undefined;
  candidate: Candidate | undefined;
  isSeed: boolean;
  heardAtMs: number;
}

/** Peers asked for by who names no number, and the most that anybody gets. */
const WANTED = { usual: 50, most: 200 } as const;
/** One host can announce any number of ports, and each announce looks at everybody. */
const MEMBERS_MAX = 20_000;
/** It is looked for the departed so often. */
const FORGET_MS = 1_000;

/** What a tracker knows of the peers of one torrent, and whom it tells whom about. */
export class SwarmRegistry {
  readonly #options: RegistryOptions;
  /** By address and port. */
  readonly #members = new Map<string, Member>();
  #nextId = 1;
  #forgotAtMs = -Infinity;
  #isElected = false;
  /** By AS the leaders, best first. */
  readonly #leaders = new Map<number, readonly Member[]>();

  constructor(options: RegistryOptions) {
    this.#options = options;
  }

  /** How many peers it knows. */
  get size(): number {
    return this.#members.size;
  }

  /** A peer at `host` says where it stands, and gets its neighbours and leaders. */
  announce(host: string, request: AnnounceRequest, nowMs: number): AnnounceResponse {
    this.forget(nowMs);
    const key = `${host} ${request.port}`;
    if (request.event === 'stopped') {
      this.#members.delete(key);
      return { intervalS: this.#options.intervalS, peers: [], externalIp: host };
    }
    const member = this.#members.get(key) ?? this.#admit(host, request.port, key);
    this.#update(member, request, nowMs);
    const cacheTorrent = request.cacheTorrent === undefined ? undefined : this.#leadership(member);
    const seeds = [...this.#members.values()].filter(({ isSeed }) => isSeed).length;
    return {
      intervalS: this.#options.intervalS,
      seeds,
      leechers: this.#members.size - seeds,
      // Before the election nobody knows yet what to be to whom.
      peers: cacheTorrent?.isPending === true ? [] : this.#neighboursOf(member, request),
      externalIp: host,
      cacheTorrent,
    };
  }

  #admit(host: string, port: number, key: string): Member {
    const member: Member = {
      id: this.#nextId++ as PeerId,
      key,
      host,
      port,
      system: undefined,
      candidate: undefined,
      isSeed: false,
      heardAtMs: 0,
    };
    // Whoever comes to a full swarm is told of others, and nobody of it.
    if (this.#members.size < (this.#options.membersMax ?? MEMBERS_MAX))
      this.#members.set(key, member);
    return member;
  }

  #update(member: Member, { left, cacheTorrent }: AnnounceRequest, nowMs: number): void {
    member.heardAtMs = nowMs;
    member.isSeed = left === 0;
    // What the tracker knows wins over what a peer says of itself.
    member.system = this.#options.systemOf(member.host) ?? cacheTorrent?.asn;
    const { uploadBytesPerS, downloadBytesPerS } = cacheTorrent ?? {};
    member.candidate =
      uploadBytesPerS === undefined
        ? undefined
        : {
            id: member.id,
            uploadKbps: (uploadBytesPerS * 8) / 1000,
            downloadKbps: ((downloadBytesPerS ?? 0) * 8) / 1000,
          };
  }

  #leadership(member: Member): AnnounceResponse['cacheTorrent'] {
    const { leaderPercent, minPeers } = this.#options;
    if (leaderPercent === undefined) return undefined;
    const candidates = [...this.#members.values()].filter(({ candidate }) => candidate);
    this.#isElected ||= candidates.length >= minPeers;
    const isPending = !this.#isElected;
    const { system } = member;
    // Who cannot be placed has no leader that it would know for one of its own AS: it leads itself.
    const isPlaced = !isPending && system !== undefined;
    const leaders = isPlaced ? this.#leadersOf(system, candidates, leaderPercent) : [];
    return { asn: system, leaders, isPending };
  }

  /** The leaders of an AS, elected anew where one of them is gone or there are none. */
  #leadersOf(
    system: number,
    candidates: readonly Member[],
    leaderPercent: number,
  ): readonly Member[] {
    const elected = this.#leaders.get(system);
    const areThere = elected?.every((leader) => this.#members.get(leader.key) === leader) ?? false;
    if (areThere && elected!.length > 0) return elected!;

    const standing = candidates.filter((member) => member.system === system);
    const ids = electLeaders(
      standing.map(({ candidate }) => candidate!),
      leaderPercent,
    );
    const leaders = ids.map((id) => standing.find((member) => member.id === id)!);
    this.#leaders.set(system, leaders);
    return leaders;
  }

  #neighboursOf(member: Member, request: AnnounceRequest): AnnounceResponse['peers'] {
    const wanted = Math.min(WANTED.most, request.numWant ?? WANTED.usual);
    if (wanted === 0) return [];
    const byId = new Map<PeerId, Member>();
    const members = new JoinedPeers();
    for (const other of this.#members.values()) {
      // Two seeds have nothing to give each other.
      if (member.isSeed && other.isSeed && other !== member) continue;
      byId.set(other.id, other);
      members.add(other.id, (other.system ?? 0) as AsId);
    }
    const { selection, random } = this.#options;
    const system = (member.system ?? 0) as AsId;
    return selection
      .select(member.id, system, members, random)
      .slice(0, wanted)
      .map((id) => {
        const { host, port, system: as } = byId.get(id)!;
        return { host, port, asn: as };
      });
  }

  /** Drops those who have not been heard of for long. */
  forget(nowMs: number): void {
    if (nowMs < this.#forgotAtMs + FORGET_MS) return;
    this.#forgotAtMs = nowMs;
    const sinceMs = nowMs - 2.5 * this.#options.intervalS * 1_000;
    for (const [key, { heardAtMs }] of this.#members) {
      if (heardAtMs < sinceMs) this.#members.delete(key);
    }
  }
}
