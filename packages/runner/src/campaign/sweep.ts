/**
 * Carries out a campaign: finds out which of its runs are missing from the store, has an engine
 * make them, and puts what they come to into the store, each as soon as it is there.
 *
 * Others may work on the same store. A run is claimed before it is handed over; one that somebody
 * else has claimed is waited for, and taken on if they die.
 */

import { setTimeout as sleep } from 'node:timers/promises';

import { VERSION } from '../version.ts';
import { refreshDatasets } from './datasets/datasets.ts';
import type { Engine, Outcome, RunSource } from './engines/engine.ts';
import { Pace } from './estimate.ts';
import type { RunKey } from './experiment/key.ts';
import type { CampaignPlan, PlannedRun } from './experiment/plan.ts';
import { listingOf, writeListing } from './listing.ts';
import { Damaged } from './store/record.ts';
import type { DamagedRun, Store } from './store/store.ts';

export interface SweepOptions {
  readonly plan: CampaignPlan;
  /** Open to work on. */
  readonly store: Store;
  readonly engine: Engine;
  readonly signal: AbortSignal;
  /** Reads every run again, also those that have not been touched since they were found sound. */
  readonly thoroughly?: boolean;
  /** Makes only these of the plan's runs; by default all. */
  readonly only?: (run: PlannedRun) => boolean;
  /** Brings the datasets up to date in the end; on unless it says otherwise. */
  readonly datasets?: boolean;
  /** Called as things happen. */
  readonly onEvent?: (event: SweepEvent) => void;
}

export type SweepEvent =
  /** Before the first run, and once only. */
  | { readonly kind: 'begun'; readonly inventory: Inventory }
  /** A run is in the store; `elsewhere` if somebody else has made it. */
  | { readonly kind: 'done'; readonly run: PlannedRun; readonly elsewhere: boolean }
  /** It will be tried once more. */
  | { readonly kind: 'retry'; readonly run: PlannedRun; readonly error: string }
  /** It has failed for good. */
  | { readonly kind: 'failed'; readonly run: PlannedRun; readonly error: string };

/** What there is of a campaign before it is carried out. */
export interface Inventory {
  readonly stored: readonly PlannedRun[];
  /** Longest first, those included that are damaged. */
  readonly missing: readonly PlannedRun[];
  readonly damaged: readonly DamagedRun[];
  /** How long runs took that are stored. */
  readonly pace: Pace;
}

export interface SweepSummary {
  readonly done: number;
  readonly stored: number;
  readonly failed: readonly PlannedRun[];
}

const ATTEMPTS = 2;
const PUT_ELSEWHERE =
  'it was made, but is not in this store: --store of the workers has to be the same folder';
/** How often to look after runs that somebody else is at work on. */
const LOOK_EVERY_MS = 500;

export async function sweep(options: SweepOptions): Promise<SweepSummary> {
  return new Sweep(options).all();
}

/** What there is, and what is missing; all of it where there is no store yet. */
export function takeInventory(
  { runs }: CampaignPlan,
  store: Store | undefined,
  thoroughly = false,
): Inventory {
  const inStore = new Set(store?.keys());
  const distinct = [...new Map(runs.map((run) => [run.key, run])).values()];
  const present = distinct.filter(({ key }) => inStore.has(key));
  const damaged =
    store?.damaged(
      present.map(({ key }) => key),
      thoroughly,
    ) ?? [];
  const unsound = new Set(damaged.map(({ key }) => key));
  const isSound = ({ key }: PlannedRun) => inStore.has(key) && !unsound.has(key);
  const missing = distinct.filter((run) => !isSound(run));
  const stored = distinct.filter(isSound);
  return { stored, missing: longestFirst(missing), damaged, pace: paceOf(store, stored) };
}

/** So many runs say enough about how long others take. */
const PACE_SAMPLE = 20;

function paceOf(store: Store | undefined, stored: readonly PlannedRun[]): Pace {
  const pace = new Pace();
  const step = Math.max(1, Math.floor(stored.length / PACE_SAMPLE));
  for (let i = 0; i < stored.length; i += step) pace.learn(store!.read(stored[i]!.key));
  return pace;
}

class Sweep {
  readonly #options: SweepOptions;
  readonly #queue: Queue;
  readonly #runs: ReadonlyMap<RunKey, PlannedRun>;
  readonly #attempts = new Map<RunKey, number>();
  readonly #failed: PlannedRun[] = [];
  readonly #inventory: Inventory;
  #done = 0;

