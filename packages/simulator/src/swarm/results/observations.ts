/** What one AS records of the run and reports at its end. Nothing here affects the simulation. */

import type { PieceIndex } from '@cachetorrent/protocol';

import type { HostedPeer } from '../nodes/hosted-peer.ts';
import type { LeaderReport } from '../nodes/leader-counts.ts';
import type { Node } from '../nodes/node.ts';
import type { PopulationReport } from '../nodes/population.ts';
import { subTorrentRange } from '../nodes/sub-torrents.ts';
import { type Departure, DEPARTURES } from '../plan/dynamics.ts';
import type { Plan } from '../plan/plan.ts';
import type { EndReport } from '../nodes/run-end.ts';
import { SWARM_ROLES, type SwarmRole } from './result.ts';

/** The report of an AS; plain data. Arrays by node are in the order of the nodes in the AS. */
export interface AsReport {
  /** When each node completed the file, in ms; NaN if it never did. */
  readonly completedAtMs: Float64Array;
  /** When each node has left the swarm last, in ms; NaN if it has not, or has come back. */
  readonly leftAtMs: Float64Array;
  /** Why: one more than an index into `DEPARTURES`; 0 where `leftAtMs` is NaN. */
  readonly departures: Uint8Array;
  /** The role of each node: an index into `SWARM_ROLES`. */
  readonly roles: Uint8Array;
  /** For each piece, how many blocks of it the AS has downloaded from other AS. */
  readonly imports: Uint32Array;
  /** How many blocks have arrived, from other AS and from this one. */
  readonly receivedBlocks: number;
  /** Bits of pieces that have arrived for peers that had left, or on closed connections. */
  readonly lostBits: number;
  /** For each AS, how many bits of pieces have arrived from it. */
  readonly bitsFrom: Float64Array;
  /** For each AS, how many bits of pieces have been sent to it, including those in transit. */
  readonly bitsTo: Float64Array;
  /** Bits of pieces that have arrived, by classes: see `SwarmResult.classTrafficBits`. */
  readonly classBits: Float64Array;
  /** The number of pieces that leechers of the AS have lacked. */
  readonly neededPieces: number;
  /** For each fault, how many of its nodes it has hit; NaN if it has not happened. */
  readonly peersHit: Float64Array;
  /** For how long nothing flowed to each node while it lacked pieces; see `nodes/service.ts`. */
  readonly unservedMs: Float64Array;
  /** How many of its nodes have come and gone. */
  readonly population: PopulationReport;
  /** How the run has ended; from the AS of the tracker, if peers come and go. */
  readonly end?: EndReport;
  /** Bits of pieces that leechers have sent before they completed, by classes. */
  readonly leecherBits: Float64Array;
  /** When each node had all but the last pieces, in ms: `LAST_PIECES`; NaN if it never did. */
  readonly nearlyCompletedAtMs: Float64Array;
  /** The number of messages sent, in the order of `MESSAGE_KINDS`. */
  readonly messages: Float64Array;
  /** For each piece, how many nodes hold it and can upload. */
  readonly sources: Uint32Array;
  /** The number of nodes that lack pieces, by what they wait for (`PROSPECTS`); absent if none. */
  readonly prospects?: Uint32Array;
  /** How many leaders it had, of those asked for; absent if there are no elections. */
  readonly leaders?: LeaderReport;
  /** The samples of the timeline, if one is recorded. */
  readonly timeline?: Float64Array;
  /** The availability by interval of the timeline; from the AS of the tracker only. */
  readonly availability?: Float64Array;
}

/** The share of the pieces that count as the last ones. */
export const LAST_PIECES: number = 1 / 20;

/** The number of pieces that count as the last ones; 0 if there are too few. */
export function lastPiecesOf(pieces: number): number {
  return Math.floor(pieces * LAST_PIECES);
}

