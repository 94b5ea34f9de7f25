/** The runs that one campaign has handed over to a queue, until all of them have come back. */

import { setTimeout as sleep } from 'node:timers/promises';

import type { BulkJobOptions, Queue } from 'bullmq';
import type { Redis } from 'ioredis';

import type { RunKey } from '../experiment/key.ts';
import type { PlannedRun } from '../experiment/plan.ts';
import {
  deleteResult,
  hasResult,
  type JobResult,
  RETENTION_SECONDS,
  getResult,
} from './bullmq-queue.ts';
import type { RunOutcome, RunSource, RunSpec } from './engine.ts';
import { abortable } from './redis.ts';

export interface Places {
  readonly redis: Redis;
  readonly queue: Queue<RunSpec, JobResult>;
}

/**
 * Events can be lost with a connection; this is how often to look without one, and how much longer
 * to wait for each run that there is to look at.
 */
const POLL_INTERVAL_MS = 3_000;
const POLL_MS_PER_RUN = 1;
/** So many runs are asked about, or handed over, at once. */
const CHUNK_SIZE = 200;

const RETENTION: BulkJobOptions = {
  removeOnComplete: { age: RETENTION_SECONDS },
  removeOnFail: { age: RETENTION_SECONDS },
};

export class Submission {
  readonly #redis: Redis;
  readonly #queue: Queue<RunSpec, JobResult>;
  readonly #source: RunSource;
  readonly #onOutcome: (outcome: RunOutcome) => Promise<void>;
  readonly #signal: AbortSignal;
  readonly #pending = new Set<RunKey>();
  /** Those whose jobs have ended, as far as an event said. */
  #ended = new Set<RunKey>();
  #notify: () => void = () => {};

  constructor(
    { redis, queue }: Places,
    source: RunSource,
    report: (outcome: RunOutcome) => Promise<void>,
    signal: AbortSignal,
  ) {
    this.#redis = redis;
    this.#queue = queue;
    this.#source = source;
    this.#onOutcome = report;
    this.#signal = signal;
  }

  /** An event said that the job of `key` has ended. */
  jobEnded(key: RunKey): void {
    if (!this.#pending.has(key)) return;
    this.#ended.add(key);
    this.#notify();
  }

  async run(): Promise<void> {
    for (;;) {
      await this.#enqueueAll();
      if (this.#pending.size === 0) return;
      if (!(await this.#waitForEvent())) await this.#pollStates();
      const keys = this.#ended;
      this.#ended = new Set();
      for (const key of keys) await this.#collect(key);
    }
  }

  /** All runs that there are, the longest first. */
  async #enqueueAll(): Promise<void> {
    for (let runs = this.#takeChunk(); runs.length > 0; runs = this.#takeChunk()) {
      for (const { key } of runs) this.#pending.add(key);
      const isQueued = await this.#abortable(Promise.all(runs.map((run) => this.#isQueued(run))));
      const jobs = runs
        .filter((_, i) => !isQueued[i])
        .map(({ key, seed, setting: { config, swarm } }) => ({
          name: 'run',
          data: { key, seed, setting: { config, swarm } },
          opts: { ...RETENTION, jobId: key },
        }));
      await this.#abortable(this.#queue.addBulk(jobs));
    }
  }

  #takeChunk(): PlannedRun[] {
    const runs: PlannedRun[] = [];
    while (runs.length < CHUNK_SIZE) {
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
  async #waitForEvent(): Promise<boolean> {
    if (this.#ended.size > 0) return true;
    const waiting = new AbortController();
    const stirred = new Promise<true>((resolve) => {
      this.#notify = () => resolve(true);
    });
    const lookMs = POLL_INTERVAL_MS + POLL_MS_PER_RUN * this.#pending.size;
    const late = sleep(lookMs, false as const, { signal: waiting.signal });
    // It is let go below, and nobody waits for it then.
    late.catch(() => {});
    try {
      return await this.#abortable(Promise.race([stirred, late]));
    } finally {
      waiting.abort();
    }
  }

  /** Which jobs have ended, or are gone, though nothing was heard of it. */
  async #pollStates(): Promise<void> {
    const keys = [...this.#pending];
    for (let i = 0; i < keys.length; i += CHUNK_SIZE) {
      const some = keys.slice(i, i + CHUNK_SIZE);
      const asked = Promise.all(some.map((key) => this.#queue.getJobState(key)));
      const states = await this.#abortable(asked);
      for (const [n, state] of states.entries())
        if (ENDED_STATES.has(state)) this.#ended.add(some[n]!);
    }
  }

  async #collect(key: RunKey): Promise<void> {
    if (!this.#pending.has(key)) return;
    const outcome = await this.#abortable(this.#outcomeOf(key));
    if (outcome === undefined) return;
    this.#pending.delete(key);
    await this.#onOutcome(outcome);
    // Only what is known to be in the store leaves Redis.
    await this.#abortable(Promise.all([deleteResult(this.#redis, key), this.#queue.remove(key)]));
  }

  /** Undefined while it is not over. */
  async #outcomeOf(key: RunKey): Promise<RunOutcome | undefined> {
    const job = await this.#queue.getJob(key);
    if (job === undefined) {
      return { key, isDone: false, error: 'somebody removed its job from the queue' };
    }
    const state = await job.getState();
    if (state === 'failed') return { key, isDone: false, error: job.failedReason };
    if (state !== 'completed') return undefined;
    const text = await getResult(this.#redis, key);
    if (text !== undefined) return { key, isDone: true, text };
    if (job.returnvalue.isStored) return { key, isDone: true, text: undefined };
    return { key, isDone: false, error: 'its result is no longer in Redis' };
  }

  #abortable<Answer>(command: Promise<Answer>): Promise<Answer> {
    return abortable(this.#signal, command);
  }
}

const ENDED_STATES: ReadonlySet<string> = new Set(['completed', 'failed', 'unknown']);
