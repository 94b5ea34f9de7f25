/**
 * A recording whose state can be seen at any time that has been read, also while more of it comes:
 * for players with a time line.
 *
 *     const replay = new Replay('a.ctr');
 *     for await (const bytes of source) await replay.push(bytes);
 *     (await replay.seek(60_000)).totals.seeds
 *
 * Two states go through the recording. One is always at the end of what has been read, and leaves
 * snapshots; the other is where the player is, and starts again from the snapshot before if that is
 * nearer than going forward.
 *
 *     frames   ▭ ▭ ▭ ▭ ▭ ▭ ▭ ▭ ▭ ▭ ▭ ▭ ▭ ▭ ▭ ▭ ▭ ▭ ▭ ▭
 *     states         ◆       ◆ ─────▶ ◆       ◆       ▲ read
 *                    snapshots      ▲ seek
 *
 * In memory are the frames as they are stored, compressed, the snapshots, and the two states.
 */

import { assert } from '@cachetorrent/std';

import { type Decoded, PartDecoder } from './decoder.ts';
import type { FrameCursor } from './frame.ts';
import type { RecordingEnd, RecordingHeader } from './header.ts';
import { type Part, PartParser } from './parts.ts';
import { type Kept, ReplaySnapshots } from './replay-snapshots.ts';
import { type ReadingVisitor, VisitedChanges } from './replay-visitor.ts';
import { SwarmState } from './state/swarm-state.ts';

/** How a recording is replayed. */
export interface ReplayOptions {
  /** About how much memory snapshots may take, in bytes. 256 MiB if it is not given. */
  readonly snapshotBytes?: number;
  /** How much memory each of the two states may take, in bytes: see `SwarmState`. */
  readonly stateBytes?: number;
  /**
   * Makes a visitor that sees each change once, while the recording is read, before the change is
   * applied to `state`. Changes of one AS are in order; in a frame, AS follows AS. If a frame is
   * damaged, the visitor may have seen some of its changes.
   */
  readonly visitor?: (state: SwarmState) => ReadingVisitor;
}

const SNAPSHOT_BYTES = 2 ** 28;

/** A frame as it is stored. */
interface StoredFrame {
  readonly part: Part;
  readonly fromMs: number;
  readonly toMs: number;
  /** The bytes of all frames before it, when inflated: the work to get there. */
  readonly bytesBefore: number;
}

/** A recording that can be seen at any time that has been read. */
export class Replay {
  readonly #stateBytes: number | undefined;
  readonly #parser: PartParser;
  readonly #decoder: PartDecoder;
  readonly #frames: StoredFrame[] = [];
  readonly #snapshots: ReplaySnapshots;
  #header: RecordingHeader | undefined;
  #end: RecordingEnd | undefined;
  #makeVisitor: ReplayOptions['visitor'];
  /** The state after all frames that have been read; undefined when there are no more. */
  #reading: Reading | undefined;
  /** The state before the run. */
  #start: Kept | undefined;
  #player: Player | undefined;
  /** Resolved when no seek is under way. */
  #idle: Promise<unknown> = Promise.resolve();

  /** `name` is what errors call the recording, such as its path. */
  constructor(name: string, options: ReplayOptions = {}) {
    this.#stateBytes = options.stateBytes;
    this.#makeVisitor = options.visitor;
    this.#parser = new PartParser(name);
    this.#decoder = new PartDecoder(name);
    this.#snapshots = new ReplaySnapshots(options.snapshotBytes ?? SNAPSHOT_BYTES);
  }

  /** What was known before the run; undefined until it has been read. */
  get header(): RecordingHeader | undefined {
    return this.#header;
  }

  /** What was known at the end of the run; undefined until it has been read. */
  get end(): RecordingEnd | undefined {
    return this.#end;
  }

