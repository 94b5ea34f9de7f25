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
import type { Engine, RunOutcome, RunSource } from './engines/engine.ts';
import { RunTimeEstimator } from './estimate.ts';
import type { RunKey } from './experiment/key.ts';
import type { CampaignPlan, PlannedRun } from './experiment/plan.ts';
import { storedCampaignOf, writeStoredCampaign } from './stored-campaign.ts';
import { DamagedRecord } from './store/record.ts';
import type { DamagedRun, Store } from './store/store.ts';

export interface SweepOptions {
  readonly plan: CampaignPlan;
  /** Open to work on. */
  readonly store: Store;
  readonly engine: Engine;
  readonly signal: AbortSignal;
  /** Reads every run again, also those that have not been touched since they were found sound. */
  readonly verify?: boolean;
  /** Makes only these of the plan's runs; by default all. */
  readonly filter?: (run: PlannedRun) => boolean;
  /** Brings the datasets up to date in the end; on unless it says otherwise. */
  readonly updateDatasets?: boolean;
  /** Called as things happen. */
  readonly onEvent?: (event: SweepEvent) => void;
}

export type SweepEvent =
  /** Before the first run, and once only. */
  | { readonly kind: 'started'; readonly status: CampaignStatus }
  /** A run is in the store; `elsewhere` if somebody else has made it. */
  | { readonly kind: 'done'; readonly run: PlannedRun; readonly elsewhere: boolean }
  /** It will be tried once more. */
  | { readonly kind: 'retry'; readonly run: PlannedRun; readonly error: string }
  /** It has failed for good. */
  | { readonly kind: 'failed'; readonly run: PlannedRun; readonly error: string };

/** What there is of a campaign before it is carried out. */
export interface CampaignStatus {
  readonly stored: readonly PlannedRun[];
  /** Longest first, those included that are damaged. */
  readonly missing: readonly PlannedRun[];
  readonly damaged: readonly DamagedRun[];
  /** How long runs took that are stored. */
  readonly estimator: RunTimeEstimator;
}

export interface SweepSummary {
  readonly done: number;
  readonly stored: number;
  readonly failed: readonly PlannedRun[];
}

const MAX_ATTEMPTS = 2;
const NOT_IN_STORE =
  'it was made, but is not in this store: --store of the workers has to be the same folder';
/** How often to look after runs that somebody else is at work on. */
const POLL_INTERVAL_MS = 500;

export async function sweep(options: SweepOptions): Promise<SweepSummary> {
  return new Sweep(options).run();
}

/** What there is, and what is missing; all of it where there is no store yet. */
export function campaignStatus(
  { runs }: CampaignPlan,
  store: Store | undefined,
  thoroughly = false,
): CampaignStatus {
  const inStore = new Set(store?.keys());
  const distinct = [...new Map(runs.map((run) => [run.key, run])).values()];
  const present = distinct.filter(({ key }) => inStore.has(key));
  const damaged =
    store?.findDamaged(
      present.map(({ key }) => key),
      thoroughly,
    ) ?? [];
  const unsound = new Set(damaged.map(({ key }) => key));
  const isSound = ({ key }: PlannedRun) => inStore.has(key) && !unsound.has(key);
  const missing = distinct.filter((run) => !isSound(run));
  const stored = distinct.filter(isSound);
  return {
    stored,
    missing: longestFirst(missing),
    damaged,
    estimator: estimatorFor(store, stored),
  };
}

/** So many runs say enough about how long others take. */
const SAMPLE_SIZE = 20;

function estimatorFor(store: Store | undefined, stored: readonly PlannedRun[]): RunTimeEstimator {
  const pace = new RunTimeEstimator();
  const step = Math.max(1, Math.floor(stored.length / SAMPLE_SIZE));
  for (let i = 0; i < stored.length; i += step) pace.addSample(store!.read(stored[i]!.key));
  return pace;
}

class Sweep {
  readonly #options: SweepOptions;
  readonly #pending: PendingRuns;
  readonly #runs: ReadonlyMap<RunKey, PlannedRun>;
  readonly #attempts = new Map<RunKey, number>();
  readonly #failed: PlannedRun[] = [];
  readonly #status: CampaignStatus;
  #done = 0;

