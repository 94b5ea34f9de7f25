/**
 * What a tracker knows of the peers of one torrent: a state machine without sockets, to which the
 * time is passed in.
 *
 * The registry groups peers that announce themselves as candidates by autonomous system. When
 * enough have come, each AS elects its leaders, and a peer that comes later gets them at once. When
 * a leader leaves, or has not announced for a long time, its AS holds another election.
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

/** The options of a `SwarmRegistry`. */
export interface SwarmRegistryOptions {
  /** Seconds between two announces of a peer. A peer that misses two is removed. */
  readonly intervalS: number;
  /** The number of candidates to wait for before the first election. */
  readonly minPeers: number;
  /** The percentage of the candidates of an AS that lead it; undefined for no elections. */
  readonly leaderPercent: number | undefined;
  /** The rule that chooses the neighbours of a peer. */
  readonly selection: NeighbourSelection;
  /** The limit of registered peers. Default: 20,000. */
  readonly membersMax?: number;
  /** Returns the AS number of an address; undefined if it is not known. */
  readonly asnOf: (host: string) => number | undefined;
  /** The source of all randomness. */
  readonly random: Random;
}

interface Member extends Endpoint {
  readonly id: PeerId;
  readonly key: string;
  asn: number | undefined;
  candidate: Candidate | undefined;
  isSeed: boolean;
  lastAnnounceMs: number;
}

/** The number of peers in a response if the request names none, and its limit. */
const PEERS_RETURNED = { default: 50, max: 200 } as const;
/** One host can announce any number of ports, and each announce iterates over all members. */
const MEMBERS_MAX = 20_000;
/** The least time between two searches for expired members. */
const EXPIRY_CHECK_MS = 1_000;
/** A member expires after this many intervals without an announce. */
const EXPIRY_INTERVALS = 2.5;

/** What a tracker knows of the peers of one torrent. */
export class SwarmRegistry {
  readonly #options: SwarmRegistryOptions;
  /** By address and port. */
  readonly #members = new Map<string, Member>();
  #nextId = 1;
  #expiryCheckedMs = -Infinity;
  /** Whether the first election has been held. */
  #isElected = false;
  /** By AS number: the leaders, the best first. */
  readonly #leaders = new Map<number, readonly Member[]>();

  constructor(options: SwarmRegistryOptions) {
    this.#options = options;
  }

  /** The number of registered peers. */
  get size(): number {
    return this.#members.size;
  }

  /**
   * Registers the announce of a peer, and returns its neighbours and leaders.
   *
   * @param host The IP address of the peer.
   * @param nowMs The time in ms, by the same clock in all calls.
   */
  announce(host: string, request: AnnounceRequest, nowMs: number): AnnounceResponse {
    this.removeExpired(nowMs);
    const key = `${host} ${request.port}`;
    if (request.event === 'stopped') {
      this.#members.delete(key);
      return { intervalS: this.#options.intervalS, peers: [], externalIp: host };
    }
    const member = this.#members.get(key) ?? this.#register(host, request.port, key);
    this.#update(member, request, nowMs);
    const cacheTorrent = request.cacheTorrent === undefined ? undefined : this.#leadership(member);
    const seeds = [...this.#members.values()].filter(({ isSeed }) => isSeed).length;
    return {
      intervalS: this.#options.intervalS,
      seeds,
      leechers: this.#members.size - seeds,
      // Before the election the roles are not known, so no peer is to connect to another.
      peers: cacheTorrent?.isPending === true ? [] : this.#neighboursOf(member, request),
      externalIp: host,
      cacheTorrent,
    };
  }

  /** Removes the peers that have not announced for 2.5 intervals. */
  removeExpired(nowMs: number): void {
    if (nowMs < this.#expiryCheckedMs + EXPIRY_CHECK_MS) return;
    this.#expiryCheckedMs = nowMs;
    const sinceMs = nowMs - EXPIRY_INTERVALS * this.#options.intervalS * 1_000;
    for (const [key, { lastAnnounceMs }] of this.#members) {
      if (lastAnnounceMs < sinceMs) this.#members.delete(key);
    }
  }

  #register(host: string, port: number, key: string): Member {
    const member: Member = {
      id: this.#nextId++ as PeerId,
      key,
      host,
      port,
      asn: undefined,
      candidate: undefined,
      isSeed: false,
      lastAnnounceMs: 0,
    };
    // A peer that comes to a full swarm gets neighbours, but is not named to others.
    const membersMax = this.#options.membersMax ?? MEMBERS_MAX;
    if (this.#members.size < membersMax) this.#members.set(key, member);
    return member;
  }

  #update(member: Member, { left, cacheTorrent }: AnnounceRequest, nowMs: number): void {
    member.lastAnnounceMs = nowMs;
    member.isSeed = left === 0;
    // The tracker's own table takes precedence over what a peer claims.
    member.asn = this.#options.asnOf(member.host) ?? cacheTorrent?.asn;
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
    const { asn } = member;
    // A peer without an AS number could not recognize a leader as one of its own AS: it leads
    // itself.
    const hasLeaders = !isPending && asn !== undefined;
    const leaders = hasLeaders ? this.#leadersOf(asn, candidates, leaderPercent) : [];
    return { asn, leaders, isPending };
  }

  /** Returns the leaders of an AS. Holds an election if there are none, or one has left. */
  #leadersOf(asn: number, candidates: readonly Member[], leaderPercent: number): readonly Member[] {
    const elected = this.#leaders.get(asn);
    const isEachPresent =
      elected?.every((leader) => this.#members.get(leader.key) === leader) ?? false;
    if (isEachPresent && elected!.length > 0) return elected!;

    const eligible = candidates.filter((member) => member.asn === asn);
    const ids = electLeaders(
      eligible.map(({ candidate }) => candidate!),
      leaderPercent,
    );
    const leaders = ids.map((id) => eligible.find((member) => member.id === id)!);
    this.#leaders.set(asn, leaders);
    return leaders;
  }

  #neighboursOf(member: Member, request: AnnounceRequest): AnnounceResponse['peers'] {
    const count = Math.min(PEERS_RETURNED.max, request.numWant ?? PEERS_RETURNED.default);
    if (count === 0) return [];
    const byId = new Map<PeerId, Member>();
    const members = new JoinedPeers();
    for (const other of this.#members.values()) {
      // Two seeds have nothing to exchange.
      if (member.isSeed && other.isSeed && other !== member) continue;
      byId.set(other.id, other);
      members.add(other.id, asIdOf(other));
    }
    const { selection, random } = this.#options;
    return selection
      .select(member.id, asIdOf(member), members, random)
      .slice(0, count)
      .map((id) => {
        const { host, port, asn } = byId.get(id)!;
        return { host, port, asn };
      });
  }
}

/** The selection groups peers by AS; peers without an AS number form one group. */
function asIdOf({ asn }: Member): AsId {
  return (asn ?? 0) as AsId;
}
