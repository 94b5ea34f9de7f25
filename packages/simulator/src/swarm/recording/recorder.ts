/**
 * The part of the recording in an AS: writes down what changes, frame by frame, and sends the
 * chunks of frames to the main thread, which joins those of all AS (`frame-merge.ts`).
 *
 * A frame ends before the first event at or after its end, as an interval of a timeline does: no
 * event has to be scheduled, and a run that is recorded is the same run as without.
 *
 * Flows are recorded as they are between two allocation instants. That the queue of one becomes
 * empty within an interval, and is filled again, is not recorded.
 */

import type { Connection, PeerId } from '@cachetorrent/protocol';
import { ChunkEncoder, COUNTERS, rateCodeOf } from '@cachetorrent/recording';
import { grown } from '@cachetorrent/std';

import type { ActorContext } from '../../engine/behaviour.ts';
import type { Departure } from '../plan/dynamics.ts';
import type { Plan } from '../plan/plan.ts';
import { Outbox } from './outbox.ts';
import type { NumberedChunk, RecorderSetup } from './setup.ts';

/** A peer, as far as it is recorded. */
export interface RecordedPeer {
  /** Its index among the peers of its AS. */
  readonly localPeer: number;
  readonly peer: {
    readonly role: 'peer' | 'leader' | 'follower';
    readonly leaders: readonly PeerId[];
    readonly storedCount: number;
    remoteOf(connection: Connection): PeerId;
    mayDownloadOn(connection: Connection): boolean;
  };
}

/** What has come to, at a time: the counters of an AS, in the order of `COUNTERS`. */
export type ReadCounters = (atMs: number, into: Float64Array) => void;

/** An AS hands its chunks over before an allocation instant if they have as many bytes. */
const PAGE_BYTES = 2 ** 16;
const COUNTER_COUNT = COUNTERS.length;
const NO_FLOW = -1;

export class Recorder {
  readonly #plan: Plan;
  readonly #context: ActorContext;
  readonly #frameMs: number;
  readonly #outbox: Outbox;
  readonly #readCounters: ReadCounters;
  readonly #encoder = new ChunkEncoder();
  #chunks: NumberedChunk[] = [];
  #chunkBytes = 0;
  /** The number of the frame in progress, and until when all has been sent. */
  #frame = 0;
  #sentUntilMs = 0;
  readonly #counters = new Float64Array(COUNTER_COUNT);
  readonly #counted = new Float64Array(COUNTER_COUNT);
  readonly #deltas = new Float64Array(COUNTER_COUNT);
  /** Bits that have arrived from each AS in this frame, and from which any have. */
  readonly #bitsFrom: Float64Array;
  #sources: number[] = [];
  // The flows that take part in the allocation have small numbers in the recording.
  readonly #numberOf: number[] = [];
  readonly #unusedNumbers: number[] = [];
  /** By number: the flow, and the code of its rate. */
  #flows = new Int32Array(16).fill(NO_FLOW);
  #codes = new Int32Array(16);
  #flowCount = 0;
  /** The flows whose rates have changed. */
  #changed = new Int32Array(16);
  #changes = new Int32Array(16);

  /** The recorder of an AS; undefined if the run is not recorded. */
  static of(plan: Plan, context: ActorContext, readCounters: ReadCounters): Recorder | undefined {
    if (plan.recorder === undefined) return undefined;
    return new Recorder(plan, plan.recorder, context, readCounters);
  }

  private constructor(
    plan: Plan,
    { stream, frameMs }: RecorderSetup,
    context: ActorContext,
    readCounters: ReadCounters,
  ) {
    this.#plan = plan;
    this.#context = context;
    this.#frameMs = frameMs;
    this.#outbox = Outbox.join(plan, stream, context.id);
    this.#readCounters = readCounters;
    this.#bitsFrom = new Float64Array(plan.asCount);
  }

