/**
 * A recording that can be read from its start as often as needed, without holding it in memory.
 *
 *     const recording = await Recording.open(() => bytesOf('recording.ctr'), 'recording.ctr');
 *     for await (const { toMs, changes } of recording) …
 */

import { type Change, ChangeLists } from './change-list.ts';
import { RecordingDecoder } from './decoder.ts';
import { RecordingError } from './errors.ts';
import type { Frame } from './frame.ts';
import type { RecordingEnd, RecordingHeader } from './header.ts';

/** The changes of a frame, as objects. */
export interface FrameOfChanges {
  /** The number of the frame. */
  readonly number: number;
  /** The simulated time at which it begins, in ms. */
  readonly fromMs: number;
  /** The simulated time at which it ends, in ms; exclusive. */
  readonly toMs: number;
  /** The changes, in order of time, and at the same time by AS. */
  readonly changes: readonly Change[];
}

/** Where a recording comes from: its bytes from the start, in pieces of any size. */
export type RecordingSource = () => AsyncIterable<Uint8Array>;

/** A recording. */
export class Recording implements AsyncIterable<FrameOfChanges> {
  /** What was known before the run. */
  readonly header: RecordingHeader;
  readonly #source: RecordingSource;
  readonly #name: string;
  #end: RecordingEnd | undefined;
  #isComplete: boolean | undefined;
  #wholeBytes = 0;

  private constructor(header: RecordingHeader, source: RecordingSource, name: string) {
    this.header = header;
    this.#source = source;
    this.#name = name;
  }

  /**
   * Opens a recording and reads its header.
   *
   * @param name What errors call it, such as its path.
   * @throws RecordingError if it is no recording, or has no whole header
   */
  static async open(source: RecordingSource, name: string): Promise<Recording> {
    const decoder = new RecordingDecoder(name);
    for await (const bytes of source()) {
      for await (const part of decoder.push(bytes)) {
        if (part.kind === 'header') return new Recording(part.header, source, name);
      }
    }
    throw new RecordingError({
      name,
      byte: decoder.wholeBytes,
      problem: 'ends before its header does: the run was stopped before it began',
      fix: 'record the run again',
    });
  }

  /**
   * Whether the run was recorded to its end; false if it failed, was stopped or killed, or goes on.
   * Undefined until all frames have been read once.
   */
  get isComplete(): boolean | undefined {
    return this.#isComplete;
  }

  /** What was known at the end of the run; undefined before all frames have been read. */
  get end(): RecordingEnd | undefined {
    return this.#end;
  }

  /** The number of bytes that hold whole parts, of those that have been read. */
  get wholeBytes(): number {
    return this.#wholeBytes;
  }

  /**
   * All whole frames, in order: to apply to a `SwarmState`.
   *
   * @throws RecordingError if the recording is damaged
   */
  async *frames(): AsyncGenerator<Frame, void, undefined> {
    const decoder = new RecordingDecoder(this.#name);
    for await (const bytes of this.#source()) {
      for await (const part of decoder.push(bytes)) {
        if (part.kind === 'frame') yield part.frame;
        if (part.kind === 'end') this.#end = part.end;
      }
    }
    this.#isComplete = this.#end !== undefined;
    this.#wholeBytes = decoder.wholeBytes;
  }

  /**
   * All whole frames, with their changes as objects.
   *
   * @throws RecordingError if the recording is damaged
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<FrameOfChanges, void, undefined> {
    const lists = new ChangeLists(this.header);
    for await (const frame of this.frames()) {
      const { number, fromMs, toMs } = frame;
      yield { number, fromMs, toMs, changes: lists.of(frame) };
    }
  }
}
