/**
 * Writes the recording of a run, part by part: the header, each frame as soon as it is complete,
 * and the end. Frames are compressed on threads of Node, so the main thread only joins chunks.
 */

import { constants, deflateRaw } from 'node:zlib';

import { partBytes, type PartKind, preamble } from '@cachetorrent/recording';

import type { Plan } from '../plan/plan.ts';
import type { SwarmResult } from '../results/result.ts';
import { PageReceiver } from '../streams/page-receiver.ts';
import { frameMsFor } from './frame-length.ts';
import { FrameMerge } from './frame-merge.ts';
import { endOf, headerOf } from './header.ts';
import type { ChunkPage, RecorderSetup } from './setup.ts';

/** How to record a run. Nothing of this affects its result. */
export interface RecordingOptions {
  /**
   * Receives the recording as its parts are written: the header, frames in order of time, and the
   * end if the run ends well. All parts one after the other are the recording. The next part does
   * not come before the promise resolves, and the simulation waits if it takes too long.
   */
  readonly onPart: (bytes: Uint8Array) => void | Promise<void>;
  /**
   * The length of a frame, in whole ms of simulated time (default: 2 s, or less so that frames end
   * where the intervals of the timeline do).
   */
  readonly frameMs?: number;
  /** The name and the version of the program, for the header. */
  readonly program?: string;
  /** The configuration as the program knows it, for the header: any JSON. */
  readonly configuration?: unknown;
}

/** Higher levels take much longer, and save little. */
const LEVEL = constants.Z_BEST_SPEED;
/** Fewer bytes are not compressed: it would take longer than all the rest, and save little. */
const DEFLATED_MIN = 512;

export class RecordingWriter {
  /** What the AS need to know: a part of the plan. */
  readonly setup: RecorderSetup;
  readonly #plan: Plan;
  readonly #options: RecordingOptions;
  readonly #merge: FrameMerge;
  readonly #receiver: PageReceiver<readonly ChunkPage[]>;

  constructor(plan: Plan, options: RecordingOptions) {
    const { asCount, timelineMs } = plan;
    const frameMs = options.frameMs ?? frameMsFor(timelineMs);
    const merge = new FrameMerge(asCount, frameMs);
    this.#plan = plan;
    this.#options = options;
    this.#merge = merge;
    const passOn = (): Promise<number | undefined> => this.#passOn();
    this.#receiver = new PageReceiver<readonly ChunkPage[]>(
      {
        add: (_, pages) => {
          for (const page of pages) merge.add(page);
        },
        passOn,
        get isOver() {
          return merge.isOver;
        },
      },
      asCount,
    );
    this.setup = { stream: this.#receiver.setup, frameMs };
  }

  /** Writes the header: before the run. */
  async begin(): Promise<void> {
    const { program = 'CacheTorrent', configuration } = this.#options;
    const { frameMs } = this.setup;
    const header = headerOf(this.#plan, { program, configuration, frameMs });
    const part = await compressed('header', 0, new TextEncoder().encode(JSON.stringify(header)));
    const start = preamble();
    const bytes = new Uint8Array(start.length + part.length);
    bytes.set(start);
    bytes.set(part, start.length);
    await this.#options.onPart(bytes);
  }

  /** Resolves when all frames have been written; rejects if the consumer throws or rejects. */
  get end(): Promise<void> {
    return this.#receiver.end;
  }

  /** Writes the end: after all frames. */
  async finish(result: SwarmResult): Promise<void> {
    const end = endOf(result, this.#merge.endMs);
    const bytes = new TextEncoder().encode(JSON.stringify(end));
    await this.#options.onPart(await compressed('end', 0, bytes));
  }

  /** Writes no more frames. */
  close(): void {
    this.#receiver.close();
  }

  async #passOn(): Promise<number | undefined> {
    const frame = this.#merge.take();
    if (frame === undefined) return undefined;
    const { number, bytes, chunkBytes } = frame;
    await this.#options.onPart(await compressed('frame', number, bytes));
    return chunkBytes;
  }
}

async function compressed(kind: PartKind, number: number, bytes: Uint8Array): Promise<Uint8Array> {
  const shorter = bytes.length < DEFLATED_MIN ? bytes : await deflated(bytes);
  // Equal sizes say that the content is not compressed.
  const stored = shorter.length < bytes.length ? shorter : bytes;
  return partBytes({ kind, number, stored, inflatedBytes: bytes.length });
}

function deflated(bytes: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    deflateRaw(bytes, { level: LEVEL }, (error, stored) => {
      if (error === null) resolve(stored);
      else reject(error);
    });
  });
}
