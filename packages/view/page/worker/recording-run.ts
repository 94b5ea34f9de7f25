/**
 * A run as its recording tells it: reads the recording, and shows the swarm at any time. It is
 * called in a worker of the page (`entry.ts`); nothing in it depends on that.
 */

import { RecordingError, type RecordingHeader, Replay } from '@cachetorrent/recording';

import type { MessagePage, MessageQuery } from '../../src/messages.ts';
import { selectMessages } from '../../src/select-messages.ts';
import type { Look, RunEnd, Scene } from '../scene.ts';
import { inPieces, UnreachableError } from './bytes-in-pieces.ts';
import { GrowthReports } from './growth.ts';
import { layOut } from './layout.ts';
import { RecordingIndex } from './recording-index.ts';
import type { Bytes, RunListener, RunWorker } from './run-worker.ts';
import { SceneMaker } from './scene-of.ts';

/** How much memory a run may take. */
export interface RunLimits {
  /** For snapshots of the swarm, in bytes: 512 MiB if it is not given. See `ReplayOptions`. */
  readonly snapshotBytes?: number;
  /** For each of two states of the swarm, in bytes: 1 GiB if it is not given. */
  readonly stateBytes?: number;
}

const LIMITS = { snapshotBytes: 2 ** 29, stateBytes: 2 ** 30 };

/** What there is once the header has been read. */
interface Opened {
  readonly header: RecordingHeader;
  readonly replay: Replay;
  readonly scenes: SceneMaker;
}

/** A look that has not been answered. */
interface Waiting {
  readonly look: Look;
  resolve(scene: Scene): void;
  reject(error: unknown): void;
}

/** Reads the recording of a run and makes scenes of it. */
export class RecordingRun implements RunWorker {
  readonly #limits: RunLimits;
  #opened: Opened | undefined;
  #waiting: Waiting[] = [];
  #isLooking = false;
  /** Nothing of the recording can be shown. */
  #isUnreadable = false;
  #messages: readonly Uint8Array[] = [];

  constructor(limits: RunLimits = {}) {
    this.#limits = limits;
  }

  /** See `RunWorker`. */
  async read(name: string, recording: Bytes, listener: RunListener): Promise<void> {
    let index: RecordingIndex | undefined;
    const replay = new Replay(name, {
      ...LIMITS,
      ...this.#limits,
      visitor: (state) => {
        index = new RecordingIndex(state);
        return index;
      },
    });
    let growth: GrowthReports | undefined;
    const tell = (): void => {
      const { header } = replay;
      if (header === undefined || index === undefined) return;
      if (growth === undefined) {
        listener.onOpening({ header, layout: layOut(header) });
        growth = new GrowthReports(listener, index, () => replay.untilMs);
        this.#opened = { header, replay, scenes: new SceneMaker(header, index.arrivals) };
        void this.#answer();
      }
      growth.changed();
    };
    try {
      for await (const bytes of inPieces(recording)) {
        await replay.push(bytes);
        tell();
      }
      if (growth === undefined) {
        const problem = 'ends before its header does: the run was stopped before it began';
        throw new RecordingError({ name, byte: replay.wholeBytes, problem, fix: 'run it again' });
      }
      growth.ended(endOf(replay));
    } catch (error) {
      tell();
      growth?.ended();
      listener.onError(messageOf(error, name));
    }
    if (this.#opened !== undefined) return;
    this.#isUnreadable = true;
    for (const { reject } of this.#takeWaiting()) reject(unreadable());
  }

  /**
   * See `RunWorker`. While a look is answered, others may come; then all of them are answered at
   * the time of the newest, since that is what a user wants to see.
   */
  look(look: Look): Promise<Scene> {
    if (this.#isUnreadable) return Promise.reject(unreadable());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ look, resolve, reject });
      void this.#answer();
    });
  }

  /** See `RunWorker`. */
  async takeMessages(bytes: ArrayBuffer): Promise<void> {
    const inflated = new Response(bytes).body!.pipeThrough(new DecompressionStream('gzip'));
    const pieces: Uint8Array[] = [];
    try {
      for await (const piece of inflated) pieces.push(piece);
    } catch (error) {
      throw new Error('the messages in this page are damaged; save it again', { cause: error });
    }
    this.#messages = pieces;
  }

  /** See `RunWorker`. */
  messages(query: MessageQuery): Promise<MessagePage> {
    const pieces = this.#messages;
    const asOf = this.#opened?.header.peers.as ?? [];
    let first = 0;
    let startByte = 0;
    while (first < pieces.length && startByte + pieces[first]!.length <= (query.after ?? 0)) {
      startByte += pieces[first++]!.length;
    }
    const skipped = Math.max(0, (query.after ?? 0) - startByte);
    const chunks = (async function* rest() {
      for (const piece of pieces.slice(first, first + 1)) yield piece.subarray(skipped);
      yield* pieces.slice(first + 1);
    })();
    return selectMessages(chunks, query, asOf, startByte + skipped);
  }

  async #answer(): Promise<void> {
    if (this.#isLooking || this.#opened === undefined) return;
    this.#isLooking = true;
    const { replay, scenes } = this.#opened;
    while (this.#waiting.length > 0) {
      const taken = this.#takeWaiting();
      try {
        const atMs = Math.min(Math.max(0, taken.at(-1)!.look.atMs), replay.untilMs);
        const state = await replay.seek(atMs);
        for (const { look, resolve } of taken) resolve(scenes.sceneOf(state, atMs, look));
      } catch (error) {
        for (const { reject } of taken) reject(error);
      }
    }
    this.#isLooking = false;
  }

  #takeWaiting(): readonly Waiting[] {
    const taken = this.#waiting;
    this.#waiting = [];
    return taken;
  }
}

function unreadable(): Error {
  return new Error('the recording cannot be shown');
}

function endOf({ end }: Replay): RunEnd {
  if (end === undefined) return { kind: 'cut' };
  return { kind: 'complete', endMs: end.endMs, resultHash: end.resultHash };
}

/** What a user is told: where, what is wrong, and what to do. */
function messageOf(error: unknown, name: string): string {
  if (error instanceof RecordingError) return error.message;
  if (error instanceof RangeError) {
    return `${name}: is too large to be shown: ${error.message}
  fix: read it frame by frame with readRecording of @cachetorrent/runner`;
  }
  if (error instanceof UnreachableError) {
    return `${name}: cannot be read any further: ${error.message}
  fix: see whether the command that shows this page is still running, and reload the page`;
  }
  return `${name}: ${String(error)}`;
}
