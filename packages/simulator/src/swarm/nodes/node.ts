/**
 * A node joins the swarm in these steps:
 *
 *     arrive ─▶ trackerReq ─▶ join ─▶ neighbours ─▶ candidate ─▶ leaders ─▶ seedReq ─▶ start
 *                                          └── without CacheTorrent ───────────▲
 *
 * In a swarm in which peers come and go, a node asks the tracker itself, and the tracker need not
 * tell it what it holds:
 *
 *     arrive ─▶ announce ─▶ neighbours (and leaders) ─▶ start
 *
 * A new node knows one node that arrived before it, drawn at random, and asks it for the tracker.
 * A node that does not know the tracker yet answers as soon as it does. A node has one peer in
 * each sub-torrent; its peers share its neighbours and its capacity.
 */

import {
  type AnnounceEvent,
  AnnounceSchedule,
  type ConnectionCounts,
  type PeerId,
  type PieceIndex,
  type Role,
} from '@cachetorrent/protocol';
import type { Random } from '@cachetorrent/std';

import { TRACKER } from '../plan/plan.ts';
import { candidacyOf } from './candidacy.ts';
import { claimsOf } from './claims.ts';
import type { HostedPeer, PeerEnvironment } from './hosted-peer.ts';
import { makePeer, subTorrentRange } from './sub-torrents.ts';

/** What a node needs of its AS. */
export interface NodeEnvironment extends PeerEnvironment {
  /** All peers of a node have started. */
  nodeStarted(node: Node): void;
}

export interface NodeOptions {
  readonly id: PeerId;
  /** Its peers by sub-torrent. */
  readonly peers: readonly HostedPeer[];
  readonly environment: NodeEnvironment;
  readonly random: Random;
  /**
   * For each sub-torrent, the pieces that it has from an earlier stay, as words of bits; empty if
   * there was none.
   */
  readonly held: readonly Uint32Array[];
}

/** The time between two announces of a peer (mainline: 30 minutes). */
export const ANNOUNCE_INTERVAL_S = 1_800;

const NOBODY: readonly PeerId[] = [];
const NO_IDS = new Uint32Array(0);

export class Node {
  readonly id: PeerId;
  /** Its peers by sub-torrent. */
  readonly peers: readonly HostedPeer[];
  readonly #environment: NodeEnvironment;
  readonly #random: Random;
  #knowsTracker: boolean;
  /** The nodes that have asked for the tracker before this node knew it. */
  #waitingNodes: PeerId[] | undefined;
  /** Those that the tracker has named, until its peers have started. */
  #neighbours: Uint32Array | undefined;
  /** The leaders of its AS by sub-torrent, once any are known. */
  #leaders: (Uint32Array | undefined)[] | undefined;
  /** The number of sub-torrents in which it lacks pieces. */
  incompleteSubTorrents: number;
  /** Undefined until it is needed: never where all peers come at once. */
  #scheduled: AnnounceSchedule | undefined;
  /** When it looks next whether to announce itself, in ms. */
  looksAtMs: number = -Infinity;
  /** What the tracker has not been told yet, as far as is known; undefined if it knows all. */
  #untold: AnnounceEvent | undefined;
  /** The leaders that its peers have lost, until the tracker has answered; undefined if none. */
  #lostLeaders: Set<PeerId> | undefined;
  /** Those of them that the tracker has been told of. */
  #reported: readonly PeerId[] = NOBODY;
  /** Whether its peers have started. */
  hasStarted = false;
  /** For each sub-torrent, the pieces that it holds when it arrives, as words of bits. */
  readonly #held: readonly Uint32Array[];

  constructor({ id, peers, environment, random, held }: NodeOptions) {
    this.id = id;
    this.peers = peers;
    this.#environment = environment;
    this.#random = random;
    this.#knowsTracker = id === TRACKER;
    this.incompleteSubTorrents = peers.length;
    this.#held = held;
  }

  /** When it announces itself, in a swarm in which peers come and go. */
  get #schedule(): AnnounceSchedule {
    return (this.#scheduled ??= new AnnounceSchedule());
  }

