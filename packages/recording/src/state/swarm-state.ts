/**
 * The state of a swarm at a time, from the changes of its recording: where each peer is in its
 * life, what it holds, whom it is connected to, what flows; and totals of each AS.
 *
 *     const state = new SwarmState(header);
 *     frame.cursor().advance(state);            // to the end of a frame
 *     state.totalsOf(3).leechers
 *
 * The changes of one AS affect only what belongs to its peers, and sums; so it does not matter in
 * which order the AS of a frame are applied.
 */

import type { ChangeVisitor, Moment } from '../changes.ts';
import { Malformed } from '../errors.ts';
import {
  type CounterName,
  type DepartureReason,
  type Holdings,
  type RecordedRole,
  ROLES,
} from '../format.ts';
import type { RecordingHeader } from '../header.ts';
import { type Neighbour, Neighbours, type NeighboursSnapshot } from './neighbours.ts';
import { PairSums, type PairSumsSnapshot } from './pair-sums.ts';
import { Pieces, type PiecesSnapshot } from './pieces.ts';
import { type Flow, type FlowVisitor, Rates } from './rates.ts';
import { type Totals, TotalsByAs } from './totals.ts';

/** What a peer waits for; the first of these that applies. */
export type WaitsFor =
  /** It is not there. */
  | 'absent'
  /** It has the whole file. */
  | 'nothing'
  /** It has not heard from the tracker. */
  | 'tracker'
  /** It receives something. */
  | 'the next piece'
  /** It has no connection on which it may download. */
  | 'a connection'
  /** No neighbour from which it may download has a piece that it lacks. */
  | 'a piece'
  /** No such neighbour has unchoked it. */
  | 'an unchoke'
  /** It is unchoked, and its requests or the next allocation instant are under way. */
  | 'the first block';

/** A state of `SwarmState`, to keep: plain data that can be cloned. */
export interface SwarmSnapshot {
  /** Who holds what. */
  readonly pieces: PiecesSnapshot;
  /** Where each peer is in its life. */
  readonly flags: Uint8Array;
  /** How often each peer has left. */
  readonly stays: Uint32Array;
  /** The role of each peer in each sub-torrent. */
  readonly roles: Uint8Array;
  /** Whom peers follow. */
  readonly leaders: ReadonlyMap<number, readonly number[]>;
  /** The connections of each peer in each sub-torrent. */
  readonly neighbours: NeighboursSnapshot;
  /** What flows, by AS of the sender. */
  readonly flows: readonly Int32Array[];
  /** The totals of each AS. */
  readonly totals: Float64Array;
  /** What has arrived, by pair of AS. */
  readonly arrivedBits: PairSumsSnapshot;
  /** When each peer has completed the file. */
  readonly completedAtMs: Float64Array;
}

/** How much memory a state may take, unless another limit is given: 2 GiB. */
const BYTES_MAX = 2 ** 31;

const PRESENT = 1;
const STARTED = 2;
const COMPLETE = 4;
const CACHE = 8;

export class SwarmState implements ChangeVisitor {
  /** What was known before the run. */
  readonly header: RecordingHeader;
  readonly #pieces: Pieces;
  readonly #flags: Uint8Array;
  readonly #stays: Uint32Array;
  /** By peer and sub-torrent. */
  readonly #roles: Uint8Array;
  readonly #leaders = new Map<number, readonly number[]>();
  readonly #neighbours: Neighbours;
  readonly #rates: Rates;
  readonly #totals: TotalsByAs;
  /** Bits that have arrived from AS to AS so far, by `from · AS + to`. */
  readonly #arrivedBits: PairSums;
  readonly #completedAtMs: Float64Array;

  /**
   * The state before the run.
   *
   * @throws RangeError if it may take more than `bytesMax` of memory
   */
  constructor(header: RecordingHeader, bytesMax: number = BYTES_MAX) {
    const { peers, pieces, subTorrents, caches } = header;
    const nodes = peers.as.length;
    const asCount = header.as.name.length;
    const bytes = nodes * (Math.ceil(pieces / 8) + 100 + 20 * subTorrents);
    if (bytes > bytesMax) {
      throw new RangeError(
        `the state of ${nodes} peers with ${pieces} pieces takes ${bytes} bytes`,
      );
    }
    this.header = header;
    this.#pieces = new Pieces(nodes, pieces);
    this.#flags = new Uint8Array(nodes);
    for (const id of caches) this.#flags[id] = CACHE;
    this.#stays = new Uint32Array(nodes);
    this.#roles = new Uint8Array(nodes * subTorrents);
    this.#neighbours = new Neighbours(nodes * subTorrents);
    this.#rates = new Rates(header);
    this.#arrivedBits = new PairSums(asCount);
    this.#totals = new TotalsByAs(asCount);
    this.#completedAtMs = new Float64Array(nodes).fill(NaN);
  }

