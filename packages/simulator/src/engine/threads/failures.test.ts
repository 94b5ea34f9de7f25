import { readdirSync } from 'node:fs';

import { describe, expect, test, vi } from 'vitest';

import { type Fault, faultyPlan, type FaultPlan } from '../../../test/engine/faulty-actor.ts';
import { type Run, runActors, type RunOptions } from './coordinator.ts';
import { ActorFailed } from '../errors.ts';
import type { EngineProgress } from './heartbeat.ts';

const ENTRY = new URL('../../../test/engine/faulty-actor.ts', import.meta.url);

/** Four actors on two worker threads; a fault of actor 2 occurs at 100 ms. */
describe('the run fails, and its error names the actor and the time, if an actor', () => {
  test.each<{ fault: Fault; message: RegExp; atMs?: number }>([
    { fault: 'throws', message: /^actor 2 failed: injected fault, at 100 simulated ms$/ },
    {
      fault: 'throws a value that is no Error',
      message: /^actor 2 failed: \[object Object\], at 100 /,
    },
    {
      fault: 'throws in its constructor',
      message: /^actor 2 failed: injected fault, at 0 /,
      atMs: 0,
    },
    {
      fault: 'throws when it receives a message',
      message: /^actor 2 failed: injected fault, at 10\d/,
      atMs: NaN,
    },
    { fault: 'throws in a synchronization', message: /^actor 2 failed: injected fault, at 100 / },
    {
      fault: 'throws in pendingCount',
      message: /^actor 2 failed: injected fault, at 10\d/,
      atMs: NaN,
    },
    { fault: 'throws in report', message: /^actor 2 failed: injected fault, at 100\d /, atMs: NaN },
    {
      fault: 'reports a value that cannot be cloned',
      message: /^actor 2 failed: its report cannot be cloned to another thread, at 100\d /,
      atMs: NaN,
    },
    {
      fault: 'exits',
      message: /^actor 2 on worker 0, which exited by itself, with exit code 7, at 100 /,
      atMs: NaN,
    },
    {
      fault: 'exits in its constructor',
      message: /^actor 2 on worker 0, which exited by itself, with exit code 7, at 0 /,
      atMs: 0,
    },
    {
      fault: 'fills the memory',
      message: /^actor 2 on worker 0, which ran out of memory, at /,
      atMs: NaN,
    },
    {
      fault: 'loops for ever',
      message: /^actor 2 on worker 0, which has not answered for 1.5 s, at /,
      atMs: NaN,
    },
    {
      fault: 'sleeps for ever',
      message: /^actor 2 on worker 0, which has not answered for 1.5 s, at /,
      atMs: NaN,
    },
    {
      fault: 'schedules an event in the past',
      message: /^actor 2 failed: bug: no event is scheduled in the past, at 100 /,
    },
    {
      fault: 'violates the lookahead',
      message: /^actor 2 failed: bug: no message arrives before its lookahead has passed, at 10\d/,
      atMs: NaN,
    },
    {
      fault: 'sends to an actor that does not exist',
      message: /^actor 2 failed: bug: the target of a message is an actor, at 100 /,
    },
    {
      fault: 'sends where the lookahead is infinite',
      message:
        /^actor 2 failed: bug: a message is sent only where the lookahead is finite, at 100 /,
    },
    {
      fault: 'does not end a message',
      message: /^actor 2 failed: bug: a message ends before the next one begins, at 100 /,
    },
  ])('$fault', async ({ fault, message, atMs = 100 }) => {
    const error = await failureOf(run([{ actor: 2, fault, atMs: 100 }]));
    expect(error.message).toMatch(message);
    expect(error.actors).toEqual([2]);
    if (!Number.isNaN(atMs)) expect(error.atMs).toBe(atMs);
  });

  test('throws; the cause is its error, with the cause of that', async () => {
    const error = await failureOf(run([{ actor: 2, fault: 'throws', atMs: 100 }]));
    expect(error.cause).toMatchObject({
      message: 'injected fault',
      cause: { message: 'its cause' },
    });
    expect((error.cause as Error).stack).toContain('faulty-actor.ts');
  });
});