  constructor(options: SweepOptions) {
    const { plan, store, engine, verify, filter = () => true } = options;
    this.#options = options;
    const runs = plan.runs.filter(filter);
    this.#runs = new Map(runs.map((run) => [run.key, run]));
    this.#status = campaignStatus({ ...plan, runs }, store, verify);
    this.#pending = new PendingRuns(store, this.#status.missing, {
      claimsRuns: !engine.claimsRunsItself,
      onDoneByOther: (run) => this.#doneByOther(run),
    });
  }

  async run(): Promise<SweepSummary> {
    const { plan, store, engine, signal, onEvent } = this.#options;
    await writeStoredCampaign(store, storedCampaignOf(plan));
    for (const { key } of this.#status.damaged) await store.remove(key);
    onEvent?.({ kind: 'started', status: this.#status });
    for (;;) {
      await engine.submit(this.#pending, (outcome) => this.#handleOutcome(outcome), signal);
      if (this.#pending.length === 0) break;
      await sleep(POLL_INTERVAL_MS, undefined, { signal });
    }
    if (this.#options.updateDatasets !== false) await refreshDatasets(store, { signal });
    return {
      done: this.#done,
      stored: this.#status.stored.length,
      failed: this.#failed,
    };
  }

  async #handleOutcome(outcome: RunOutcome): Promise<void> {
    const run = this.#runs.get(outcome.key)!;
    if (!outcome.isDone) return this.#retry(run, outcome.error, outcome.attempts);

    const problem = await this.#storeResult(outcome.key, outcome.text);
    if (problem !== undefined) return this.#retry(run, problem);
    this.#pending.finish(run);
    this.#done++;
    this.#options.onEvent?.({ kind: 'done', run, elsewhere: false });
  }

  /** What kept the result from getting into the store. */
  async #storeResult(key: RunKey, text: string | undefined): Promise<string | undefined> {
    const { store } = this.#options;
    if (text === undefined) return store.hasUncached(key) ? undefined : NOT_IN_STORE;
    try {
      await store.putText(key, text);
      return undefined;
    } catch (error) {
      if (error instanceof DamagedRecord) return `its result ${error.message}`;
      throw error;
    }
  }

  async #retry(run: PlannedRun, error: string, tried = 1): Promise<void> {
    const { onEvent } = this.#options;
    const attempts = (this.#attempts.get(run.key) ?? 0) + tried;
    this.#attempts.set(run.key, attempts);
    if (attempts < MAX_ATTEMPTS) {
      this.#pending.requeue(run);
      onEvent?.({ kind: 'retry', run, error });
      return;
    }
    await this.#recordFailure(run, error, attempts);
    this.#pending.finish(run);
    this.#failed.push(run);
    onEvent?.({ kind: 'failed', run, error });
  }

  async #recordFailure(
    { key, seed, setting }: PlannedRun,
    error: string,
    attempts: number,
  ): Promise<void> {
    const { store } = this.#options;
    const command = `cachetorrent run ${store.failureConfigFile(key)} --seed ${seed}`;
    await store.putFailure(
      { key, seed, error, command, attempts, version: VERSION },
      setting.config,
    );
  }

  #doneByOther(run: PlannedRun): void {
    this.#done++;
    this.#options.onEvent?.({ kind: 'done', run, elsewhere: true });
  }
}

interface PendingRunsOptions {
  /** Whether runs are claimed here. */
  readonly claimsRuns: boolean;
  readonly onDoneByOther: (run: PlannedRun) => void;
}

/** The runs that are still to be done, each claimed before it is given away. */
class PendingRuns implements RunSource {
  readonly #store: Store;
  readonly #runs: PlannedRun[];
  readonly #options: PendingRunsOptions;

  constructor(store: Store, runs: readonly PlannedRun[], options: PendingRunsOptions) {
    this.#store = store;
    this.#runs = [...runs];
    this.#options = options;
  }

  get length(): number {
    return this.#runs.length;
  }

  take(fits: (run: PlannedRun) => boolean = () => true): PlannedRun | undefined {
    for (let i = 0; i < this.#runs.length; i++) {
      const run = this.#runs[i]!;
      if (!fits(run)) return undefined;
      if (!this.#claim(run)) continue;

      this.#runs.splice(i, 1);
      // Whoever had claimed it before may have finished it.
      if (!this.#store.has(run.key)) return run;
      this.finish(run);
      this.#options.onDoneByOther(run);
      i--;
    }
    return undefined;
  }

  requeue(run: PlannedRun): void {
    this.#store.ledger.release(run.key);
    this.#runs.push(run);
  }

  finish({ key }: PlannedRun): void {
    this.#store.ledger.release(key);
  }

  #claim({ key }: PlannedRun): boolean {
    return !this.#options.claimsRuns || this.#store.ledger.claim([key]).length > 0;
  }
}

function longestFirst(runs: readonly PlannedRun[]): readonly PlannedRun[] {
  const pace = new RunTimeEstimator();
  const expected = runs.map((run) => ({ run, ms: pace.expectedMs(run.setting.swarm) }));
  const byTime = expected.sort((a, b) => b.ms - a.ms || (a.run.key < b.run.key ? -1 : 1));
  return byTime.map(({ run }) => run);
}