  // Peers.

  /** Whether a peer is there. */
  isPresent(peer: number): boolean {
    return (this.#flags[peer]! & PRESENT) !== 0;
  }

  /** Whether a peer that is there has heard from the tracker. */
  hasStarted(peer: number): boolean {
    return (this.#flags[peer]! & STARTED) !== 0;
  }

  /** Whether a peer has the whole file; also before it has started. */
  isComplete(peer: number): boolean {
    return (this.#flags[peer]! & COMPLETE) !== 0;
  }

  /** How often a peer has left before: its stay is the first, the second … */
  stayOf(peer: number): number {
    return this.#stays[peer]!;
  }

  /** When a peer has completed the file, in whole ms; NaN if it has not, or came with it. */
  completedAtMs(peer: number): number {
    return this.#completedAtMs[peer]!;
  }

  /** The role of a peer in a sub-torrent. */
  roleOf(peer: number, subTorrent = 0): RecordedRole {
    return ROLES[this.#roles[this.#member(peer, subTorrent)]!]!;
  }

  /** The leaders that a peer has been told to follow in a sub-torrent. */
  leadersOf(peer: number, subTorrent = 0): readonly number[] {
    return this.#leaders.get(this.#member(peer, subTorrent)) ?? [];
  }

  /** What a peer sends, in kbit/s. */
  uploadKbpsOf(peer: number): number {
    return this.#rates.uploadKbps[peer]!;
  }

  /** What a peer receives, in kbit/s. */
  downloadKbpsOf(peer: number): number {
    return this.#rates.downloadKbps[peer]!;
  }

  /** Whether there is something to send to a peer. */
  receives(peer: number): boolean {
    return this.#rates.incoming[peer]! > 0;
  }

  /** The connections of a peer, as it knows them. */
  neighboursOf(peer: number, subTorrent = 0): Iterable<Neighbour> {
    return this.#neighbours.of(this.#member(peer, subTorrent));
  }

  /** The number of connections of a peer, in all sub-torrents. */
  connectionCountOf(peer: number): number {
    let count = 0;
    for (let sub = 0; sub < this.header.subTorrents; sub++) {
      count += this.#neighbours.countOf(this.#member(peer, sub));
    }
    return count;
  }

  /** Whether a peer has unchoked another. */
  hasUnchoked(peer: number, remote: number, subTorrent = 0): boolean {
    return this.#neighbours.hasUnchoked(this.#member(peer, subTorrent), remote);
  }

  /** What a peer waits for. */
  waitsFor(peer: number): WaitsFor {
    if (!this.isPresent(peer)) return 'absent';
    if (this.isComplete(peer)) return 'nothing';
    if (!this.hasStarted(peer)) return 'tracker';
    if (this.receives(peer)) return 'the next piece';
    let waitsFor: WaitsFor = 'a connection';
    for (let sub = 0; sub < this.header.subTorrents; sub++) {
      for (const { remote, mayDownload } of this.neighboursOf(peer, sub)) {
        if (!mayDownload) continue;
        if (waitsFor === 'a connection') waitsFor = 'a piece';
        if (!this.#pieces.hasMore(remote, peer)) continue;
        if (this.hasUnchoked(remote, peer, sub)) return 'the first block';
        waitsFor = 'an unchoke';
      }
    }
    return waitsFor;
  }

  // Pieces.

  /** How many pieces a peer holds; 0 while it does not take part. */
  piecesHeldBy(peer: number): number {
    return this.#pieces.held[peer]!;
  }

  /** Whether a peer that takes part holds a piece. */
  holds(peer: number, piece: number): boolean {
    return this.#pieces.held[peer]! > 0 && this.#pieces.has(peer, piece);
  }

  /**
   * The pieces of a peer: bit `piece & 7` of byte `piece >> 3`; undefined if it never took part.
   * It changes with the state.
   */
  piecesOf(peer: number): Uint8Array | undefined {
    return this.#pieces.setOf(peer);
  }

  /** How many peers that take part hold each piece. It changes with the state. */
  get copies(): Uint32Array {
    return this.#pieces.copies;
  }

  /** How many peers hold the rarest piece. */
  get rarest(): number {
    return this.copies.reduce((least, count) => Math.min(least, count), Infinity);
  }

  // AS.

  /** The totals of an AS. */
  totalsOf(as: number): Totals {
    return this.#totals.of(as);
  }

  /** One of the totals of an AS. */
  totalOf(as: number, name: keyof Totals): number {
    return this.#totals.value(as, name);
  }

  /** The totals of all AS together. */
  get totals(): Totals {
    return this.#totals.sum();
  }

  /**
   * Redundancy as in `SwarmResult`, up to the end of the last frame: how often an AS has downloaded
   * a piece from outside, on average over the pairs of AS and piece that were downloaded; 0 if
   * there are none.
   */
  get redundancy(): number {
    const { importedBlocks, importedPieces } = this.totals;
    if (importedPieces === 0) return 0;
    return importedBlocks / importedPieces / this.header.blocksPerPiece;
  }

  /**
   * The bits of blocks from an AS that have arrived in another one, or in itself, by the end of the
   * last frame.
   */
  arrivedBits(from: number, to: number): number {
    return this.#arrivedBits.get(this.#pair(from, to));
  }

  /** What flows from an AS to another one, or within it, in kbit/s. */
  pairKbps(from: number, to: number): number {
    return this.#rates.ofPair(from, to);
  }

  /** Calls `visit` for each pair of AS between which something flows. */
  forEachPair(visit: (from: number, to: number, kbps: number) => void): void {
    this.#rates.forEachPair(visit);
  }

  /** All that flows from peers of an AS. */
  flowsFrom(as: number): Flow[] {
    const flows: Flow[] = [];
    this.forEachFlowFrom(as, (from, to, subTorrent, kbps) => {
      flows.push({ from, to, subTorrent, kbps });
    });
    return flows;
  }

  /** Calls `visit` for each flow from peers of an AS. */
  forEachFlowFrom(as: number, visit: FlowVisitor): void {
    this.#rates.forEachFrom(as, visit);
  }

  // To go back in time.

  /** The state, to keep. */
  snapshot(): SwarmSnapshot {
    return {
      pieces: this.#pieces.snapshot(),
      flags: this.#flags.slice(),
      stays: this.#stays.slice(),
      roles: this.#roles.slice(),
      leaders: new Map(this.#leaders),
      neighbours: this.#neighbours.snapshot(),
      flows: this.#rates.snapshot(),
      totals: this.#totals.snapshot(),
      arrivedBits: this.#arrivedBits.snapshot(),
      completedAtMs: this.#completedAtMs.slice(),
    };
  }

  /** Goes back to a state that was kept. */
  restore(snapshot: SwarmSnapshot): void {
    this.#pieces.restore(snapshot.pieces);
    this.#flags.set(snapshot.flags);
    this.#stays.set(snapshot.stays);
    this.#roles.set(snapshot.roles);
    this.#neighbours.restore(snapshot.neighbours);
    this.#rates.restore(snapshot.flows);
    this.#totals.restore(snapshot.totals);
    this.#completedAtMs.set(snapshot.completedAtMs);
    this.#leaders.clear();
    for (const [member, leaders] of snapshot.leaders) this.#leaders.set(member, leaders);
    this.#arrivedBits.restore(snapshot.arrivedBits);
  }

  // Changes.

  /** See `ChangeVisitor`. */
  arrived({ as }: Moment, peer: number, stay: number, isComplete: boolean): void {
    if (this.isPresent(peer)) throw new Malformed(`has an arrival of peer ${peer}, who is there`);
    this.#flags[peer] = (this.#flags[peer]! & CACHE) | PRESENT | (isComplete ? COMPLETE : 0);
    this.#stays[peer] = stay;
    if (this.#isCache(peer)) return;
    this.#totals.add(as, 'arrivals', 1);
    this.#totals.add(as, isComplete ? 'seeds' : 'leechers', 1);
  }

  /** See `ChangeVisitor`. */
  started({ as }: Moment, peer: number, holdings: Holdings): void {
    this.#mustBePresent(peer);
    this.#flags[peer]! |= STARTED;
    const before = this.#pieces.held[peer]!;
    this.#pieces.start(peer, holdings);
    this.#totals.add(as, 'piecesHeld', this.#pieces.held[peer]! - before);
  }

  /** See `ChangeVisitor`. */
  left({ as }: Moment, peer: number, reason: DepartureReason): void {
    this.#mustBePresent(peer);
    const isComplete = this.isComplete(peer);
    this.#flags[peer]! &= CACHE;
    this.#totals.add(as, 'piecesHeld', -this.#pieces.held[peer]!);
    this.#pieces.stop(peer);
    for (let sub = 0; sub < this.header.subTorrents; sub++) {
      this.#neighbours.clear(this.#member(peer, sub));
    }
    this.#changeRoles(as, peer, () => {
      for (let sub = 0; sub < this.header.subTorrents; sub++) {
        this.#setRole(this.#member(peer, sub), 'peer', []);
      }
    });
    if (this.#isCache(peer)) return;
    this.#totals.add(as, reason, 1);
    this.#totals.add(as, isComplete ? 'seeds' : 'leechers', -1);
  }

  /** See `ChangeVisitor`. */
  role(
    { as }: Moment,
    peer: number,
    subTorrent: number,
    role: RecordedRole,
    leaders: readonly number[],
  ): void {
    this.#mustBePresent(peer);
    this.#changeRoles(as, peer, () => {
      this.#setRole(this.#member(peer, subTorrent), role, leaders);
    });
  }

  /** See `ChangeVisitor`. */
  stored({ atMs, as }: Moment, peer: number, piece: number): void {
    if (!this.hasStarted(peer)) throw new Malformed(`has a piece of peer ${peer}, who is absent`);
    if (!this.#pieces.store(peer, piece)) {
      throw new Malformed(`has piece ${piece} of peer ${peer}, who holds it`);
    }
    this.#totals.add(as, 'piecesHeld', 1);
    if (this.#pieces.held[peer] !== this.header.pieces || this.isComplete(peer)) return;
    this.#flags[peer]! |= COMPLETE;
    this.#completedAtMs[peer] = atMs;
    if (this.#isCache(peer)) return;
    this.#totals.add(as, 'completions', 1);
    this.#totals.add(as, 'leechers', -1);
    this.#totals.add(as, 'seeds', 1);
  }

  /** See `ChangeVisitor`. */
  connected(_: Moment, peer: number, sub: number, remote: number, mayDownload: boolean): void {
    this.#mustBePresent(peer);
    this.#neighbours.connect(this.#member(peer, sub), remote, mayDownload);
  }

  /** See `ChangeVisitor`. */
  disconnected(_: Moment, peer: number, sub: number, remote: number): void {
    this.#neighbours.disconnect(this.#member(peer, sub), remote);
  }

  /** See `ChangeVisitor`. */
  unchoked(_: Moment, peer: number, sub: number, remote: number, isUnchoked: boolean): void {
    this.#neighbours.unchoke(this.#member(peer, sub), remote, isUnchoked);
  }

  /** See `ChangeVisitor`. */
  flowOpened({ as }: Moment, flow: number, peer: number, sub: number, remote: number): void {
    this.#rates.open(as, flow, peer, remote, sub);
    this.#totals.add(as, 'activeConnections', 1);
  }

  /** See `ChangeVisitor`. */
  flowClosed({ as }: Moment, flow: number): void {
    this.#rates.close(as, flow);
    this.#totals.add(as, 'activeConnections', -1);
  }

  /** See `ChangeVisitor`. */
  rate({ as }: Moment, flow: number, delta: number): void {
    this.#rates.change(as, flow, delta);
  }

  /** See `ChangeVisitor`. Faults change nothing by themselves. */
  fault(): void {}

  /** See `ChangeVisitor`. */
  counter({ as }: Moment, counter: CounterName, delta: number): void {
    this.#totals.add(as, counter, delta);
  }

  /** See `ChangeVisitor`. */
  traffic({ as }: Moment, fromAs: number, bits: number): void {
    this.#arrivedBits.add(this.#pair(fromAs, as), bits);
  }

  #mustBePresent(peer: number): void {
    if (!this.isPresent(peer)) throw new Malformed(`has a change of peer ${peer}, who is absent`);
  }

  #isCache(peer: number): boolean {
    return (this.#flags[peer]! & CACHE) !== 0;
  }

  /** Counts a peer as a leader while it leads in any sub-torrent. */
  #changeRoles(as: number, peer: number, change: () => void): void {
    const before = this.#leads(peer);
    change();
    const after = this.#leads(peer);
    if (before !== after) this.#totals.add(as, 'leaders', after ? 1 : -1);
  }

  #leads(peer: number): boolean {
    const start = this.#member(peer, 0);
    const roles = this.#roles.subarray(start, start + this.header.subTorrents);
    return roles.includes(ROLES.indexOf('leader'));
  }

  #setRole(member: number, role: RecordedRole, leaders: readonly number[]): void {
    this.#roles[member] = ROLES.indexOf(role);
    if (leaders.length === 0) this.#leaders.delete(member);
    else this.#leaders.set(member, leaders);
  }

  #member(peer: number, subTorrent: number): number {
    return peer * this.header.subTorrents + subTorrent;
  }

  #pair(from: number, to: number): number {
    return from * this.header.as.name.length + to;
  }
}