  /**
   * Its role in a sub-torrent, once its leaders are known. Whose AS has none leads itself; where
   * nobody is elected, it is a plain peer.
   */
  roleIn(subTorrent: number): Role {
    const { plan } = this.#environment;
    if (!plan.hasLeaders) return 'peer';
    const leaders = this.#leaders?.[subTorrent];
    if (leaders === undefined) return 'follower';
    if (leaders.length > 0) return leaders.includes(this.id) ? 'leader' : 'follower';
    return plan.swarm.leaderPercent === undefined ? 'peer' : 'leader';
  }

  /** The leaders that it follows: those of its AS, or if it is one of them, of the parent AS. */
  #followedIn(subTorrent: number): PeerId[] {
    const named = Array.from(this.#leaders?.[subTorrent] ?? []) as PeerId[];
    const { plan, asId } = this.#environment;
    if (this.roleIn(subTorrent) !== 'leader') return named;
    return named.filter((id) => !plan.isInside(asId, plan.asOf(id)));
  }

  arrive(): void {
    if (this.#environment.plan.isOpen) return this.announce('started');
    const earlierNode = this.#random.below(this.id) as PeerId;
    this.#environment.transport.sendToNode(this.id, earlierNode).trackerReq(this.id);
  }

  trackerReq(from: PeerId): void {
    if (this.#knowsTracker) this.#sendTrackerRes(from);
    else (this.#waitingNodes ??= []).push(from);
  }

  trackerRes(): void {
    this.#knowsTracker = true;
    for (const node of this.#waitingNodes ?? []) this.#sendTrackerRes(node);
    this.#waitingNodes = undefined;
    const { plan, transport } = this.#environment;
    transport.sendToNode(this.id, TRACKER).join(this.id, plan.asOf(this.id));
  }

  /** Tells the tracker that it is there, that it has the whole file, or that it leaves. */
  announce(event: AnnounceEvent): void {
    const { plan, transport } = this.#environment;
    this.#reported = this.#lostLeaders === undefined ? NOBODY : [...this.#lostLeaders];
    for (const leader of this.#reported) {
      transport.sendToNode(this.id, TRACKER).leaderLost(this.id, leader);
    }
    if (event !== 'regular') this.#untold = event;
    const wanted =
      event === 'started' ? plan.swarm.neighbours : this.#schedule.numWant(this.#counts);
    const isLeaving = event === 'stopped';
    const tracker = transport.sendToNode(this.id, TRACKER);
    tracker.announce(this.id, event, isLeaving ? 0 : wanted, this.#isSeed);
    // An answer takes the time of two messages; without one, it is asked again.
    this.#schedule.failed(this.#environment.nowMs);
  }

  /** Whether it has the whole file, also before its peers have started. */
  get #isSeed(): boolean {
    if (this.hasStarted) return this.incompleteSubTorrents === 0;
    const { plan } = this.#environment;
    if (plan.holdsFile(this.id)) return true;
    return this.peers.every(({ subTorrent }) => {
      const { pieces } = subTorrentRange(plan.swarm, subTorrent);
      return [...piecesIn(this.#held[subTorrent] ?? [], pieces)].length === pieces;
    });
  }

  /** When it announces itself next, in ms. */
  get announcesAtMs(): number {
    return this.#schedule.dueMs(this.#counts);
  }

  /** Announces itself if the schedule says so; returns when to look again, in ms. */
  announceIfDue(): number {
    const { nowMs } = this.#environment;
    if (this.announcesAtMs <= nowMs) this.announce(this.#untold ?? 'regular');
    return this.announcesAtMs;
  }

  /** A peer of the node has lost its last leader, or may have become one. */
  needsLeaders(): void {
    this.#schedule.needsLeaders(this.#environment.nowMs);
  }

  /** A peer of the node has lost a leader. */
  leaderLost(leader: PeerId): void {
    (this.#lostLeaders ??= new Set()).add(leader);
  }

  get #counts(): ConnectionCounts {
    const [first] = this.peers;
    if (!this.hasStarted) return { open: 0, everIncoming: false };
    return {
      open: first!.openCount,
      everIncoming: first!.everIncoming,
      hasLostLeader: this.#lostLeaders !== undefined && this.#lostLeaders.size > 0,
    };
  }

  neighbours(ids: Uint32Array): void {
    const { plan, transport } = this.#environment;
    if (plan.isOpen) return this.#answered(ids);
    this.#neighbours = ids;
    if (!plan.hasLeaders) return this.#sendSeedReq();
    const { uploadKbps, downloadKbps } = candidacyOf(plan, this.id);
    transport.sendToNode(this.id, TRACKER).candidate(this.id, uploadKbps, downloadKbps);
  }

  /** The tracker has answered an announce; the leaders, if there are any, have come before. */
  #answered(ids: Uint32Array): void {
    this.#schedule.answered({ intervalS: ANNOUNCE_INTERVAL_S }, this.#environment.nowMs);
    this.#untold = undefined;
    for (const leader of this.#reported) this.#lostLeaders?.delete(leader);
    this.#reported = NOBODY;
    if (!this.hasStarted) {
      this.#neighbours = ids;
      return this.#start(this.#environment.plan.holdsFile(this.id));
    }
    for (const hosted of this.peers) hosted.connectToAll(ids);
  }

  /** The leaders of its AS give it nothing: it leads itself until the tracker names them again. */
  leadItself(subTorrent: number): void {
    (this.#leaders ??= [])[subTorrent] = new Uint32Array(0);
    this.peers[subTorrent]!.assign('leader', []);
  }

  leaders(subTorrent: number, ids: Uint32Array): void {
    const leaders = (this.#leaders ??= []);
    leaders[subTorrent] = ids;
    if (this.#environment.plan.isOpen) {
      if (!this.hasStarted) return;
      this.#schedule.hasLeaders();
      const role = this.roleIn(subTorrent);
      return this.peers[subTorrent]!.assign(role, this.#followedIn(subTorrent));
    }
    const known = leaders.filter((each) => each !== undefined).length;
    if (known === this.peers.length) this.#sendSeedReq();
  }

  /** The last step: the node learns how many pieces it holds, and its peers start. */
  seedRes(pieces: number): void {
    this.#start(pieces > 0);
  }

  #start(holdsFile: boolean): void {
    const { plan } = this.#environment;
    // A client whose upload limit is 0 unchokes nobody. The original does.
    const canUpload = plan.canUpload(this.id) || plan.swarm.quirks.wholePieces;
    for (const hosted of this.peers) {
      const { subTorrent } = hosted;
      const random = subTorrent === 0 ? this.#random : plan.randomOf(this.id, subTorrent);
      const peer = makePeer(hosted, plan.swarm, {
        subTorrent,
        random,
        role: this.roleIn(subTorrent),
        leaders: this.#followedIn(subTorrent),
        unchokes: canUpload && !plan.isFreeRider(this.id),
        claims: claimsOf(plan, this.id, subTorrent),
        ...plan.slotsOf(this.id),
        memory: this.#environment.memoryOf(hosted),
      });
      const { pieces } = subTorrentRange(plan.swarm, subTorrent);
      const held = this.#held[subTorrent];
      if (holdsFile) peer.restore(allPieces(pieces));
      else if (held !== undefined) peer.restore(piecesIn(held, pieces));
      hosted.start(peer, this.#neighbours ?? NO_IDS);
      peer.rechoke();
    }
    this.#neighbours = undefined;
    this.hasStarted = true;
    this.#environment.nodeStarted(this);
  }

  #sendTrackerRes(to: PeerId): void {
    this.#environment.transport.sendToNode(this.id, to).trackerRes(TRACKER);
  }

  #sendSeedReq(): void {
    this.#environment.transport.sendToNode(this.id, TRACKER).seedReq(this.id);
  }
}

function* piecesIn(words: ArrayLike<number>, count: number): Iterable<PieceIndex> {
  for (let piece = 0; piece < count; piece++) {
    if ((words[piece >>> 5]! & (1 << (piece & 31))) !== 0) yield piece as PieceIndex;
  }
}

function* allPieces(count: number): Iterable<PieceIndex> {
  for (let piece = 0; piece < count; piece++) yield piece as PieceIndex;
}
