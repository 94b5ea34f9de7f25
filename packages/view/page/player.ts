/**
 * The clock of the page, and the scenes in step with it.
 *
 * While the clock runs, it goes on at every picture that the browser draws. It waits at the end of
 * what has been read, and stops at the end of the runs. While it follows a live run, it is where
 * that run is.
 *
 * At most one scene of each run is asked for at a time. When it comes and something else is to be
 * seen meanwhile, that is asked for next. So a slow worker is never behind by more than a scene,
 * and while nothing changes, nothing is asked for.
 */

import { batch, effect } from '@preact/signals';

import type { Look, Scene } from './scene.ts';
import type { PageState, RunState } from './state.ts';

/** What can show the state of a run at a time. */
export interface Looker {
  /** The state of the run at a time, and what is selected in it. */
  look(look: Look): Promise<Scene>;
}

/** When pictures are drawn: `requestAnimationFrame`. */
export type Schedule = (draw: (nowMs: number) => void) => void;

/** The most that counts as the time between two pictures, in ms: pages in the background wait. */
const PAUSE_MAX_MS = 1000;

/**
 * Moves the clock of a page and keeps its scenes in step, until the function that it returns is
 * called.
 *
 * @param lookers one for each run of the page
 */
export function startPlayer(
  page: PageState,
  lookers: readonly Looker[],
  schedule: Schedule,
): () => void {
  const stops = [
    moveClock(page, schedule),
    followLive(page),
    ...page.runs.map((run, i) => keepScene(page, run, lookers[i]!)),
  ];
  return () => stops.forEach((stop) => stop());
}

/** Whether no more of a run will come. */
export function hasEnded(run: RunState): boolean {
  return run.end.value !== undefined || run.error.value !== undefined;
}

/** Whether the clock can follow a run: one is live, and has not ended. */
export function canFollow(page: PageState): boolean {
  return page.runs.some((run) => run.run.isLive && !hasEnded(run));
}

/** Begins to follow the live run. */
export function follow(page: PageState): void {
  batch(() => {
    page.isFollowing.value = true;
    page.isPlaying.value = true;
  });
}

/** Lets the clock run, from the start if it is at the end; or stops it. */
export function togglePlay(page: PageState): void {
  batch(() => {
    if (page.isPlaying.value) {
      page.isPlaying.value = false;
      page.isFollowing.value = false;
      return;
    }
    const isAtEnd = page.atMs.value >= page.untilMs.value;
    if (isAtEnd && canFollow(page)) return follow(page);
    if (isAtEnd && page.runs.every(hasEnded)) page.atMs.value = 0;
    page.isPlaying.value = true;
  });
}

/** Sets the clock to a time, in ms, and stops it. */
export function jump(page: PageState, ms: number): void {
  batch(() => {
    page.isPlaying.value = false;
    page.seek(ms);
  });
}

/** Goes to the end; of a live run, follows it. */
export function toEnd(page: PageState): void {
  if (canFollow(page)) follow(page);
  else jump(page, page.untilMs.value);
}

function moveClock(page: PageState, schedule: Schedule): () => void {
  let isScheduled = false;
  let lastMs: number | undefined;
  const isMoving = (): boolean => page.isPlaying.value && !page.isFollowing.value;
  const plan = (): void => {
    if (isScheduled) return;
    isScheduled = true;
    schedule(draw);
  };
  const draw = (nowMs: number): void => {
    isScheduled = false;
    if (!isMoving()) {
      lastMs = undefined;
      return;
    }
    if (lastMs !== undefined) goOn(page, Math.min(nowMs - lastMs, PAUSE_MAX_MS));
    lastMs = nowMs;
    plan();
  };
  return effect(() => {
    if (isMoving()) plan();
  });
}

/** Moves the clock on by a time, in ms, in which it runs. */
function goOn(page: PageState, elapsedMs: number): void {
  batch(() => {
    const atMs = page.atMs.value + elapsedMs * page.speed.value;
    page.atMs.value = Math.min(atMs, page.untilMs.value);
    if (atMs < page.untilMs.value) return;
    if (canFollow(page)) page.isFollowing.value = true;
    else if (page.runs.every(hasEnded)) page.isPlaying.value = false;
  });
}

function followLive(page: PageState): () => void {
  return effect(() => {
    if (!page.isFollowing.value) return;
    if (canFollow(page)) {
      const live = page.runs.filter((run) => run.run.isLive && !hasEnded(run));
      page.atMs.value = Math.max(...live.map(({ untilMs }) => untilMs.value));
      return;
    }
    batch(() => {
      page.atMs.value = page.untilMs.value;
      page.isFollowing.value = false;
      if (page.runs.every(hasEnded)) page.isPlaying.value = false;
    });
  });
}

function keepScene(page: PageState, run: RunState, looker: Looker): () => void {
  let seen: Look | undefined;
  let isAsking = false;
  const wanted = (): Look => {
    const as = run.openAs.value;
    const peer = run.peer.value;
    return {
      atMs: timeOf(page.atMs.value, run.untilMs.value),
      ...(as === undefined ? {} : { as }),
      ...(peer === undefined ? {} : { peer }),
    };
  };
  const ask = async (first: Look): Promise<void> => {
    isAsking = true;
    for (let look = first; !isSame(look, seen); look = wanted()) {
      seen = look;
      try {
        run.scene.value = await looker.look(look);
      } catch (error) {
        run.error.value ??= `This time cannot be shown: ${messageOf(error)}`;
      }
    }
    isAsking = false;
  };
  return effect(() => {
    if (run.header.value === undefined) return;
    const look = wanted();
    if (!isAsking && !isSame(look, seen)) void ask(look);
  });
}

/** A time that a state can have: a whole number of ms, or the end. */
function timeOf(clockMs: number, untilMs: number): number {
  return clockMs >= untilMs ? untilMs : Math.floor(clockMs);
}

function isSame(one: Look, other: Look | undefined): boolean {
  return one.atMs === other?.atMs && one.as === other.as && one.peer === other.peer;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
