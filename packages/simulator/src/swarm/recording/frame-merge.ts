/**
 * The part of the recording on the main thread: joins the chunks of all AS, frame by frame, and
 * passes the frames on. A frame is complete when every AS has come to its end.
 *
 *     AS 0   done until 6 s    frame 1   frame 2
 *     AS 1   done until 4 s    frame 1              can be joined: frame 1
 */

import { type Chunk, joinChunks } from '@cachetorrent/recording';

import { DoneTimes } from '../streams/done-times.ts';
import type { ChunkPage } from './setup.ts';

/** A frame whose chunks have been joined. */
export interface JoinedFrame {
  readonly number: number;
  readonly bytes: Uint8Array;
  /** The size of its chunks, as the AS have sent them. */
  readonly chunkBytes: number;
}

export class FrameMerge {
  readonly #frameMs: number;
  readonly #done: DoneTimes;
  /** The chunks of frames that have not been taken. */
  readonly #chunks = new Map<number, Chunk[]>();
  #endMs = 0;

  constructor(asCount: number, frameMs: number) {
    this.#frameMs = frameMs;
    this.#done = new DoneTimes(asCount);
  }

  /** Whether all chunks have been added and taken. */
  get isOver(): boolean {
    return this.#done.leastMs === Infinity && this.#chunks.size === 0;
  }

  /** The time at which the last AS has ended, of those that have. */
  get endMs(): number {
    return this.#endMs;
  }

  /** Adds the next chunks of an AS. */
  add({ as, chunks, doneUntilMs, endMs = 0 }: ChunkPage): void {
    this.#done.advance(as, doneUntilMs);
    this.#endMs = Math.max(this.#endMs, endMs);
    for (const { number, bytes } of chunks) {
      const others = this.#chunks.get(number);
      if (others === undefined) this.#chunks.set(number, [{ as, bytes }]);
      else others.push({ as, bytes });
    }
  }

  /** Takes the next frame; undefined if it may not be complete yet. */
  take(): JoinedFrame | undefined {
    let number = Infinity;
    for (const each of this.#chunks.keys()) number = Math.min(number, each);
    const endsAtMs = (number + 1) * this.#frameMs;
    const isComplete = endsAtMs <= this.#done.leastMs;
    if (number === Infinity || !isComplete) return undefined;
    const chunks = this.#chunks.get(number)!;
    this.#chunks.delete(number);
    chunks.sort((a, b) => a.as - b.as);
    // The last frame ends with the run.
    const isLast = this.#done.leastMs === Infinity && endsAtMs > this.#endMs;
    const toMs = isLast ? Math.floor(this.#endMs) + 1 : endsAtMs;
    const chunkBytes = chunks.reduce((sum, { bytes }) => sum + bytes.length, 0);
    return { number, bytes: joinChunks(toMs, chunks), chunkBytes };
  }
}
