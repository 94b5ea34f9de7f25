import { readdirSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { type Trouble, troubledPlan, type Troubles } from '../../../test/engine/troubled.ts';
import { type Run, runActors, type RunOptions } from './coordinator.ts';
import { ActorFailed, RunAborted } from '../errors.ts';

const ENTRY = new URL('../../../test/engine/troubled.ts', import.meta.url);

/** Four actors on two workers, in real threads; actor 2 comes into trouble at 100 ms. */
describe('a run fails, with who and when, where an actor', () => {
  test.each<{ trouble: Trouble; message: RegExp; atMs?: number }>([
    { trouble: 'throws', message: /^actor 2 failed: in trouble, at 100 simulated ms$/ },
    { trouble: 'throws no error', message: /^actor 2 failed: \[object Object\], at 100 / },
    { trouble: 'throws while it is made', message: /^actor 2 failed: in trouble, at 0 /, atMs: 0 },
    { trouble: 'throws when it hears', message: /^actor 2 failed: in trouble, at 10\d/, atMs: NaN },
    { trouble: 'throws in a meeting', message: /^actor 2 failed: in trouble, at 100 / },
    { trouble: 'throws when asked how much is pending', message: /^actor 2 failed: in trouble, at 10\d/, atMs: NaN },
    { trouble: 'throws when it reports', message: /^actor 2 failed: in trouble, at 100\d /, atMs: NaN },
    { trouble: 'reports what cannot be cloned', message: /^actor 2 failed: what it reports cannot be cloned to another thread, at 100\d /, atMs: NaN },
    { trouble: 'exits', message: /^actor 2 on worker 0, which ended from inside, with exit code 7, at 100 /, atMs: NaN },
    { trouble: 'exits while it is made', message: /^actor 2 on worker 0, which ended from inside, with exit code 7, at 0 /, atMs: 0 },
    { trouble: 'fills the memory', message: /^actor 2 on worker 0, which ran out of memory, at /, atMs: NaN },
    { trouble: 'loops for ever', message: /^actor 2 on worker 0, which has not answered for 1.5 s, at /, atMs: NaN },
    { trouble: 'sleeps for ever', message: /^actor 2 on worker 0, which has not answered for 1.5 s, at /, atMs: NaN },
    { trouble: 'sends into the past', message: /^actor 2 failed: bug: no event is sent into the past, at 100 / },
    { trouble: 'outruns the lookahead', message: /^actor 2 failed: bug: no message outruns the lookahead, at 10\d/, atMs: NaN },
    { trouble: 'posts to nobody', message: /^actor 2 failed: bug: a message is for an actor, at 100 / },
    { trouble: 'posts where nobody can hear', message: /^actor 2 failed: bug: a message goes where the lookahead says one can go, at 100 / },
    { trouble: 'leaves a message open', message: /^actor 2 failed: bug: a message is closed before the next is opened, at 100 / },
  ])('$trouble', async ({ trouble, message, atMs = 100 }) => {
    const error = await failureOf(run([{ actor: 2, trouble, atMs: 100 }]));
    expect(error.message).toMatch(message);
    expect(error.actors).toEqual([2]);
    if (!Number.isNaN(atMs)) expect(error.atMs).toBe(atMs);
  });

  test('throws, with the error and what caused it', async () => {
    const error = await failureOf(run([{ actor: 2, trouble: 'throws', atMs: 100 }]));
    expect(error.cause).toMatchObject({ message: 'in trouble', cause: { message: 'deep trouble' } });
    expect((error.cause as Error).stack).toContain('troubled.ts');
  });
});

describe('of two failures the run tells', () => {
  test.each([
    { rule: 'of the earlier', of: [throwsAt(1, 200), throwsAt(3, 150)], actors: [3] },
    { rule: 'of the lower number, of two at one time', of: [throwsAt(3, 150), throwsAt(1, 150)], actors: [1] },
    { rule: 'of the earlier in the same window, whoever ran first', of: [throwsAt(0, 151), throwsAt(2, 150)], actors: [2] },
    { rule: 'of a thread that ended, when others wait for it', of: [{ actor: 0, trouble: 'exits', atMs: 150 }, throwsAt(1, 150)], actors: [0] },
    { rule: 'of a thread that ended, when others loop for ever', of: [{ actor: 0, trouble: 'exits', atMs: 150 }, { actor: 1, trouble: 'loops for ever', atMs: 150 }], actors: [0] },
  ] as const)('$rule', async ({ of, actors }) => {
    for (const workers of [2, 4]) {
      const error = await failureOf(run(of, { workers }));
      expect(error.actors).toEqual(actors);
    }
  });
});

test('an actor that rests is no failure, nor one that has nothing left to do', async () => {
  const { outcome, reports } = await run([{ actor: 2, trouble: 'rests', atMs: 0 }]);
  expect(outcome).toBe('idle');
  expect(reports).toHaveLength(4);
});

test('a run in which nothing useful happens any more is over, as stalled', async () => {
  const of = [0, 1, 2, 3].map((actor) => ({ actor, trouble: 'stalls' as const, atMs: Infinity }));
  const { outcome, endMs } = await run(of);
  expect(outcome).toBe('stalled');
  expect(endMs).toBeGreaterThan(490);
  expect(endMs).toBeLessThan(510);
});

describe('a signal', () => {
  const endless = [{ actor: 0, trouble: 'goes on for ever', atMs: Infinity }] as const;

  test('stops a run within a second, which says how far it was', async () => {
    const controller = new AbortController();
    let abortedAt = Infinity;
    const running = run(endless, {
      signal: controller.signal,
      onProgress: ({ simulatedMs }) => {
        if (simulatedMs < 10 || controller.signal.aborted) return;
        abortedAt = performance.now();
        controller.abort(new Error('enough'));
      },
    });
    const error = await running.then(() => undefined, (reason: unknown) => reason);
    expect(performance.now() - abortedAt).toBeLessThan(1000);
    if (!(error instanceof RunAborted)) throw error;
    expect(error.message).toMatch(/^stopped at [\d.]+ simulated ms, \d+ done, 4 pending$/);
    expect(error.cause).toMatchObject({ message: 'enough' });
    expect(error.progress.simulatedMs).toBeGreaterThanOrEqual(10);
  });

  test('stops a run that has not begun', async () => {
    const signal = AbortSignal.abort();
    await expect(run(endless, { signal })).rejects.toBeInstanceOf(RunAborted);
  });

  test('stops a run whose worker does not answer', async () => {
    const of = [{ actor: 0, trouble: 'loops for ever', atMs: 5 }] as const;
    const signal = AbortSignal.timeout(700);
    await expect(run(of, { signal, silenceMs: 60_000 })).rejects.toBeInstanceOf(RunAborted);
  });
});

test('what is thrown while showing progress stops the run', async () => {
  const onProgress = (): void => {
    throw new Error('the screen is gone');
  };
  await expect(
    run([{ actor: 0, trouble: 'goes on for ever', atMs: Infinity }], { onProgress }),
  ).rejects.toThrow('the screen is gone');
});

// Linux counts the threads of a process here.
describe.skipIf(process.platform !== 'linux')('no thread is left', () => {
  test.each<{ rule: string; trouble: Trouble; stopAfterMs?: number }>([
    { rule: 'after a run', trouble: 'rests' },
    { rule: 'after one in which an actor threw', trouble: 'throws' },
    { rule: 'after one whose worker loops for ever', trouble: 'loops for ever' },
    { rule: 'after one whose worker sleeps for ever', trouble: 'sleeps for ever' },
    { rule: 'after one that was stopped', trouble: 'goes on for ever', stopAfterMs: 1000 },
  ])('$rule', async ({ trouble, stopAfterMs = 60_000 }) => {
    const signal = AbortSignal.timeout(stopAfterMs);
    const before = threadCount();
    let most = 0;
    const onProgress = (): void => {
      most = Math.max(most, threadCount());
    };
    await run([{ actor: 2, trouble, atMs: 100 }], { workers: 4, onProgress, signal }).catch(() => {});
    expect(threadCount()).toBeLessThanOrEqual(before);
    if (most > 0) expect(most).toBeGreaterThanOrEqual(before + 4);
  });
});

describe('a run does not start', () => {
  test.each<{ rule: string; with: Partial<RunOptions>; message: string }>([
    { rule: 'without actors', with: { actorCount: 0 }, message: 'a run has 1 to 8192 actors, not 0' },
    { rule: 'with more actors than an order has room for', with: { actorCount: 8193 }, message: 'a run has 1 to 8192 actors, not 8193' },
    { rule: 'without workers', with: { workers: 0 }, message: 'a run has at least one worker, not 0' },
    { rule: 'with meetings that are no time apart', with: { meetingIntervalMs: 0 }, message: 'the time between meetings is more than 0, not 0' },
    { rule: 'with a lookahead too few', with: { lookaheadMs: new Float64Array(15) }, message: '4 actors have 16 lookaheads' },
    { rule: 'with no lookahead between two actors', with: { lookaheadMs: new Float64Array(16) }, message: 'the lookahead from 0 to 1 is 0 ms; at least 0.001 is needed' },
    { rule: 'with costs for some only', with: { cost: [1] }, message: '4 actors have 4 costs, not 1' },
  ])('$rule', async ({ with: options, message }) => {
    await expect(run([], options)).rejects.toThrow(message);
  });

  test('from an entry that is not there', async () => {
    const entry = new URL('./nowhere.ts', import.meta.url);
    const error = await failureOf(run([], { entry }));
    expect(error.message).toMatch(/which ended with an error \(Error: Cannot find module/);
    expect(error.actors).toHaveLength(2);
  });

  test('from an entry that hosts no actors', async () => {
    const entry = new URL('../errors.ts', import.meta.url);
    const error = await failureOf(run([], { entry }));
    expect(error.message).toMatch(/which ended from inside, with exit code 0/);
  });
});

function threadCount(): number {
  return readdirSync('/proc/self/task').length;
}

function throwsAt(actor: number, atMs: number): Troubles['of'][number] {
  return { actor, trouble: 'throws', atMs };
}

/** Runs four actors on two workers: 0 and 2 on the first, 1 and 3 on the second. */
function run(of: Troubles['of'], options: Partial<RunOptions> = {}): Promise<Run> {
  const plan = troubledPlan(4, of);
  return runActors({
    entry: ENTRY, workers: 2, oldGenerationMb: 32, silenceMs: 1500, ...plan, ...options,
  });
}

async function failureOf(running: Promise<unknown>): Promise<ActorFailed> {
  const error = await running.then(() => undefined, (reason: unknown) => reason);
  if (error instanceof ActorFailed) return error;
  throw error ?? new Error('the run did not fail');
}