describe('of two failures, the run reports', () => {
  test.each([
    { rule: 'the earlier one', faults: [throwsAt(1, 200), throwsAt(3, 150)], actors: [3] },
    {
      rule: 'that of the lower id, if both are at the same time',
      faults: [throwsAt(3, 150), throwsAt(1, 150)],
      actors: [1],
    },
    {
      rule: 'the earlier one of the same window, whichever actor ran first',
      faults: [throwsAt(0, 151), throwsAt(2, 150)],
      actors: [2],
    },
    {
      rule: 'a thread that ended, while others wait for it',
      faults: [{ actor: 0, fault: 'exits', atMs: 150 }, throwsAt(1, 150)],
      actors: [0],
    },
    {
      rule: 'a thread that ended, while others loop for ever',
      faults: [
        { actor: 0, fault: 'exits', atMs: 150 },
        { actor: 1, fault: 'loops for ever', atMs: 150 },
      ],
      actors: [0],
    },
  ] as const)('$rule', async ({ faults, actors }) => {
    for (const workers of [2, 4]) {
      const error = await failureOf(run(faults, { workers }));
      expect(error.actors).toEqual(actors);
    }
  });
});

test('an actor without events is no failure', async () => {
  const { outcome, reports } = await run([{ actor: 2, fault: 'has no events', atMs: 0 }]);
  expect(outcome).toBe('idle');
  expect(reports).toHaveLength(4);
});

test('an actor that fails when it is checked ends the run', async () => {
  const faults = [0, 1, 2, 3].map((actor) => ({
    actor,
    fault: actor === 2 ? ('throws in a check' as const) : ('stalls' as const),
    atMs: Infinity,
  }));
  const error = await failureOf(run(faults));
  expect(error.message).toMatch(/^actor 2 failed: injected fault, at 50\d /);
});

test('a run in which no actor may make progress ends as stalled', async () => {
  const faults = [0, 1, 2, 3].map((actor) => ({ actor, fault: 'stalls' as const, atMs: Infinity }));
  const { outcome, endMs } = await run(faults);
  expect(outcome).toBe('stalled');
  expect(endMs).toBeGreaterThan(490);
  expect(endMs).toBeLessThan(510);
});

describe('a signal', () => {
  const endless = [{ actor: 0, fault: 'never ends', atMs: Infinity }] as const;

  test('aborts a run within a second, which rejects with its reason', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    let abortedAt = Infinity;
    let progress: EngineProgress | undefined;
    const running = run(endless, {
      signal: controller.signal,
      onProgress: (latest) => {
        progress = latest;
        if (progress.simulatedMs < 10 || controller.signal.aborted) return;
        abortedAt = performance.now();
        controller.abort(reason);
      },
    });
    await expect(running).rejects.toBe(reason);
    expect(performance.now() - abortedAt).toBeLessThan(1000);
    expect(progress).toMatchObject({ pendingCount: 4 });
  });

  test('aborts a run before its start', async () => {
    const signal = AbortSignal.abort();
    await expect(run(endless, { signal })).rejects.toBe(signal.reason);
    expect(signal.reason).toMatchObject({ name: 'AbortError' });
  });

  test('aborts a run whose worker does not answer', async () => {
    const faults = [{ actor: 0, fault: 'loops for ever', atMs: 5 }] as const;
    const signal = AbortSignal.timeout(700);
    const running = run(faults, { signal, heartbeatTimeoutMs: 60_000 });
    await expect(running).rejects.toMatchObject({ name: 'TimeoutError' });
    await expect(running).rejects.toBe(signal.reason);
  });

  test('may have any reason', async () => {
    const signal = AbortSignal.abort('no Error');
    await expect(run(endless, { signal })).rejects.toBe('no Error');
  });
});

test('an error in onProgress aborts the run', async () => {
  const onProgress = (): void => {
    throw new Error('the terminal is closed');
  };
  await expect(
    run([{ actor: 0, fault: 'never ends', atMs: Infinity }], { onProgress }),
  ).rejects.toThrow('the terminal is closed');
});