  /** Until when the recording has been read, in ms of simulated time. */
  get untilMs(): number {
    return Math.max(this.#frames.at(-1)?.toMs ?? 0, this.#end?.endMs ?? 0);
  }

  /** The position after the last complete part, in bytes: until there, all has been read. */
  get wholeBytes(): number {
    return this.#parser.byte;
  }

  /** About how much memory the snapshots take, in bytes. */
  get snapshotBytes(): number {
    return this.#snapshots.bytes;
  }

  /**
   * Takes the next bytes and reads what they complete. Call it again when its promise has been
   * resolved. After an error it cannot go on, but what had been read before can still be seen.
   *
   * @throws RecordingError if the bytes are no recording, or damaged
   * @throws RangeError if the state takes more memory than it may
   */
  async push(bytes: Uint8Array): Promise<void> {
    this.#parser.push(bytes);
    for (let part = this.#parser.next(); part !== undefined; part = this.#parser.next()) {
      this.#read(part, await this.#decoder.decode(part));
    }
  }

  /**
   * The state at a time, in ms: before the changes at that time and later; at the end of what has
   * been read if the time is later. It is the same object each time, and changes with the next
   * call. Calls are executed one after another. The header must have been read.
   */
  seek(atMs: number): Promise<SwarmState> {
    const found = this.#idle.then(() => this.#seek(atMs));
    this.#idle = found.catch(() => {
      this.#player = undefined;
    });
    return found;
  }

  #read(part: Part, decoded: Decoded): void {
    switch (decoded.kind) {
      case 'header': {
        this.#header = decoded.header;
        const state = new SwarmState(decoded.header, this.#stateBytes);
        const visitor = this.#makeVisitor?.(state) ?? {};
        this.#reading = { state, visitor, changes: new VisitedChanges(visitor, state) };
        this.#start = { frames: 0, snapshot: state.snapshot(), bytes: 0 };
        break;
      }
      case 'frame': {
        const { fromMs, toMs } = decoded.frame;
        const { state, visitor, changes } = this.#reading!;
        decoded.frame.cursor().advance(changes);
        const bytesBefore = this.#bytesUntil(this.#frames.length);
        this.#frames.push({ part, fromMs, toMs, bytesBefore });
        this.#snapshots.offer(this.#frames.length, state);
        visitor.frameRead?.(fromMs, toMs);
        break;
      }
      case 'end':
        this.#end = decoded.end;
        // Their memory is not needed any more.
        this.#reading = undefined;
        this.#makeVisitor = undefined;
    }
  }

  async #seek(atMs: number): Promise<SwarmState> {
    assert(this.#header !== undefined, 'the header is read before a time is sought');
    const untilMs = Math.min(Math.max(0, atMs), this.untilMs);
    const target = this.#framesUntil(untilMs);
    const player = this.#nearest(target, untilMs);
    this.#player = player;
    const distance = target - player.frames;
    while (player.frames < target) {
      const cursor = player.cursor ?? (await this.#cursorAt(player.frames));
      cursor.advance(player.state);
      player.cursor = undefined;
      player.frames++;
      if (isToBeKept(distance, target - player.frames)) {
        this.#snapshots.offerNear(player.frames, player.state);
      }
    }
    const next = this.#frames[target];
    if (next !== undefined && next.fromMs < untilMs) {
      player.cursor ??= await this.#cursorAt(target);
      player.cursor.advance(player.state, untilMs);
    }
    player.atMs = untilMs;
    return player.state;
  }

  /** Where to start from: where the player is, or at the last snapshot before the target. */
  #nearest(target: number, untilMs: number): Player {
    const player = this.#player;
    const kept = this.#snapshots.lastBefore(target) ?? this.#start!;
    if (player !== undefined && player.atMs <= untilMs) {
      const forward = this.#bytesUntil(kept.frames) - this.#bytesUntil(player.frames);
      if (forward <= kept.bytes / RESTORED_PER_APPLIED) return player;
    }
    const state = player?.state ?? new SwarmState(this.#header!, this.#stateBytes);
    state.restore(kept.snapshot);
    return { state, frames: kept.frames, atMs: 0, cursor: undefined };
  }

  async #cursorAt(index: number): Promise<FrameCursor> {
    const decoded = await this.#decoder.decode(this.#frames[index]!.part);
    assert(decoded.kind === 'frame', 'what was read as a frame is one');
    return decoded.frame.cursor();
  }

  /** The number of frames that have ended by a time. */
  #framesUntil(ms: number): number {
    let low = 0;
    let high = this.#frames.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#frames[middle]!.toMs <= ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The bytes of so many frames, when inflated. */
  #bytesUntil(frames: number): number {
    const last = this.#frames[frames - 1];
    return last === undefined ? 0 : last.bytesBefore + last.part.inflatedBytes;
  }
}

/** A way of so many frames is long: its snapshots take less time than the frames. */
const LONG_WAY = 16;

/**
 * Whether a snapshot is left with so many frames still to go: on a long way, halfway to its target,
 * and halfway from there, and once more. So each of many small steps back goes half as far.
 */
function isToBeKept(distance: number, toGo: number): boolean {
  return distance >= LONG_WAY && [2, 4, 8].some((part) => toGo === Math.floor(distance / part));
}

/** Restoring so many bytes of a snapshot takes as long as inflating and applying one of a frame. */
const RESTORED_PER_APPLIED = 16;

/** What goes through the recording while it is read. */
interface Reading {
  readonly state: SwarmState;
  readonly visitor: ReadingVisitor;
  /** Applies changes to the state. */
  readonly changes: VisitedChanges;
}

/** The state where the player is. */
interface Player {
  readonly state: SwarmState;
  /** How many frames have been applied whole. */
  frames: number;
  /** No change at this time or later has been applied, in ms. */
  atMs: number;
  /** Within the next frame, if some of it has been applied. */
  cursor: FrameCursor | undefined;
}
