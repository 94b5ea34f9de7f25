/** The runs that one campaign has handed over to a queue, until all of them have come back. */

import { setTimeout as sleep } from 'node:timers/promises';

import type { BulkJobOptions, Queue } from 'bullmq';
import type { Redis } from 'ioredis';

import type { RunKey } from '../experiment/key.ts';
import type { PlannedRun } from '../experiment/plan.ts';
import { forgetResult, hasResult, type JobAnswer, KEPT_SECONDS, resultOf } from './bullmq-queue.ts';
import type { Outcome, RunSource, Task } from './engine.ts';
import { whileWanted } from './redis.ts';

export interface Places {
  readonly redis: Redis;
  readonly queue: Queue<Task, JobAnswer>;
}

/**
 * Events can be lost with a connection; this is how often to look without one, and how much longer
 * to wait for each run that there is to look at.
 */
const LOOK_EVERY_MS = 3_000;
const LOOK_MS_PER_RUN = 1;
/** So many runs are asked about, or handed over, at once. */
const BATCH = 200;

const KEEP: BulkJobOptions = {
  removeOnComplete: { age: KEPT_SECONDS },
  removeOnFail: { age: KEPT_SECONDS },
};

export class Submission {
  readonly #redis: Redis;
  readonly #queue: Queue<Task, JobAnswer>;
  readonly #source: RunSource;
  readonly #report: (outcome: Outcome) => Promise<void>;
  readonly #signal: AbortSignal;
  readonly #out = new Set<RunKey>();
  /** Those whose jobs have ended, as far as an event said. */
  #ended = new Set<RunKey>();
  #stir: () => void = () => {};

  constructor(
    { redis, queue }: Places,
    source: RunSource,
    report: (outcome: Outcome) => Promise<void>,
    signal: AbortSignal,
  ) {
    this.#redis = redis;
    this.#queue = queue;
    this.#source = source;
    this.#report = report;
    this.#signal = signal;
  }

  /** An event said that the job of `key` has ended. */
  wake(key: RunKey): void {
    if (!this.#out.has(key)) return;
    this.#ended.add(key);
    this.#stir();
  }

  async all(): Promise<void> {
    for (;;) {
      await this.#hand();
      if (this.#out.size === 0) return;
      if (!(await this.#somethingEnds())) await this.#look();
      const keys = this.#ended;
      this.#ended = new Set();
      for (const key of keys) await this.#collect(key);
    }
  }

  /** All runs that there are, the longest first. */
  async #hand(): Promise<void> {
    for (let runs = this.#some(); runs.length > 0; runs = this.#some()) {
      for (const { key } of runs) this.#out.add(key);
      const isQueued = await this.#whileWanted(Promise.all(runs.map((run) => this.#isQueued(run))));
      const jobs = runs
        .filter((_, i) => !isQueued[i])
        .map(({ key, seed, cell: { config, swarm } }) => ({
          name: 'run',
          data: { key, seed, cell: { config, swarm } },
          opts: { ...KEEP, jobId: key },
        }));
      await this.#whileWanted(this.#queue.addBulk(jobs));
    }
  }

  #some(): PlannedRun[] {
    const runs: PlannedRun[] = [];
    while (runs.length < BATCH) {
      const run = this.#source.take();
      if (run === undefined) break;
      runs.push(run);
    }
    return runs;
  }

  /** Whether an earlier submitter has handed it over; if it has ended without a result, not. */
  async #isQueued({ key }: PlannedRun): Promise<boolean> {
    const state = await this.#queue.getJobState(key);
    if (state === 'unknown') return false;
    if (state === 'completed' && (await hasResult(this.#redis, key))) {
      this.#ended.add(key);
      return true;
    }
    if (state !== 'completed' && state !== 'failed') return true;
    await this.#queue.remove(key);
    return false;
  }

  /** Whether an event has said so; false where it is time to look. */
  async #somethingEnds(): Promise<boolean> {
    if (this.#ended.size > 0) return true;
    const waiting = new AbortController();
    const stirred = new Promise<true>((resolve) => {
      this.#stir = () => resolve(true);
    });
    const lookMs = LOOK_EVERY_MS + LOOK_MS_PER_RUN * this.#out.size;
    const late = sleep(lookMs, false as const, { signal: waiting.signal });
    // It is let go below, and nobody waits for it then.
    late.catch(() => {});
    try {
      return await this.#whileWanted(Promise.race([stirred, late]));
    } finally {
      waiting.abort();
    }
  }

  /** Which jobs have ended, or are gone, though nothing was heard of it. */
  async #look(): Promise<void> {
    const keys = [...this.#out];
    for (let i = 0; i < keys.length; i += BATCH) {
      const some = keys.slice(i, i + BATCH);
      const asked = Promise.all(some.map((key) => this.#queue.getJobState(key)));
      const states = await this.#whileWanted(asked);
      for (const [n, state] of states.entries()) if (OVER.has(state)) this.#ended.add(some[n]!);
    }
  }

  async #collect(key: RunKey): Promise<void> {
    if (!this.#out.has(key)) return;
    const outcome = await this.#whileWanted(this.#outcomeOf(key));
    if (outcome === undefined) return;
    this.#out.delete(key);
    await this.#report(outcome);
    // Only what is known to be in the store leaves Redis.
    await this.#whileWanted(Promise.all([forgetResult(this.#redis, key), this.#queue.remove(key)]));
  }

  /** Undefined while it is not over. */
  async #outcomeOf(key: RunKey): Promise<Outcome | undefined> {
    const job = await this.#queue.getJob(key);
    if (job === undefined) {
      return { key, isDone: false, error: 'somebody removed its job from the queue' };
    }
    const state = await job.getState();
    if (state === 'failed') return { key, isDone: false, error: job.failedReason };
    if (state !== 'completed') return undefined;
    const text = await resultOf(this.#redis, key);
    if (text !== undefined) return { key, isDone: true, text };
    if (job.returnvalue.isStored) return { key, isDone: true, text: undefined };
    return { key, isDone: false, error: 'its result is no longer in Redis' };
  }

  #whileWanted<Answer>(command: Promise<Answer>): Promise<Answer> {
    return whileWanted(this.#signal, command);
  }
}

const OVER: ReadonlySet<string> = new Set(['completed', 'failed', 'unknown']);
