/**
 * What a tracker knows of the peers of one torrent: a state machine without sockets, to which the
 * time is passed in. An announce costs what it returns, however many peers there are.
 *
 * The registry groups peers that announce themselves as candidates by autonomous system. When
 * enough have come, each AS elects its leaders, and goes on to do so (`Election`): a leader that
 * leaves, has not announced itself for a long time, or is gone according to those that follow it,
 * is replaced.
 */

import type { PeerId, AsId } from '@cachetorrent/protocol';
import type {
  AnnouncedPeer,
  AnnounceRequest,
  AnnounceResponse,
  Endpoint,
  ScrapeCounts,
} from '@cachetorrent/protocol/wire';
import type { Random } from '@cachetorrent/std';
import {
  type Candidate,
  Election,
  type ElectionSettings,
  type NeighbourSelection,
  type SelectablePeers,
  silentSinceMs,
} from '@cachetorrent/tracker';

import { addressBlock } from '../net/address-block.ts';
import { MemberPools } from './peer-pool.ts';
import { type Registration, Registrations } from './registrations.ts';

/** The options of a `SwarmRegistry`. */
export interface SwarmRegistryOptions {
  /** Seconds between two announces of a peer. A peer that misses two is removed. */
  readonly intervalS: number;
  /** The number of candidates to wait for before the first election. */
  readonly minPeers: number;
  /** How leaders are elected; undefined for no elections. */
  readonly election: ElectionSettings | undefined;
  /**
   * Makes the rule that chooses the neighbours of the peers of one torrent: it may remember whom it
   * has named.
   */
  readonly selection: () => NeighbourSelection;
  /** Returns the AS number of an address; undefined if it is not known. */
  readonly asnOf: (host: string) => number | undefined;
  /** The source of all randomness. */
  readonly random: Random;
}

/** What a peer has announced of itself. */
interface MemberState {
  readonly asn: number | undefined;
  readonly candidate: Candidate | undefined;
  readonly isSeed: boolean;
  /** Neither a seed nor a partial seed (BEP 21). */
  readonly isDownloading: boolean;
}

interface Member extends Endpoint, Registration {
  readonly id: PeerId;
  readonly key: string;
  /** The 20 bytes of its peer id, one character each: an array would take several times as much. */
  readonly peerId: string;
  /** The block of its address; a host may command all of it. */
  readonly address: string;
  /** The AS number by the tracker's own table. */
  readonly knownAsn: number | undefined;
  /** Undefined before its first announce is complete. */
  state: MemberState | undefined;
}

/** The number of peers in a response if the request names none, and its limit. */
export const PEERS_RETURNED = { default: 50, max: 200 } as const;

/** What a tracker knows of the peers of one torrent. */
export class SwarmRegistry {
  readonly #options: SwarmRegistryOptions;
  readonly #selection: NeighbourSelection;
  readonly #registrations: Registrations;
  readonly #onEmpty: () => void;
  /** By address and port. */
  readonly #members = new Map<string, Member>();
  readonly #byId = new Map<PeerId, Member>();
  readonly #pools = new MemberPools();
  /** The AS that have members; peers without an AS number form one group. */
  readonly #byAs = new Map<AsId, MemberPools>();
  /** Undefined if there are no elections. */
  readonly #election: Election | undefined;
  #nextId = 1;
  #seedCount = 0;
  #candidateCount = 0;
  #completedCount = 0;
  /** Whether the first elections have been held. */
  #isElected = false;

  /**
   * `registrations` has the limits that all swarms of a tracker share, and removes members here;
   * `onEmpty` is called when the last one has been removed.
   */
  constructor(
    options: SwarmRegistryOptions,
    registrations: Registrations = new Registrations(),
    onEmpty: () => void = () => {},
  ) {
    this.#options = options;
    this.#selection = options.selection();
    this.#registrations = registrations;
    this.#onEmpty = onEmpty;
    const { election, random } = options;
    if (election !== undefined) this.#election = new Election({ ...election, random, waits: true });
  }

  /** The number of registered peers. */
  get size(): number {
    return this.#members.size;
  }

