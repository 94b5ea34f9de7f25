/**
 * The capacities of a class over time, as the schedule of faults changes them. Of changes that
 * overlap, the one that has begun last applies; of those of the same time, the one listed last.
 */

import type { CapacityChange, Fault } from './faults.ts';

/** The capacities of a node, in kbit/s. */
export interface Capacity {
  readonly uploadKbps: number;
  readonly downloadKbps: number;
}

export class CapacityChanges {
  /** For each class that changes, in the order in which they begin. */
  readonly #ofClass: ReadonlyMap<string, readonly CapacityChange[]>;

  constructor(faults: readonly Fault[] = []) {
    const changes = faults
      .filter((event) => event.fault === 'capacity')
      .toSorted((a, b) => a.atMs - b.atMs);
    this.#ofClass = Map.groupBy(changes, ({ className }) => className);
  }

  /** Whether nothing ever changes. */
  get isEmpty(): boolean {
    return this.#ofClass.size === 0;
  }

  /** The capacities at a time of a peer that has `own` without changes. None is one for ever. */
  capacityAt(className: string, own: Capacity, atMs: number): Capacity {
    let { uploadKbps, downloadKbps } = own;
    for (const change of this.#ofClass.get(className) ?? []) {
      if (atMs < change.atMs || atMs >= endOf(change)) continue;
      uploadKbps = change.uploadKbps ?? uploadKbps;
      downloadKbps = change.downloadKbps ?? downloadKbps;
    }
    return {
      uploadKbps: own.uploadKbps === 0 ? 0 : uploadKbps,
      downloadKbps: own.downloadKbps === 0 ? 0 : downloadKbps,
    };
  }

  /** The bits that such a peer can upload between two times. */
  uploadBits(className: string, own: Capacity, fromMs: number, untilMs: number): number {
    const times = (this.#ofClass.get(className) ?? [])
      .flatMap((change) => [change.atMs, endOf(change)])
      .filter((atMs) => atMs > fromMs && atMs < untilMs)
      .toSorted((a, b) => a - b);
    let bits = 0;
    let sinceMs = fromMs;
    for (const atMs of [...times, untilMs]) {
      bits += this.capacityAt(className, own, sinceMs).uploadKbps * (atMs - sinceMs);
      sinceMs = atMs;
    }
    return bits;
  }
}

function endOf({ atMs, forMs = Infinity }: CapacityChange): number {
  return atMs + forMs;
}
