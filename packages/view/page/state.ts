/**
 * What the page knows and shows, as signals that its parts read and write. `player.ts` moves the
 * clock, and keeps the scenes in step with it.
 */

import type { RecordingHeader } from '@cachetorrent/recording';
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';

import type { ViewedRun } from '../src/view-data.ts';
import type { FramePoint, MapLayout, RunEnd, Scene, SwarmEvent } from './scene.ts';

/** A run on the page. */
export class RunState {
  readonly run: ViewedRun;
  /** 0 or 1: the first or the second of two. */
  readonly index: number;
  readonly header: Signal<RecordingHeader | undefined> = signal(undefined);
  readonly layout: Signal<MapLayout | undefined> = signal(undefined);
  /** The figures of the frames that have come; a new array whenever more have. */
  readonly points: Signal<readonly FramePoint[]> = signal([]);
  readonly events: Signal<readonly SwarmEvent[]> = signal([]);
  /** Until when the recording has been read, in ms. */
  readonly untilMs: Signal<number> = signal(0);
  readonly end: Signal<RunEnd | undefined> = signal(undefined);
  readonly error: Signal<string | undefined> = signal(undefined);
  /** The state at the time of the clock, or a little before: see its `atMs`. */
  readonly scene: Signal<Scene | undefined> = signal(undefined);
  /** The AS that is open: its peers are on the map, its pieces below. */
  readonly openAs: Signal<number | undefined> = signal(undefined);
  /** The peer that is selected. */
  readonly peer: Signal<number | undefined> = signal(undefined);

  constructor(run: ViewedRun, index: number) {
    this.run = run;
    this.index = index;
  }

  /** Opens the AS of a peer, and selects the peer. */
  select(peer: number): void {
    this.openAs.value = this.header.value?.peers.as[peer];
    this.peer.value = peer;
  }
}

/** The state of the whole page. */
export class PageState {
  readonly runs: readonly RunState[];
  /** The time of the clock, in ms of simulated time. */
  readonly atMs: Signal<number> = signal(0);
  readonly isPlaying: Signal<boolean> = signal(false);
  /** Simulated seconds for each second. */
  readonly speed: Signal<number> = signal(20);
  /** Whether the clock follows the end of a live run. */
  readonly isFollowing: Signal<boolean> = signal(false);
  /** Until when all runs together can be shown, in ms. */
  readonly untilMs: ReadonlySignal<number>;
  /** How many pictures of the map have been drawn: for measuring. */
  framesDrawn = 0;

  constructor(runs: readonly RunState[]) {
    this.runs = runs;
    this.untilMs = computed(() => Math.max(0, ...runs.map(({ untilMs }) => untilMs.value)));
  }

  /** Sets the clock, within what can be shown. A clock that is set does not follow. */
  seek(ms: number): void {
    this.isFollowing.value = false;
    this.atMs.value = Math.min(Math.max(0, ms), this.untilMs.value);
  }
}
