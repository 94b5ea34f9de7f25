/** What the AS need to know about a recording, and what they send to the main thread. */

import type { StreamSetup } from '../streams/setup.ts';

/** A part of the plan; plain data over shared memory. */
export interface RecorderSetup {
  readonly stream: StreamSetup;
  /** The length of a frame, in ms. */
  readonly frameMs: number;
}

/** The chunk of an AS for a frame. */
export interface NumberedChunk {
  /** The number of the frame. */
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** What an AS sends: its next chunks, without those of frames in which nothing has changed. */
export interface ChunkPage {
  readonly as: number;
  readonly chunks: readonly NumberedChunk[];
  /** The AS will send no more chunks of frames that begin before this time. */
  readonly doneUntilMs: number;
  /** When the AS has ended; on its last page. */
  readonly endMs?: number;
}