  /** The frame in progress ends before anything at or after this time. */
  get dueAtMs(): number {
    return (this.#frame + 1) * this.#frameMs;
  }

  /** An event of time `nowMs` is next: ends the frames before it. */
  sample(nowMs: number): void {
    if (nowMs < this.dueAtMs) return;
    while (this.dueAtMs <= nowMs) this.#endFrame(this.dueAtMs);
    if (this.#chunkBytes >= PAGE_BYTES) this.#send(this.#frame * this.#frameMs);
  }

  /** Runs a round of the allocation instant at which all AS have come equally far. */
  synchronize(round: number): void {
    const doneUntilMs = this.#frame * this.#frameMs;
    if (round === 0 && doneUntilMs > this.#sentUntilMs) this.#send(doneUntilMs);
    else if (round === 1) this.#outbox.synchronize();
  }

  /** The run has ended at `atMs`: sends the last page. */
  end(atMs: number): void {
    // The events of the last window, too, may be in frames that begin after the end.
    const endMs = Math.max(atMs, this.#context.nowMs);
    this.sample(endMs);
    this.#endFrame(endMs);
    this.#send(Infinity, endMs);
    this.#outbox.leave();
  }

  // What happens.

  arrived(localNode: number, stay: number, isComplete: boolean): void {
    this.#encoder.arrived(this.#nowMs, localNode, stay, isComplete);
  }

  /** All peers of a node have started. */
  started(localNode: number, peers: readonly RecordedPeer[]): void {
    const held = peers.reduce((sum, { peer }) => sum + peer.storedCount, 0);
    const isAll = held === this.#plan.swarm.pieces;
    const holdings = held === 0 ? 'none' : isAll ? 'all' : 'kept';
    this.#encoder.started(this.#nowMs, localNode, holdings);
  }

  left(localNode: number, reason: Departure): void {
    this.#encoder.left(this.#nowMs, localNode, reason);
  }

  /** A peer has a role, or other leaders. */
  role({ localPeer, peer }: RecordedPeer): void {
    this.#encoder.role(this.#nowMs, localPeer, peer.role, peer.leaders);
  }

  /** A peer has stored a piece of the file. */
  stored(localNode: number, filePiece: number, from: PeerId): void {
    this.#encoder.stored(this.#nowMs, localNode, filePiece, from);
  }

  /** A connection is established, or whether the peer may download on it has changed. */
  connected({ localPeer, peer }: RecordedPeer, connection: Connection): void {
    const remote = peer.remoteOf(connection);
    const mayDownload = peer.mayDownloadOn(connection);
    this.#encoder.connected(this.#nowMs, localPeer, remote, mayDownload);
  }

  /** The peer closes an established connection. */
  disconnected({ localPeer, peer }: RecordedPeer, connection: Connection): void {
    this.#encoder.disconnected(this.#nowMs, localPeer, peer.remoteOf(connection));
  }

  unchoked({ localPeer, peer }: RecordedPeer, connection: Connection, isUnchoked: boolean): void {
    this.#encoder.unchoked(this.#nowMs, localPeer, peer.remoteOf(connection), isUnchoked);
  }

  /** An event of the schedule of faults has happened, and hit so many peers of this AS so far. */
  fault(index: number, step: number, peersHit: number): void {
    this.#encoder.fault(this.#nowMs, index, step, peersHit);
  }

  /** Blocks have arrived from an AS. */
  received(fromAsId: number, bits: number): void {
    if (this.#bitsFrom[fromAsId] === 0) this.#sources.push(fromAsId);
    this.#bitsFrom[fromAsId]! += bits;
  }

  /** A flow takes part in the allocation, from one of our peers to the peer `to`. */
  flowOpened(flow: number, { localPeer }: { readonly localPeer: number }, to: number): void {
    const number = this.#unusedNumbers.pop() ?? this.#flowCount++;
    if (number === this.#flows.length) this.#growFlows();
    this.#numberOf[flow] = number;
    this.#flows[number] = flow;
    this.#codes[number] = 0;
    this.#encoder.flowOpened(this.#nowMs, number, localPeer, to);
  }

  /** A flow takes part no longer. */
  flowClosed(flow: number): void {
    const number = this.#numberOf[flow]!;
    this.#flows[number] = NO_FLOW;
    this.#unusedNumbers.push(number);
    this.#encoder.flowClosed(this.#nowMs, number);
  }

  /** Rates have been allocated; `kbpsOf` returns that of a flow. */
  allocated(kbpsOf: (flow: number) => number): void {
    let count = 0;
    for (let number = 0; number < this.#flowCount; number++) {
      const flow = this.#flows[number]!;
      if (flow === NO_FLOW) continue;
      const code = rateCodeOf(kbpsOf(flow));
      const delta = code - this.#codes[number]!;
      if (delta === 0) continue;
      this.#codes[number] = code;
      this.#changed[count] = number;
      this.#changes[count++] = delta;
    }
    this.#encoder.rates(this.#nowMs, this.#changed, this.#changes, count);
  }

  /** A change within a millisecond has the time of its beginning: so it is before any later ms. */
  get #nowMs(): number {
    return Math.floor(this.#context.nowMs);
  }

  #endFrame(atMs: number): void {
    this.#readCounters(atMs, this.#counters);
    for (let i = 0; i < COUNTER_COUNT; i++) {
      const value = Math.round(this.#counters[i]!);
      this.#deltas[i] = value - this.#counted[i]!;
      this.#counted[i] = value;
    }
    this.#encoder.counters(this.#deltas);
    this.#encoder.traffic(this.#sources.sort(ascending), this.#bitsFrom);
    for (const asId of this.#sources) this.#bitsFrom[asId] = 0;
    this.#sources = [];
    if (!this.#encoder.isEmpty) {
      const bytes = this.#encoder.take();
      this.#chunks.push({ number: this.#frame, bytes });
      this.#chunkBytes += bytes.length;
    }
    this.#frame++;
    this.#encoder.begin(this.#frame * this.#frameMs);
  }

  #send(doneUntilMs: number, endMs?: number): void {
    const chunks = this.#chunks;
    const end = endMs === undefined ? {} : { endMs };
    this.#outbox.add({ as: this.#context.id, chunks, doneUntilMs, ...end });
    this.#sentUntilMs = doneUntilMs;
    this.#chunks = [];
    this.#chunkBytes = 0;
  }

  #growFlows(): void {
    const before = this.#flows.length;
    this.#flows = grown(this.#flows, 2 * before).fill(NO_FLOW, before);
    this.#codes = grown(this.#codes, 2 * before);
    this.#changed = grown(this.#changed, 2 * before);
    this.#changes = grown(this.#changes, 2 * before);
  }
}

function ascending(a: number, b: number): number {
  return a - b;
}
