/**
 * A node on its way into the swarm:
 *
 *     arrive ─▶ who is the tracker? ─▶ join ─▶ neighbours ─▶ candidate ─▶ leaders ─▶ seed? ─▶ ready
 *                                                └── without CacheTorrent ──────────────▲
 *
 * A newcomer knows one peer that came before it, drawn at random, and asks that one for the
 * tracker; who does not know yet answers when it does. In each sub-torrent a node has a peer of
 * its own; they share its neighbours and its capacity.
 */

import {
  type Messages,
  NO_PIECE,
  type PeerId,
  type PieceIndex,
  type Role,
} from '@cachetorrent/protocol';
import type { Random } from '@cachetorrent/std';

import { NOWHERE } from '../transport/wire-format.ts';
import type { HostedPeer, PeerEnvironment } from './hosted-peer.ts';
import * as kinds from '../event-kinds.ts';
import { makePeer, subTorrentRange } from './sub-torrents.ts';
import { TRACKER } from '../plan/plan.ts';

export class Node {
  readonly id: PeerId;
  /** Its peers, one for each sub-torrent. */
  readonly peers: readonly HostedPeer[];
  readonly #around: PeerEnvironment;
  readonly #random: Random;
  #knowsTracker = false;
  /** Those who have asked us for the tracker. */
  #askers: PeerId[] = [];
  #neighbours: Uint32Array = new Uint32Array(0);
  /** The leaders of its AS in each sub-torrent. */
  readonly #leaders: (Uint32Array | undefined)[] = [];
  /** Sub-torrents it is not complete in. */
  partsMissing: number;

  constructor(id: PeerId, peers: readonly HostedPeer[], around: PeerEnvironment, random: Random) {
    this.id = id;
    this.peers = peers;
    this.#around = around;
    this.#random = random;
    this.partsMissing = peers.length;
    if (id === TRACKER) this.#knowsTracker = true;
  }

  /** Its standing in a sub-torrent, once it is ready. */
  standingIn(part: number): Role {
    if (this.#around.plan.swarm.leaderPercent === undefined) return 'peer';
    return this.#leaders[part]?.includes(this.id) === true ? 'leader' : 'follower';
  }

  arrive(): void {
    const acquaintance = this.#random.below(this.id) as PeerId;
    this.#tell(kinds.TRACKER_REQ, acquaintance).trackerReq(this.id);
    this.#around.carrier.end();
  }

  trackerReq(from: PeerId): void {
    if (this.#knowsTracker) this.#answer(from);
    else this.#askers.push(from);
  }

  trackerRes(): void {
    this.#knowsTracker = true;
    for (const asker of this.#askers) this.#answer(asker);
    this.#askers = [];
    const system = this.#around.plan.asOf(this.id);
    this.#tell(kinds.JOIN, TRACKER).join(this.id, system);
    this.#around.carrier.end();
  }

  neighbours(ids: Uint32Array): void {
    this.#neighbours = ids;
    if (this.#around.plan.swarm.leaderPercent === undefined) return this.#askWhetherSeed();
    const { uploadKbps, downloadKbps } = this.#around.plan.capacityOf(this.id);
    this.#tell(kinds.CANDIDATE, TRACKER).candidate(this.id, uploadKbps, downloadKbps);
    this.#around.carrier.end();
  }

  leaders(part: number, ids: Uint32Array): void {
    this.#leaders[part] = ids;
    const known = this.#leaders.filter((leaders) => leaders !== undefined).length;
    if (known === this.peers.length) this.#askWhetherSeed();
  }

  /** The last that is missing: how much it holds. Its peers begin. */
  seedRes(pieces: number): void {
    const { swarm } = this.#around.plan;
    for (const hosted of this.peers) {
      const { part } = hosted;
      const random = part === 0 ? this.#random : this.#around.plan.randomOf(this.id, part);
      const leaders = this.#leaders[part] ?? new Uint32Array(0);
      const peer = makePeer(hosted, swarm, {
        part,
        random,
        standing: this.standingIn(part),
        leaders: Array.from(leaders) as PeerId[],
        memory: this.#around.memoryOf(this.id, part),
      });
      if (pieces > 0) peer.restore(allPieces(subTorrentRange(swarm, part).pieces));
      hosted.begin(peer, this.#neighbours);
      peer.rechoke();
    }
  }

  #answer(asker: PeerId): void {
    this.#tell(kinds.TRACKER_RES, asker).trackerRes(TRACKER);
    this.#around.carrier.end();
  }

  #askWhetherSeed(): void {
    this.#tell(kinds.SEED_REQ, TRACKER).seedReq(this.id);
    this.#around.carrier.end();
  }

  #tell(kind: number, to: PeerId): Messages {
    return tell(this.#around, kind, this.id, to, 0);
  }
}

/** Begins a message to a node, wherever it is; the caller says it and ends it. */
export function tell(
  around: PeerEnvironment,
  kind: number,
  from: PeerId,
  to: PeerId,
  part: number,
  bytesMax?: number,
): Messages {
  const { plan, carrier } = around;
  const system = plan.asOf(to);
  const machine = plan.machineOf(to, part);
  const latencyMs = around.latencyMs(from, to);
  return carrier.begin(kind, from, NO_PIECE, system, machine, NOWHERE, latencyMs, bytesMax);
}

function* allPieces(count: number): Iterable<PieceIndex> {
  for (let piece = 0; piece < count; piece++) yield piece as PieceIndex;
}