/** Counts the pieces that an AS sends and receives. */
export class Observations {
  readonly completedAtMs: Float64Array;
  readonly leftAtMs: Float64Array;
  readonly departures: Uint8Array;
  readonly roles: Uint8Array;
  /** Bits of pieces that each node has sent. */
  readonly uploadedBits: Float64Array;
  lostBits = 0;
  /** How many of them had been lost when the warm-up was over. */
  lostBefore = 0;
  readonly imports: Uint32Array;
  readonly bitsFrom: Float64Array;
  readonly bitsTo: Float64Array;
  readonly classBits: Float64Array;
  readonly leecherBits: Float64Array;
  readonly nearlyCompletedAtMs: Float64Array;
  /** Bits of pieces that have arrived from other AS. */
  outsideBits = 0;
  /** Bits of pieces that have arrived from this AS. */
  insideBits = 0;
  /** How many blocks have arrived from other AS, and of how many pieces, since figures count. */
  importedBlocks = 0;
  importedPieces = 0;
  /** How many blocks have arrived. */
  receivedBlocks = 0;
  /** How many of them had arrived when the warm-up was over. */
  receivedBefore = 0;
  /** The messages sent by then, by kind. */
  #messagesBefore: Float64Array | undefined;
  readonly #plan: Plan;
  readonly #asId: number;
  readonly #classCount: number;