  /** The number of registered peers of each kind, and of completed downloads. */
  get counts(): ScrapeCounts {
    const { all, downloaders } = this.#pools.counts;
    const seeds = this.#seedCount;
    return { seeds, leechers: all - seeds, downloaders, completed: this.#completedCount };
  }

  /**
   * Registers the announce of a peer, and returns its neighbours and leaders.
   *
   * @param host The IP address of the peer.
   * @param nowMs The time in ms, by the same clock in all calls.
   */
  announce(host: string, request: AnnounceRequest, nowMs: number): AnnounceResponse {
    this.#registrations.removeSilent(silentSinceMs(this.#options.intervalS, nowMs), nowMs);
    const key = `${host} ${request.port}`;
    const known = this.#members.get(key);
    if (request.event === 'stopped') {
      if (known !== undefined) this.remove(known, nowMs);
      return { intervalS: this.#options.intervalS, peers: [], externalIp: host };
    }
    if (request.event === 'completed' && known?.state?.isSeed !== true) this.#completedCount++;
    const member = known ?? this.#memberFor(host, request, key, nowMs);
    this.#setState(member, this.#stateOf(member, request), nowMs);
    if (known === undefined) this.#register(member);
    else this.#registrations.touch(member, nowMs);
    for (const lost of request.cacheTorrent?.lostLeaders ?? []) this.#report(member, lost, nowMs);

    const cacheTorrent =
      request.cacheTorrent === undefined ? undefined : this.#leadership(member, nowMs);
    const { seeds, leechers } = this.counts;
    return {
      intervalS: this.#options.intervalS,
      seeds,
      leechers,
      // Before the election the roles are not known, so no peer is to connect to another.
      peers: cacheTorrent?.isPending === true ? [] : this.#neighboursOf(member, request),
      externalIp: host,
      cacheTorrent,
    };
  }

  /** Removes a member. */
  remove(registration: Registration, nowMs: number): void {
    const member = registration as Member;
    this.#setState(member, undefined, nowMs);
    this.#members.delete(member.key);
    this.#byId.delete(member.id);
    this.#registrations.remove(member);
    if (this.#members.size === 0) this.#onEmpty();
  }

  #memberFor(host: string, { port, peerId }: AnnounceRequest, key: string, nowMs: number): Member {
    return {
      id: this.#nextId++ as PeerId,
      key,
      host,
      address: addressBlock(host),
      port,
      peerId: Buffer.from(peerId).toString('latin1'),
      knownAsn: this.#options.asnOf(host),
      state: undefined,
      swarm: this,
      lastAnnounceMs: nowMs,
      older: undefined,
      newer: undefined,
    };
  }

  #register(member: Member): void {
    this.#members.set(member.key, member);
    this.#byId.set(member.id, member);
    this.#registrations.add(member);
  }

  #stateOf(member: Member, { left, event, cacheTorrent }: AnnounceRequest): MemberState {
    const { uploadBytesPerS, downloadBytesPerS = 0 } = cacheTorrent ?? {};
    return {
      // The tracker's own table takes precedence over what a peer claims. No AS has the number 0.
      asn: (member.knownAsn ?? cacheTorrent?.asn) || undefined,
      candidate:
        uploadBytesPerS === undefined
          ? undefined
          : {
              id: member.id,
              uploadKbps: (uploadBytesPerS * 8) / 1000,
              downloadKbps: (downloadBytesPerS * 8) / 1000,
            },
      isSeed: left === 0,
      isDownloading: left > 0 && event !== 'paused',
    };
  }

