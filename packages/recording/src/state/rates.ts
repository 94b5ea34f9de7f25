/** What flows, and the sums of it for each peer and each pair of AS. */

import type { RecordingHeader } from '../header.ts';
import { rateKbpsOf } from '../rate-code.ts';
import { FlowTable } from './flow-table.ts';
import { PairSums } from './pair-sums.ts';

/** Something that flows from a peer to another. */
export interface Flow {
  /** The peer that sends. */
  readonly from: number;
  /** The peer that receives. */
  readonly to: number;
  /** The sub-torrent of both. */
  readonly subTorrent: number;
  /** The rate, in kbit/s. */
  readonly kbps: number;
}

/** Receives the fields of a flow. */
export type FlowVisitor = (from: number, to: number, subTorrent: number, kbps: number) => void;

export class Rates {
  readonly #asOf: readonly number[];
  readonly #asCount: number;
  readonly #flows: FlowTable;
  /** What each peer sends and receives, in kbit/s. */
  readonly uploadKbps: Float64Array;
  readonly downloadKbps: Float64Array;
  /** For each peer, the number of flows to it. */
  readonly incoming: Uint32Array;
  /** Rates from AS to AS, by `from · AS + to`. */
  readonly #pairKbps: PairSums;
  readonly #changed = (from: number, to: number, before: number, after: number): void => {
    this.#add(from, to, rateKbpsOf(after) - rateKbpsOf(before));
  };

  constructor({ as, peers }: RecordingHeader) {
    this.#asOf = peers.as;
    this.#asCount = as.name.length;
    this.#flows = new FlowTable(this.#asCount);
    this.#pairKbps = new PairSums(this.#asCount);
    this.uploadKbps = new Float64Array(peers.as.length);
    this.downloadKbps = new Float64Array(peers.as.length);
    this.incoming = new Uint32Array(peers.as.length);
  }

  open(as: number, flow: number, from: number, to: number, subTorrent: number): void {
    this.#flows.open(as, flow, from, to, subTorrent);
    this.incoming[to]!++;
  }

  close(as: number, flow: number): void {
    const [from, to] = [this.#flows.fromOf(as, flow), this.#flows.toOf(as, flow)];
    this.#add(from, to, -rateKbpsOf(this.#flows.codeOf(as, flow)));
    this.#flows.close(as, flow);
    this.incoming[to]!--;
  }

  change(as: number, flow: number, delta: number): void {
    this.#flows.change(as, flow, delta, this.#changed);
  }

  /** What flows from an AS to another, in kbit/s. */
  ofPair(from: number, to: number): number {
    return this.#pairKbps.get(from * this.#asCount + to);
  }

  forEachPair(visit: (from: number, to: number, kbps: number) => void): void {
    this.#pairKbps.forEach((pair, kbps) => {
      visit(Math.floor(pair / this.#asCount), pair % this.#asCount, kbps);
    });
  }

  /** Calls `visit` for each flow from peers of an AS. */
  forEachFrom(as: number, visit: FlowVisitor): void {
    this.#flows.forEach(as, (from, to, subTorrent, code) => {
      visit(from, to, subTorrent, rateKbpsOf(code));
    });
  }

  snapshot(): readonly Int32Array[] {
    return this.#flows.snapshot();
  }

  restore(snapshot: readonly Int32Array[]): void {
    this.#flows.restore(snapshot);
    this.#pairKbps.clear();
    for (const sums of [this.uploadKbps, this.downloadKbps, this.incoming]) sums.fill(0);
    for (let as = 0; as < this.#asCount; as++) {
      this.#flows.forEach(as, (from, to, _, code) => {
        this.incoming[to]!++;
        this.#add(from, to, rateKbpsOf(code));
      });
    }
  }

  #add(from: number, to: number, kbps: number): void {
    this.uploadKbps[from]! += kbps;
    this.downloadKbps[to]! += kbps;
    this.#pairKbps.add(this.#asOf[from]! * this.#asCount + this.#asOf[to]!, kbps);
  }
}
