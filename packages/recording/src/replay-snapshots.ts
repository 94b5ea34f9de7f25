/**
 * Snapshots of a swarm between the frames of its recording, within a limit of memory. They are
 * evenly spaced: whenever they exceed the limit, every other one is dropped, and from then on half
 * as many are taken.
 *
 *     before frame   4   8   12   16   20        too many:        8        16        24 …
 *
 * A quarter of the memory is for others, near where the player has been last: whoever goes back
 * goes on doing so, in small steps.
 */

import type { SwarmSnapshot, SwarmState } from './state/swarm-state.ts';

/** A snapshot, and how many frames had been applied. */
export interface Kept {
  /** The number of frames before it. */
  readonly frames: number;
  /** The state. */
  readonly snapshot: SwarmSnapshot;
  /** About how much memory it takes. */
  readonly bytes: number;
}

/** The number of frames between the first snapshots. */
const FIRST_SPACING = 4;

/** The part of the memory for snapshots near the player. */
const NEAR_SHARE = 1 / 4;

export class ReplaySnapshots {
  readonly #spacedMax: number;
  readonly #nearMax: number;
  /** In ascending order. */
  #spaced: readonly Kept[] = [];
  /** The newest last. */
  #near: readonly Kept[] = [];
  #spacing = FIRST_SPACING;
  /** The size of the last snapshot: that of the next one is about the same. */
  #lastBytes = 0;

  constructor(bytesMax: number) {
    this.#nearMax = Math.floor(bytesMax * NEAR_SHARE);
    this.#spacedMax = bytesMax - this.#nearMax;
  }

  /** About how much memory all take. */
  get bytes(): number {
    return sizeOf(this.#spaced) + sizeOf(this.#near);
  }

  /** After so many frames the state is this: takes a snapshot if one is due. */
  offer(frames: number, state: SwarmState): void {
    this.#thinOut(this.#spacedMax - this.#lastBytes);
    if (frames % this.#spacing !== 0) return;
    this.#spaced = [...this.#spaced, this.#take(frames, state)];
    this.#thinOut(this.#spacedMax);
  }

  /** The player goes on from here: takes a snapshot if there is memory for it. */
  offerNear(frames: number, state: SwarmState): void {
    if (this.#lastBytes > this.#nearMax || this.lastBefore(frames)?.frames === frames) return;
    this.#near = [...this.#near, this.#take(frames, state)];
    while (sizeOf(this.#near) > this.#nearMax) this.#near = this.#near.slice(1);
  }

  /** The last snapshot after at most so many frames; undefined if there is none. */
  lastBefore(frames: number): Kept | undefined {
    const isBefore = (each: Kept): boolean => each.frames <= frames;
    const spaced = this.#spaced.findLast(isBefore);
    return this.#near
      .filter(isBefore)
      .reduce((last, each) => (each.frames > (last?.frames ?? 0) ? each : last), spaced);
  }

  #take(frames: number, state: SwarmState): Kept {
    const snapshot = state.snapshot();
    this.#lastBytes = bytesOf(snapshot);
    return { frames, snapshot, bytes: this.#lastBytes };
  }

  #thinOut(bytesMax: number): void {
    while (this.#spaced.length > 0 && sizeOf(this.#spaced) > bytesMax) {
      this.#spacing *= 2;
      this.#spaced = this.#spaced.filter(({ frames }) => frames % this.#spacing === 0);
    }
  }
}

function sizeOf(all: readonly Kept[]): number {
  return all.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** What an object, and an entry of a map, take besides their numbers: about. */
const OBJECT_BYTES = 200;
const ENTRY_BYTES = 50;

function bytesOf(snapshot: SwarmSnapshot): number {
  const { pieces, neighbours, flags, stays, roles, flows, totals, completedAtMs } = snapshot;
  const { owners, sets, copies, held } = pieces;
  const { counts, entries } = neighbours;
  const arrays = [owners, sets, copies, held, counts, entries, flags, stays, roles, ...flows];
  const { array, map } = snapshot.arrivedBits;
  const maps = snapshot.leaders.size + map.size;
  return [...arrays, totals, completedAtMs, array].reduce(
    (sum, array) => sum + array.byteLength + OBJECT_BYTES,
    maps * ENTRY_BYTES,
  );
}
