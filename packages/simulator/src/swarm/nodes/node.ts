/**
 * A node joins the swarm in these steps:
 *
 *     arrive ─▶ trackerReq ─▶ join ─▶ neighbours ─▶ candidate ─▶ leaders ─▶ seedReq ─▶ start
 *                                          └── without CacheTorrent ───────────▲
 *
 * A new node knows one node that arrived before it, drawn at random, and asks it for the tracker.
 * A node that does not know the tracker yet answers as soon as it does. A node has one peer in
 * each sub-torrent; its peers share its neighbours and its capacity.
 */

import type { PeerId, PieceIndex, Role } from '@cachetorrent/protocol';
import type { Random } from '@cachetorrent/std';

import { TRACKER } from '../plan/plan.ts';
import type { HostedPeer, PeerEnvironment } from './hosted-peer.ts';
import { makePeer, subTorrentRange } from './sub-torrents.ts';

export class Node {
  readonly id: PeerId;
  /** Its peers by sub-torrent. */
  readonly peers: readonly HostedPeer[];
  readonly #environment: PeerEnvironment;
  readonly #random: Random;
  #knowsTracker: boolean;
  /** The nodes that have asked for the tracker before this node knew it. */
  #waitingNodes: PeerId[] = [];
  #neighbours: Uint32Array = new Uint32Array(0);
  /** The leaders of its AS by sub-torrent. */
  readonly #leaders: (Uint32Array | undefined)[] = [];
  /** The number of sub-torrents in which it lacks pieces. */
  incompleteSubTorrents: number;

  constructor(
    id: PeerId,
    peers: readonly HostedPeer[],
    environment: PeerEnvironment,
    random: Random,
  ) {
    this.id = id;
    this.peers = peers;
    this.#environment = environment;
    this.#random = random;
    this.#knowsTracker = id === TRACKER;
    this.incompleteSubTorrents = peers.length;
  }

  /** Its role in a sub-torrent, once its leaders are known. */
  roleIn(subTorrent: number): Role {
    if (this.#environment.plan.swarm.leaderPercent === undefined) return 'peer';
    return this.#leaders[subTorrent]?.includes(this.id) === true ? 'leader' : 'follower';
  }

  arrive(): void {
    const earlierNode = this.#random.below(this.id) as PeerId;
    this.#environment.transport.sendToNode(this.id, earlierNode).trackerReq(this.id);
  }

  trackerReq(from: PeerId): void {
    if (this.#knowsTracker) this.#sendTrackerRes(from);
    else this.#waitingNodes.push(from);
  }

  trackerRes(): void {
    this.#knowsTracker = true;
    for (const node of this.#waitingNodes) this.#sendTrackerRes(node);
    this.#waitingNodes = [];
    const { plan, transport } = this.#environment;
    transport.sendToNode(this.id, TRACKER).join(this.id, plan.asOf(this.id));
  }

  neighbours(ids: Uint32Array): void {
    this.#neighbours = ids;
    const { plan, transport } = this.#environment;
    if (plan.swarm.leaderPercent === undefined) return this.#sendSeedReq();
    const { uploadKbps, downloadKbps } = plan.capacityOf(this.id);
    transport.sendToNode(this.id, TRACKER).candidate(this.id, uploadKbps, downloadKbps);
  }

  leaders(subTorrent: number, ids: Uint32Array): void {
    this.#leaders[subTorrent] = ids;
    const known = this.#leaders.filter((leaders) => leaders !== undefined).length;
    if (known === this.peers.length) this.#sendSeedReq();
  }

  /** The last step: the node learns how many pieces it holds, and its peers start. */
  seedRes(pieces: number): void {
    const { plan } = this.#environment;
    for (const hosted of this.peers) {
      const { subTorrent } = hosted;
      const random = subTorrent === 0 ? this.#random : plan.randomOf(this.id, subTorrent);
      const leaders = this.#leaders[subTorrent] ?? new Uint32Array(0);
      const peer = makePeer(hosted, plan.swarm, {
        subTorrent,
        random,
        role: this.roleIn(subTorrent),
        leaders: Array.from(leaders) as PeerId[],
        uploadKbps: plan.capacityOf(this.id).uploadKbps,
        memory: this.#environment.memoryOf(this.id, subTorrent),
      });
      if (pieces > 0) peer.restore(allPieces(subTorrentRange(plan.swarm, subTorrent).pieces));
      hosted.start(peer, this.#neighbours);
      peer.rechoke();
    }
  }

  #sendTrackerRes(to: PeerId): void {
    this.#environment.transport.sendToNode(this.id, to).trackerRes(TRACKER);
  }

  #sendSeedReq(): void {
    this.#environment.transport.sendToNode(this.id, TRACKER).seedReq(this.id);
  }
}

function* allPieces(count: number): Iterable<PieceIndex> {
  for (let piece = 0; piece < count; piece++) yield piece as PieceIndex;
}