  constructor(plan: Plan, asId: number, nodeCount: number) {
    const { swarm, asCount } = plan;
    this.#plan = plan;
    this.#asId = asId;
    this.completedAtMs = new Float64Array(nodeCount).fill(NaN);
    this.leftAtMs = new Float64Array(nodeCount).fill(NaN);
    this.departures = new Uint8Array(nodeCount);
    this.roles = new Uint8Array(nodeCount);
    this.uploadedBits = new Float64Array(nodeCount);
    this.imports = new Uint32Array(swarm.pieces);
    this.bitsFrom = new Float64Array(asCount);
    this.bitsTo = new Float64Array(asCount);
    this.#classCount = swarm.classes.length;
    this.classBits = new Float64Array(this.#classCount ** 2);
    this.leecherBits = new Float64Array(this.#classCount ** 2);
    this.nearlyCompletedAtMs = new Float64Array(nodeCount).fill(NaN);
  }

  /**
   * The warm-up is over: traffic counts from now on. What peers have uploaded for their share
   * ratio, and when they have completed, belongs to them; a timeline covers the whole run.
   */
  measure(messages: Float64Array): void {
    this.imports.fill(0);
    this.importedBlocks = 0;
    this.importedPieces = 0;
    for (const bits of [this.bitsFrom, this.bitsTo, this.classBits, this.leecherBits]) bits.fill(0);
    this.lostBefore = this.lostBits;
    this.receivedBefore = this.receivedBlocks;
    this.#messagesBefore = messages.slice();
  }

  /** How many of these messages count. */
  measuredMessages(messages: Float64Array): Float64Array {
    const before = this.#messagesBefore;
    return before === undefined ? messages : messages.map((count, kind) => count - before[kind]!);
  }

  /**
   * `count` blocks of a piece have arrived from a node of AS `from`; `piece` is its number in the
   * file.
   */
  received(from: number, piece: number, count: number, bits: number): void {
    this.receivedBlocks += count;
    this.bitsFrom[from]! += bits;
    if (from === this.#asId) {
      this.insideBits += bits;
    } else {
      this.outsideBits += bits;
      this.importedBlocks += count;
      if (this.imports[piece] === 0) this.importedPieces++;
      this.imports[piece]! += count;
    }
  }

  /** Blocks have arrived at a peer of class `toClass` from one of class `fromClass`. */
  receivedByClass(fromClass: number, toClass: number, bits: number): void {
    this.classBits[fromClass * this.#classCount + toClass]! += bits;
  }

  /** A node, given by its index in the AS, has sent blocks to a node of AS `to`. */
  sent(localNode: number, to: number, bits: number): void {
    this.uploadedBits[localNode]! += bits;
    this.bitsTo[to]! += bits;
  }

  /** Whether a node has completed the file. */
  isComplete(localNode: number): boolean {
    return !Number.isNaN(this.completedAtMs[localNode]!);
  }

  /** A peer of class `fromClass` has sent blocks to one of class `toClass`. */
  sentByClass(localNode: number, fromClass: number, toClass: number, bits: number): void {
    const isLeecher = !this.isComplete(localNode);
    if (isLeecher) this.leecherBits[fromClass * this.#classCount + toClass]! += bits;
  }

  /** Whether a node has not got all but the last pieces yet. */
  lacksMoreThanLast(localNode: number): boolean {
    return Number.isNaN(this.nearlyCompletedAtMs[localNode]);
  }

  /** A node lacks only the last pieces. */
  nearlyCompleted(localNode: number, atMs: number): void {
    this.nearlyCompletedAtMs[localNode] = atMs;
  }

  /** Records the role of a node, at the end of its stay or of the run. */
  hasRole(node: Node): void {
    this.roles[this.#plan.localNodeOf(node.id)] = SWARM_ROLES.indexOf(roleOf(node, this.#plan));
  }

  /** A node has come, or come back. */
  arrived(localNode: number): void {
    this.leftAtMs[localNode] = NaN;
    this.departures[localNode] = 0;
  }

  /** A node has left the swarm. */
  left(localNode: number, atMs: number, reason: Departure): void {
    this.leftAtMs[localNode] = atMs;
    this.departures[localNode] = 1 + DEPARTURES.indexOf(reason);
  }

  /** A node, given by its index in the AS, has completed the file. */
  completed(localNode: number, atMs: number): void {
    this.completedAtMs[localNode] = atMs;
  }
}

/** A node that is a leader in any sub-torrent counts as a leader. */
function roleOf(node: Node, plan: Plan): SwarmRole {
  if (plan.holdsFile(node.id)) return 'seed';
  if (plan.isCache(node.id)) return 'cache';
  const roles = node.peers.map(({ subTorrent }) => node.roleIn(subTorrent));
  return roles.includes('leader') ? 'leader' : roles[0]!;
}

/** For each piece of the file, the number of nodes that hold it and can upload. */
export function sourcesOf(peers: readonly HostedPeer[], plan: Plan): Uint32Array {
  const sources = new Uint32Array(plan.swarm.pieces);
  for (const hosted of peers) {
    if (!hosted.hasStarted || !plan.canUpload(hosted.id)) continue;
    const { firstPiece, pieces } = subTorrentRange(plan.swarm, hosted.subTorrent);
    for (let piece = 0; piece < pieces; piece++) {
      if (hosted.peer.hasPiece(piece as PieceIndex)) sources[firstPiece + piece]!++;
    }
  }
  return sources;
}

/** The number of nodes that lead in any sub-torrent. */
export function leadersOf(nodes: Iterable<Node>): number {
  let leaders = 0;
  for (const { peers } of nodes) if (peers.some((hosted) => hosted.leads)) leaders++;
  return leaders;
}

/** The number of pieces that all peers hold together. */
export function piecesHeldBy(peers: readonly HostedPeer[]): number {
  let held = 0;
  for (const hosted of peers) if (hosted.hasStarted) held += hosted.peer.storedCount;
  return held;
}

/** See `Peer.countInterest`: the sum over all leechers. */
export function interestOf(peers: readonly HostedPeer[]): {
  readonly leecherConnections: number;
  readonly interestedConnections: number;
} {
  let leecherConnections = 0;
  let interestedConnections = 0;
  for (const hosted of peers) {
    if (!hosted.hasStarted || hosted.peer.isComplete) continue;
    const { connections, interested } = hosted.peer.countInterest();
    leecherConnections += connections;
    interestedConnections += interested;
  }
  return { leecherConnections, interestedConnections };
}
