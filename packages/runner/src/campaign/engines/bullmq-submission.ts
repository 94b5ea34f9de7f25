/** The runs that one call of `submit` has added to the queue, until all outcomes are reported. */

import { setTimeout as sleep } from 'node:timers/promises';

import type { BulkJobOptions, Queue } from 'bullmq';
import type { Redis } from 'ioredis';

import type { RunKey } from '../experiment/key.ts';
import type { PlannedRun } from '../experiment/plan.ts';
import {
  deleteResult,
  getResult,
  hasResult,
  type JobResult,
  RETENTION_SECONDS,
} from './bullmq-queue.ts';
import type { RunOutcome, RunSource, RunSpec } from './engine.ts';
import { abortable } from './redis.ts';

export interface QueueConnection {
  readonly redis: Redis;
  readonly queue: Queue<RunSpec, JobResult>;
}

/**
 * Events can be lost together with a connection; so states are also polled at this interval, plus
 * a time for each run that has to be polled.
 */
const POLL_INTERVAL_MS = 3_000;
const POLL_MS_PER_RUN = 1;
/** The number of runs that are polled, or added to the queue, at once. */
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
  /** Runs whose outcomes have not been reported. */
  readonly #pending = new Set<RunKey>();
  /** Pending runs whose jobs have ended, according to events. */
  #ended = new Set<RunKey>();
  #notify: () => void = () => {};

  constructor(
    { redis, queue }: QueueConnection,
    source: RunSource,
    onOutcome: (outcome: RunOutcome) => Promise<void>,
    signal: AbortSignal,
  ) {
    this.#redis = redis;
    this.#queue = queue;
    this.#source = source;
    this.#onOutcome = onOutcome;
    this.#signal = signal;
  }

  /** Handles the event that the job of `key` has ended. */
  jobEnded(key: RunKey): void {
    if (!this.#pending.has(key)) return;
    this.#ended.add(key);
    this.#notify();
  }

  /** Resolves when the source is empty and all outcomes have been reported. */
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

  /** Adds all runs of the source to the queue, the longest first. */
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

  /** Whether the queue has the run already. A job that ended without a result is removed. */
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

  /** Resolves to true when a job has ended, to false when it is time to poll. */
  async #waitForEvent(): Promise<boolean> {
    if (this.#ended.size > 0) return true;
    const timer = new AbortController();
    const notified = new Promise<true>((resolve) => {
      this.#notify = () => resolve(true);
    });
    const pollMs = POLL_INTERVAL_MS + POLL_MS_PER_RUN * this.#pending.size;
    const timeout = sleep(pollMs, false as const, { signal: timer.signal });
    // It is aborted below, when nothing awaits it any more.
    timeout.catch(() => {});
    try {
      return await this.#abortable(Promise.race([notified, timeout]));
    } finally {
      timer.abort();
    }
  }

  /** Finds jobs that have ended, or have been removed, without an event. */
  async #pollStates(): Promise<void> {
    const keys = [...this.#pending];
    for (let i = 0; i < keys.length; i += CHUNK_SIZE) {
      const chunk = keys.slice(i, i + CHUNK_SIZE);
      const requests = Promise.all(chunk.map((key) => this.#queue.getJobState(key)));
      const states = await this.#abortable(requests);
      for (const [n, state] of states.entries()) {
        if (ENDED_STATES.has(state)) this.#ended.add(chunk[n]!);
      }
    }
  }

  async #collect(key: RunKey): Promise<void> {
    if (!this.#pending.has(key)) return;
    const outcome = await this.#abortable(this.#outcomeOf(key));
    if (outcome === undefined) return;
    this.#pending.delete(key);
    await this.#onOutcome(outcome);
    // A result is deleted from Redis only after it has been stored.
    await this.#abortable(Promise.all([deleteResult(this.#redis, key), this.#queue.remove(key)]));
  }

  /** Returns the outcome of a run; undefined if its job has not ended. */
  async #outcomeOf(key: RunKey): Promise<RunOutcome | undefined> {
    const job = await this.#queue.getJob(key);
    if (job === undefined) {
      return { key, isDone: false, error: 'its job was removed from the queue' };
    }
    const state = await job.getState();
    if (state === 'failed') return { key, isDone: false, error: job.failedReason };
    if (state !== 'completed') return undefined;
    const text = await getResult(this.#redis, key);
    if (text !== undefined) return { key, isDone: true, text };
    if (job.returnvalue.isStored) return { key, isDone: true, text: undefined };
    return { key, isDone: false, error: 'its result is no longer in Redis' };
  }

  #abortable<Reply>(command: Promise<Reply>): Promise<Reply> {
    return abortable(this.#signal, command);
  }
}

const ENDED_STATES: ReadonlySet<string> = new Set(['completed', 'failed', 'unknown']);
