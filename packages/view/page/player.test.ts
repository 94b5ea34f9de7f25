import { beforeEach, describe, expect, test } from 'vitest';

import {
  canFollow,
  follow,
  hasEnded,
  jump,
  type Looker,
  type Schedule,
  startPlayer,
  togglePlay,
} from './player.ts';
import type { Look, Scene } from './scene.ts';
import { PageState, RunState } from './state.ts';

/** Pictures that are drawn when the test says so. */
class Screen {
  #draw: ((nowMs: number) => void) | undefined;
  #nowMs = 0;

  readonly schedule: Schedule = (draw) => {
    this.#draw = draw;
  };

  /** Whether a picture is to be drawn. */
  get isWaiting(): boolean {
    return this.#draw !== undefined;
  }

  /** Draws a picture after a time, in ms. */
  draw(afterMs: number): void {
    this.#nowMs += afterMs;
    const draw = this.#draw;
    this.#draw = undefined;
    draw?.(this.#nowMs);
  }
}

/** A worker that answers when the test says so. */
class Worker implements Looker {
  readonly looks: Look[] = [];
  #answer: (() => void) | undefined;
  #fail: ((error: Error) => void) | undefined;

  look(look: Look): Promise<Scene> {
    expect(this.#answer, 'only one scene is asked for at a time').toBeUndefined();
    this.looks.push(look);
    return new Promise((resolve, reject) => {
      this.#answer = () => resolve({ atMs: look.atMs } as Scene);
      this.#fail = reject;
    });
  }

  async answer(): Promise<void> {
    const answer = this.#answer;
    this.#answer = undefined;
    answer?.();
    await new Promise((done) => setImmediate(done));
  }

  async fail(message: string): Promise<void> {
    const fail = this.#fail;
    this.#answer = undefined;
    fail?.(new Error(message));
    await new Promise((done) => setImmediate(done));
  }
}

let screen: Screen;
let workers: Worker[];

beforeEach(() => {
  screen = new Screen();
});

function pageOf(...lives: readonly boolean[]): PageState {
  const runs = lives.map((isLive, i) => {
    const recording = { kind: 'embedded', id: `run ${i}` } as const;
    const run = new RunState({ name: `run ${i}`, recording, isLive }, i);
    run.header.value = {} as NonNullable<typeof run.header.value>;
    run.untilMs.value = 10_000;
    return run;
  });
  const page = new PageState(runs);
  workers = runs.map(() => new Worker());
  startPlayer(page, workers, screen.schedule);
  return page;
}

function end(page: PageState): void {
  for (const run of page.runs) run.end.value = { kind: 'cut' };
}

describe('the clock', () => {
  test('goes on by the time between two pictures, times the speed', () => {
    const page = pageOf(false);
    page.speed.value = 20;
    togglePlay(page);
    screen.draw(16);
    expect(page.atMs.value).toBe(0);
    screen.draw(16);
    screen.draw(20);
    expect(page.atMs.value).toBe(720);
  });

  test('does not jump after the page was in the background', () => {
    const page = pageOf(false);
    page.speed.value = 1;
    togglePlay(page);
    screen.draw(0);
    screen.draw(60_000);
    expect(page.atMs.value).toBe(1000);
  });

  test('stands still, and plans no picture, while it is paused', () => {
    const page = pageOf(false);
    togglePlay(page);
    screen.draw(0);
    screen.draw(10);
    togglePlay(page);
    screen.draw(1000);
    expect(page.atMs.value).toBe(200);
    expect(screen.isWaiting).toBe(false);
    togglePlay(page);
    screen.draw(1000);
    expect(page.atMs.value, 'the pause does not count').toBe(200);
  });

  test('waits where no more has been read, and goes on from there', () => {
    const page = pageOf(false);
    page.seek(9990);
    togglePlay(page);
    screen.draw(0);
    screen.draw(100);
    expect(page.atMs.value).toBe(10_000);
    expect(page.isPlaying.value).toBe(true);
    page.runs[0]!.untilMs.value = 20_000;
    screen.draw(100);
    expect(page.atMs.value).toBe(12_000);
  });

  test('stops at the end, and begins again from the start', () => {
    const page = pageOf(false);
    end(page);
    page.seek(9990);
    togglePlay(page);
    screen.draw(0);
    screen.draw(100);
    expect(page.isPlaying.value).toBe(false);
    togglePlay(page);
    expect(page.atMs.value).toBe(0);
  });

  test('goes on to the end of the longer of two runs', () => {
    const page = pageOf(false, false);
    end(page);
    page.runs[1]!.untilMs.value = 30_000;
    page.seek(10_000);
    togglePlay(page);
    screen.draw(0);
    screen.draw(100);
    expect(page.atMs.value).toBe(12_000);
  });

  test('stops when it is set by an event', () => {
    const page = pageOf(false);
    togglePlay(page);
    jump(page, 5000);
    expect([page.atMs.value, page.isPlaying.value]).toEqual([5000, false]);
  });
});

describe('following', () => {
  test('is where the live run is, without pictures', () => {
    const page = pageOf(true, false);
    page.runs[1]!.untilMs.value = 90_000;
    follow(page);
    expect(page.atMs.value).toBe(10_000);
    page.runs[0]!.untilMs.value = 14_000;
    expect(page.atMs.value).toBe(14_000);
    expect(screen.isWaiting).toBe(false);
  });

  test('ends with the run', () => {
    const page = pageOf(true);
    follow(page);
    page.runs[0]!.untilMs.value = 14_000;
    end(page);
    expect(page.atMs.value).toBe(14_000);
    expect([page.isFollowing.value, page.isPlaying.value]).toEqual([false, false]);
    expect(canFollow(page)).toBe(false);
  });

  test('ends when the clock is set; it begins again when the clock has caught up', () => {
    const page = pageOf(true);
    follow(page);
    page.seek(9000);
    expect([page.isFollowing.value, page.isPlaying.value]).toEqual([false, true]);
    screen.draw(0);
    screen.draw(100);
    expect(page.isFollowing.value).toBe(true);
  });

  test('ends with a pause, and begins with play at the end of what has come', () => {
    const page = pageOf(true);
    follow(page);
    togglePlay(page);
    expect([page.isFollowing.value, page.isPlaying.value]).toEqual([false, false]);
    togglePlay(page);
    expect(page.isFollowing.value).toBe(true);
  });
});

describe('scenes', () => {
  test('are not asked for before the recording has begun', () => {
    const run = new RunState(
      { name: 'a', recording: { kind: 'embedded', id: 'a' }, isLive: false },
      0,
    );
    const worker = new Worker();
    startPlayer(new PageState([run]), [worker], screen.schedule);
    expect(worker.looks).toEqual([]);
    run.header.value = {} as NonNullable<typeof run.header.value>;
    expect(worker.looks).toEqual([{ atMs: 0 }]);
  });

  test('are asked for one at a time, always the newest', async () => {
    const page = pageOf(false);
    page.seek(100);
    page.seek(200);
    page.runs[0]!.openAs.value = 3;
    expect(workers[0]!.looks).toEqual([{ atMs: 0 }]);
    await workers[0]!.answer();
    expect(page.runs[0]!.scene.value).toEqual({ atMs: 0 });
    expect(workers[0]!.looks.slice(1)).toEqual([{ atMs: 200, as: 3 }]);
    await workers[0]!.answer();
    expect(page.runs[0]!.scene.value).toEqual({ atMs: 200 });
  });

  test('are of whole milliseconds, or of the end', async () => {
    const page = pageOf(false);
    page.runs[0]!.untilMs.value = 900.5;
    await workers[0]!.answer();
    page.seek(100.7);
    await workers[0]!.answer();
    page.seek(901);
    await workers[0]!.answer();
    expect(workers[0]!.looks.map(({ atMs }) => atMs)).toEqual([0, 100, 900.5]);
  });

  test('are not asked for again while nothing changes', async () => {
    const page = pageOf(false);
    await workers[0]!.answer();
    page.runs[0]!.untilMs.value = 20_000;
    page.seek(0);
    expect(workers[0]!.looks).toHaveLength(1);
  });

  test('of a run that is shorter stay at its end', async () => {
    const page = pageOf(false, false);
    await workers[0]!.answer();
    page.runs[1]!.untilMs.value = 30_000;
    page.seek(10_000);
    await workers[0]!.answer();
    page.seek(25_000);
    expect(workers[0]!.looks).toEqual([{ atMs: 0 }, { atMs: 10_000 }]);
    await workers[1]!.answer();
    expect(workers[1]!.looks.at(-1)).toEqual({ atMs: 25_000 });
  });

  test('that cannot be made are an error of the run, and others are still asked for', async () => {
    const page = pageOf(false);
    await workers[0]!.fail('no memory');
    expect(page.runs[0]!.error.value).toBe('This time cannot be shown: no memory');
    expect(hasEnded(page.runs[0]!)).toBe(true);
    page.seek(100);
    expect(workers[0]!.looks.at(-1)).toEqual({ atMs: 100 });
  });
});