  /** Moves a member from the groups of its state to those of the next one, if there is one. */
  #setState(member: Member, next: MemberState | undefined, nowMs: number): void {
    const { id, address, state: last } = member;
    member.state = next;
    // A peer without an AS number could not recognize a leader as one of its own AS.
    if (next?.candidate !== undefined && next.asn !== undefined) {
      this.#election?.join(next.candidate, asIdOf(next), nowMs);
    } else if (last?.candidate !== undefined) {
      this.#election?.leave(id, nowMs);
    }
    if (last !== undefined && next !== undefined && isEqual(last, next)) {
      return this.#announceIn(this.#asPools(asIdOf(next)), member, next);
    }
    if (last !== undefined) {
      if (next === undefined || asIdOf(last) !== asIdOf(next)) this.#selection.forget?.(id);
      this.#pools.remove(id, address);
      this.#byAs.get(asIdOf(last))!.remove(id, address);
      this.#count(last, -1);
    }
    if (next !== undefined) {
      this.#announceIn(this.#asPools(asIdOf(next)), member, next);
      this.#count(next, 1);
    }
    if (last !== undefined && this.#byAs.get(asIdOf(last))!.counts.all === 0) {
      this.#byAs.delete(asIdOf(last));
    }
  }

  #announceIn(pools: MemberPools, { id, address }: Member, { isDownloading }: MemberState): void {
    this.#pools.announce(id, address, isDownloading);
    pools.announce(id, address, isDownloading);
  }

  #count({ isSeed, candidate }: MemberState, change: 1 | -1): void {
    if (isSeed) this.#seedCount += change;
    if (candidate !== undefined) this.#candidateCount += change;
  }

  #asPools(asId: AsId): MemberPools {
    const known = this.#byAs.get(asId);
    if (known !== undefined) return known;
    const pools = new MemberPools();
    this.#byAs.set(asId, pools);
    return pools;
  }

  /** A member can make no connection to this endpoint, where a leader of its AS listens. */
  #report(member: Member, { host, port }: Endpoint, nowMs: number): void {
    const lost = this.#members.get(`${host} ${port}`);
    const isOfSameAs = lost?.state?.asn === member.state!.asn;
    if (lost === undefined || lost === member || !isOfSameAs) return;
    this.#election?.report(lost.id, member.address, nowMs);
  }

  #leadership({ state }: Member, nowMs: number): AnnounceResponse['cacheTorrent'] {
    const election = this.#election;
    if (election === undefined) return undefined;
    if (!this.#isElected && this.#candidateCount >= this.#options.minPeers) {
      this.#isElected = true;
      election.begin(nowMs);
    }
    const { asn } = state!;
    // It leads itself without an AS number: it could not recognize a leader of its AS.
    if (asn === undefined) return { asn, leaders: [], isPending: !this.#isElected };
    election.review(asIdOf(state!), nowMs);
    const leaders = election.leadersOf(asIdOf(state!)).map((id) => this.#byId.get(id)!);
    return { asn, leaders, isPending: !this.#isElected };
  }

  /**
   * Returns peers of as many addresses as possible, and then others: a host that announces many
   * ports cannot fill the answers.
   */
  #neighboursOf(member: Member, request: AnnounceRequest): AnnouncedPeer[] {
    const count = Math.min(PEERS_RETURNED.max, request.numWant ?? PEERS_RETURNED.default);
    if (count === 0) return [];
    const ofEachAddress = this.#select(member, 'ofEachAddress');
    const ofAll = this.#select(member, 'all');
    const limit = Math.min(count, Math.max(ofEachAddress.length, ofAll.length));
    return [...new Set([...ofEachAddress, ...ofAll])]
      .slice(0, limit)
      .map((id) => this.#announcedPeer(id, request));
  }

  #select({ id, state }: Member, among: 'all' | 'ofEachAddress'): readonly PeerId[] {
    const { isDownloading } = state!;
    const inAs = (asId: AsId): readonly PeerId[] =>
      this.#byAs.get(asId)?.partnersOf(isDownloading)[among] ?? [];
    const byAs = this.#byAs;
    const partners: SelectablePeers = {
      all: this.#pools.partnersOf(isDownloading)[among],
      inAs,
      get asIds() {
        return [...byAs.keys()].filter((asId) => inAs(asId).length > 0).sort((a, b) => a - b);
      },
      asIdOf: (other) => {
        const known = this.#byId.get(other)?.state;
        const isPartner = known !== undefined && (isDownloading || known.isDownloading);
        return isPartner ? asIdOf(known) : undefined;
      },
    };
    return this.#selection.select(id, asIdOf(state!), partners, this.#options.random);
  }

  #announcedPeer(id: PeerId, { peerList }: AnnounceRequest): AnnouncedPeer {
    const { host, port, peerId, state } = this.#byId.get(id)!;
    const bytes = peerList?.hasIds === true ? Buffer.from(peerId, 'latin1') : undefined;
    return { host, port, asn: state!.asn, peerId: bytes };
  }
}

/** The group of a member in its swarm. */
function asIdOf({ asn }: MemberState): AsId {
  return (asn ?? 0) as AsId;
}

function isEqual(a: MemberState, b: MemberState): boolean {
  return (
    a.asn === b.asn &&
    a.isSeed === b.isSeed &&
    a.isDownloading === b.isDownloading &&
    a.candidate?.uploadKbps === b.candidate?.uploadKbps &&
    a.candidate?.downloadKbps === b.candidate?.downloadKbps
  );
}