  constructor(options: SweepOptions) {
    const { plan, store, engine, thoroughly, only = () => true } = options;
    this.#options = options;
    const runs = plan.runs.filter(only);
    this.#runs = new Map(runs.map((run) => [run.key, run]));
    this.#inventory = takeInventory({ ...plan, runs }, store, thoroughly);
    this.#queue = new Queue(store, this.#inventory.missing, {
      claims: !engine.workersClaim,
      onDoneElsewhere: (run) => this.#doneElsewhere(run),
    });
  }

  async all(): Promise<SweepSummary> {
    const { plan, store, engine, signal, onEvent } = this.#options;
    await writeListing(store, listingOf(plan));
    for (const { key } of this.#inventory.damaged) await store.remove(key);
    onEvent?.({ kind: 'begun', inventory: this.#inventory });
    for (;;) {
      await engine.submit(this.#queue, (outcome) => this.#report(outcome), signal);
      if (this.#queue.length === 0) break;
      await sleep(LOOK_EVERY_MS, undefined, { signal });
    }
    if (this.#options.datasets !== false) await refreshDatasets(store, { signal });
    return {
      done: this.#done,
      stored: this.#inventory.stored.length,
      failed: this.#failed,
    };
  }

  async #report(outcome: Outcome): Promise<void> {
    const run = this.#runs.get(outcome.key)!;
    if (!outcome.isDone) return this.#retry(run, outcome.error, outcome.attempts);

    const problem = await this.#put(outcome.key, outcome.text);
    if (problem !== undefined) return this.#retry(run, problem);
    this.#queue.finish(run);
    this.#done++;
    this.#options.onEvent?.({ kind: 'done', run, elsewhere: false });
  }

  /** What kept the result from getting into the store. */
  async #put(key: RunKey, text: string | undefined): Promise<string | undefined> {
    const { store } = this.#options;
    if (text === undefined) return store.hasOfOthers(key) ? undefined : PUT_ELSEWHERE;
    try {
      await store.putSealed(key, text);
      return undefined;
    } catch (error) {
      if (error instanceof Damaged) return `its result ${error.message}`;
      throw error;
    }
  }

  async #retry(run: PlannedRun, error: string, tried = 1): Promise<void> {
    const { onEvent } = this.#options;
    const attempts = (this.#attempts.get(run.key) ?? 0) + tried;
    this.#attempts.set(run.key, attempts);
    if (attempts < ATTEMPTS) {
      this.#queue.again(run);
      onEvent?.({ kind: 'retry', run, error });
      return;
    }
    await this.#recordFailure(run, error, attempts);
    this.#queue.finish(run);
    this.#failed.push(run);
    onEvent?.({ kind: 'failed', run, error });
  }

  async #recordFailure(
    { key, seed, cell }: PlannedRun,
    error: string,
    attempts: number,
  ): Promise<void> {
    const { store } = this.#options;
    const command = `cachetorrent run ${store.configFileOf(key)} --seed ${seed}`;
    await store.putFailure({ key, seed, error, command, attempts, version: VERSION }, cell.config);
  }

  #doneElsewhere(run: PlannedRun): void {
    this.#done++;
    this.#options.onEvent?.({ kind: 'done', run, elsewhere: true });
  }
}

interface QueueOptions {
  /** Whether runs are claimed here. */
  readonly claims: boolean;
  readonly onDoneElsewhere: (run: PlannedRun) => void;
}

/** The runs that are still to be done, each claimed before it is given away. */
class Queue implements RunSource {
  readonly #store: Store;
  readonly #waiting: PlannedRun[];
  readonly #options: QueueOptions;

  constructor(store: Store, runs: readonly PlannedRun[], options: QueueOptions) {
    this.#store = store;
    this.#waiting = [...runs];
    this.#options = options;
  }

  get length(): number {
    return this.#waiting.length;
  }

  take(fits: (run: PlannedRun) => boolean = () => true): PlannedRun | undefined {
    for (let i = 0; i < this.#waiting.length; i++) {
      const run = this.#waiting[i]!;
      if (!fits(run)) return undefined;
      if (!this.#claim(run)) continue;

      this.#waiting.splice(i, 1);
      // Whoever had claimed it before may have finished it.
      if (!this.#store.has(run.key)) return run;
      this.finish(run);
      this.#options.onDoneElsewhere(run);
      i--;
    }
    return undefined;
  }

  again(run: PlannedRun): void {
    this.#store.ledger.release(run.key);
    this.#waiting.push(run);
  }

  finish({ key }: PlannedRun): void {
    this.#store.ledger.release(key);
  }

  #claim({ key }: PlannedRun): boolean {
    return !this.#options.claims || this.#store.ledger.claim([key]).length > 0;
  }
}

function longestFirst(runs: readonly PlannedRun[]): readonly PlannedRun[] {
  const pace = new Pace();
  const expected = runs.map((run) => ({ run, ms: pace.expectedMs(run.cell.swarm) }));
  const byTime = expected.sort((a, b) => b.ms - a.ms || (a.run.key < b.run.key ? -1 : 1));
  return byTime.map(({ run }) => run);
}
