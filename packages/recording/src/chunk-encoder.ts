/**
 * Writes the changes of one AS in one frame as a chunk of bytes. Peers of the AS are numbered by
 * their place among its nodes, in the order of their ids; others by their ids.
 *
 *     tag: 16 · ms since the change before + kind │ fields │ tag │ fields …
 */

import { ByteWriter } from './bytes.ts';
import {
  COUNTERS,
  DEPARTURES,
  type DepartureReason,
  HOLDINGS,
  type Holdings,
  OP,
  OPS,
  type RecordedRole,
  ROLES,
} from './format.ts';

/** Writes the changes of one AS, frame by frame. */
export class ChunkEncoder {
  readonly #bytes = new ByteWriter();
  #lastMs = 0;

  /** Whether nothing has changed. */
  get isEmpty(): boolean {
    return this.#bytes.length === 0;
  }

  /** Begins the chunk of a frame, which starts at `atMs`. */
  begin(atMs: number): void {
    this.#lastMs = atMs;
  }

  /** The chunk of the frame. */
  take(): Uint8Array {
    return this.#bytes.take();
  }

  /** See `ChangeVisitor.arrived`; `localNode` is the place of the peer among those of its AS. */
  arrived(atMs: number, localNode: number, stay: number, isComplete: boolean): void {
    this.#tag(atMs, OP.arrived);
    this.#bytes.uint(localNode);
    this.#bytes.uint(2 * stay + (isComplete ? 1 : 0));
  }

  /** See `ChangeVisitor.started`. */
  started(atMs: number, localNode: number, holdings: Holdings): void {
    this.#tag(atMs, OP.started);
    this.#bytes.uint(localNode);
    this.#bytes.uint(HOLDINGS.indexOf(holdings));
  }

  /** See `ChangeVisitor.left`. */
  left(atMs: number, localNode: number, reason: DepartureReason): void {
    this.#tag(atMs, OP.left);
    this.#bytes.uint(localNode);
    this.#bytes.uint(DEPARTURES.indexOf(reason));
  }

  /** See `ChangeVisitor.role`; `localPeer` is `localNode` · sub-torrents + sub-torrent. */
  role(atMs: number, localPeer: number, role: RecordedRole, leaders: readonly number[]): void {
    this.#tag(atMs, OP.role);
    this.#bytes.uint(localPeer);
    this.#bytes.uint(ROLES.indexOf(role));
    this.#bytes.uint(leaders.length);
    for (const leader of leaders) this.#bytes.uint(leader);
  }

  /** See `ChangeVisitor.stored`. */
  stored(atMs: number, localNode: number, piece: number, from: number): void {
    this.#tag(atMs, OP.stored);
    this.#bytes.uint(localNode);
    this.#bytes.uint(piece);
    this.#bytes.uint(from);
  }

  /** See `ChangeVisitor.connected`. */
  connected(atMs: number, localPeer: number, remote: number, mayDownload: boolean): void {
    this.#tag(atMs, OP.connected);
    this.#bytes.uint(localPeer);
    this.#bytes.uint(2 * remote + (mayDownload ? 1 : 0));
  }

  /** See `ChangeVisitor.disconnected`. */
  disconnected(atMs: number, localPeer: number, remote: number): void {
    this.#tag(atMs, OP.disconnected);
    this.#bytes.uint(localPeer);
    this.#bytes.uint(remote);
  }

  /** See `ChangeVisitor.unchoked`. */
  unchoked(atMs: number, localPeer: number, remote: number, isUnchoked: boolean): void {
    this.#tag(atMs, OP.unchoked);
    this.#bytes.uint(localPeer);
    this.#bytes.uint(2 * remote + (isUnchoked ? 1 : 0));
  }

  /** See `ChangeVisitor.flowOpened`. A number that was closed may be used again. */
  flowOpened(atMs: number, flow: number, localPeer: number, remote: number): void {
    this.#tag(atMs, OP.flowOpened);
    this.#bytes.uint(flow);
    this.#bytes.uint(localPeer);
    this.#bytes.uint(remote);
  }

  /** See `ChangeVisitor.flowClosed`. */
  flowClosed(atMs: number, flow: number): void {
    this.#tag(atMs, OP.flowClosed);
    this.#bytes.uint(flow);
  }

  /**
   * See `ChangeVisitor.rate`: the first `count` of `flows`, in ascending order, have other rates
   * now, by `deltas`.
   */
  rates(atMs: number, flows: Int32Array, deltas: Int32Array, count: number): void {
    if (count === 0) return;
    this.#tag(atMs, OP.rates);
    this.#bytes.uint(count);
    let before = -1;
    for (let i = 0; i < count; i++) {
      this.#bytes.uint(flows[i]! - before - 1);
      this.#bytes.sint(deltas[i]!);
      before = flows[i]!;
    }
  }

  /** See `ChangeVisitor.fault`. */
  fault(atMs: number, index: number, step: number, peersHit: number): void {
    this.#tag(atMs, OP.fault);
    this.#bytes.uint(index);
    this.#bytes.uint(step);
    this.#bytes.uint(peersHit);
  }

  /** The last change but for traffic: how much each counter has grown, in their order. */
  counters(deltas: Float64Array): void {
    let mask = 0;
    for (let i = 0; i < COUNTERS.length; i++) if (deltas[i] !== 0) mask |= 1 << i;
    if (mask === 0) return;
    this.#bytes.uint(OP.counters);
    this.#bytes.uint(mask);
    for (let i = 0; i < COUNTERS.length; i++) if (deltas[i] !== 0) this.#bytes.sint(deltas[i]!);
  }

  /** The last change of all: the bits that have arrived from some AS, in ascending order. */
  traffic(asIds: readonly number[], bitsFrom: Float64Array): void {
    if (asIds.length === 0) return;
    this.#bytes.uint(OP.traffic);
    this.#bytes.uint(asIds.length);
    let before = -1;
    for (const as of asIds) {
      this.#bytes.uint(as - before - 1);
      this.#bytes.uint(bitsFrom[as]!);
      before = as;
    }
  }

  #tag(atMs: number, op: number): void {
    this.#bytes.uint(OPS * (atMs - this.#lastMs) + op);
    this.#lastMs = atMs;
  }
}