// Linux lists the threads of a process in /proc.
describe.skipIf(process.platform !== 'linux')('no thread remains', () => {
  test.each<{ rule: string; fault: Fault; abortAfterMs?: number }>([
    { rule: 'after a run', fault: 'has no events' },
    { rule: 'after a run in which an actor threw', fault: 'throws' },
    { rule: 'after a run whose worker loops for ever', fault: 'loops for ever' },
    { rule: 'after a run whose worker sleeps for ever', fault: 'sleeps for ever' },
    { rule: 'after an aborted run', fault: 'never ends', abortAfterMs: 1000 },
  ])('$rule', async ({ fault, abortAfterMs = 60_000 }) => {
    const signal = AbortSignal.timeout(abortAfterMs);
    const before = threadCount();
    let peak = 0;
    const onProgress = (): void => {
      peak = Math.max(peak, threadCount());
    };
    await run([{ actor: 2, fault, atMs: 100 }], { workers: 4, onProgress, signal }).catch(() => {});
    // A thread may take longer to end than the run waits for it.
    await vi.waitFor(() => expect(threadCount()).toBeLessThanOrEqual(before), 10_000);
    if (peak > 0) expect(peak).toBeGreaterThanOrEqual(before + 4);
  });
});

describe('a run does not start', () => {
  test.each<{ rule: string; with: Partial<RunOptions>; message: string }>([
    {
      rule: 'without actors',
      with: { actorCount: 0 },
      message: 'a run has 1 to 8192 actors, not 0',
    },
    {
      rule: 'with more actor ids than fit into an order',
      with: { actorCount: 8193 },
      message: 'a run has 1 to 8192 actors, not 8193',
    },
    {
      rule: 'without workers',
      with: { workers: 0 },
      message: 'a run has at least one worker, not 0',
    },
    {
      rule: 'with a synchronization interval of 0',
      with: { syncIntervalMs: 0 },
      message: 'the synchronization interval is more than 0 ms, not 0',
    },
    {
      rule: 'with a missing lookahead',
      with: { lookaheadMs: new Float64Array(15) },
      message: '4 actors have 16 lookaheads, not 15',
    },
    {
      rule: 'with a lookahead of 0 between two actors',
      with: { lookaheadMs: new Float64Array(16) },
      message: 'the lookahead from actor 0 to 1 is at least 0.001 ms, not 0',
    },
    { rule: 'with a missing cost', with: { cost: [1] }, message: '4 actors have 4 costs, not 1' },
  ])('$rule', async ({ with: options, message }) => {
    await expect(run([], options)).rejects.toThrow(message);
  });

  test('with an entry that does not exist', async () => {
    const entry = new URL('./nowhere.ts', import.meta.url);
    const error = await failureOf(run([], { entry }));
    expect(error.message).toMatch(/which ended with an error \(Error: Cannot find module/);
    expect(error.actors).toHaveLength(2);
  });

  test('with an entry that does not host actors', async () => {
    const entry = new URL('../errors.ts', import.meta.url);
    const error = await failureOf(run([], { entry }));
    expect(error.message).toMatch(/which exited by itself, with exit code 0/);
  });
});

function threadCount(): number {
  return readdirSync('/proc/self/task').length;
}

function throwsAt(actor: number, atMs: number): FaultPlan['faults'][number] {
  return { actor, fault: 'throws', atMs };
}

/** Runs four actors on two workers: 0 and 2 on the first, 1 and 3 on the second. */
function run(faults: FaultPlan['faults'], options: Partial<RunOptions> = {}): Promise<Run> {
  const plan = faultyPlan(4, faults);
  return runActors({
    entry: ENTRY,
    workers: 2,
    oldGenerationMb: 32,
    heartbeatTimeoutMs: 1500,
    ...plan,
    ...options,
  });
}

async function failureOf(running: Promise<unknown>): Promise<ActorFailed> {
  const error = await running.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ActorFailed) return error;
  throw error ?? new Error('the run did not fail');
}
