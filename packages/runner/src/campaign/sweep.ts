/**
 * Executes a campaign: finds the runs that are missing from the store, passes them to an engine,
 * and stores each result as soon as it arrives.
 *
 * Other processes may use the same store. A run is claimed in the ledger before it is passed on; a
 * run that another process has claimed is awaited, and taken over if that process dies.
 */

import { setTimeout as sleep } from 'node:timers/promises';

import { formatBytes } from '../format.ts';
import type { Machine } from '../machine.ts';
import { VERSION } from '../version.ts';
import { refreshDatasets } from './datasets/datasets.ts';
import type { Engine, RunOutcome, RunSource } from './engines/engine.ts';
import { runMemoryBytes, RunTimeEstimator } from './estimate.ts';
import type { RunKey } from './experiment/key.ts';
import type { CampaignPlan, PlannedRun } from './experiment/plan.ts';
import { checkRunsFit } from './resources.ts';
import { DamagedRecord } from './store/record.ts';
import type { DamagedRun, Store } from './store/store.ts';
import { storedCampaignOf, writeStoredCampaign } from './stored-campaign.ts';

export interface SweepOptions {
  readonly plan: CampaignPlan;
  /** A store that is open for writing. */
  readonly store: Store;
  readonly engine: Engine;
  readonly signal: AbortSignal;
  /** Reads every stored run again, also if its file is unchanged since it was last verified. */
  readonly verify?: boolean;
  /** What this machine has, if runs are executed here: those that need more memory are refused. */
  readonly machine?: Machine;
  /** Selects the runs of the plan to execute (default: all). */
  readonly filter?: (run: PlannedRun) => boolean;
  /** Updates the datasets at the end (default: true). */
  readonly updateDatasets?: boolean;
  readonly onEvent?: (event: SweepEvent) => void;
}

export type SweepEvent =
  /** Emitted once, before the first run. */
  | { readonly kind: 'started'; readonly status: CampaignStatus }
  /** Nothing can be done here at the moment; "waiting for" and `reason` are a sentence. */
  | { readonly kind: 'waiting'; readonly reason: string }
  /** A run is in the store; `elsewhere` if another process has executed it. */
  | { readonly kind: 'done'; readonly run: PlannedRun; readonly elsewhere: boolean }
  /** A run has failed and will be tried once more. */
  | { readonly kind: 'retry'; readonly run: PlannedRun; readonly error: string }
  /** A run has failed, and is not tried again. */
  | { readonly kind: 'failed'; readonly run: PlannedRun; readonly error: string };

/** Which runs of a campaign the store has. */
export interface CampaignStatus {
  readonly stored: readonly PlannedRun[];
  /** The longest first; includes damaged runs. */
  readonly missing: readonly PlannedRun[];
  readonly damaged: readonly DamagedRun[];
  /** Estimates run times from the stored runs. */
  readonly estimator: RunTimeEstimator;
}

export interface SweepSummary {
  /** Runs that this sweep has executed. */
  readonly done: number;
  /** Runs that were missing at the start, and that other processes have executed. */
  readonly elsewhere: number;
  /** Runs that were in the store at the start. */
  readonly stored: number;
  readonly failed: readonly PlannedRun[];
}

const MAX_ATTEMPTS = 2;
const NOT_IN_STORE =
  'it was executed, but is not in this store: --store of the workers has to be the same folder';
/** How often to check runs that another process has claimed. */
const POLL_INTERVAL_MS = 500;

/**
 * Executes the missing runs of a campaign.
 *
 * @throws UserError if runs are expected to exceed the memory of `machine`, before anything else
 */
export async function sweep(options: SweepOptions): Promise<SweepSummary> {
  return new Sweep(options).run();
}

/** Determines which runs of the plan are missing; without a store, all are. */
export function campaignStatus(
  { runs }: CampaignPlan,
  store: Store | undefined,
  verify = false,
): CampaignStatus {
  const inStore = new Set(store?.keys());
  const distinct = [...new Map(runs.map((run) => [run.key, run])).values()];
  const present = distinct.filter(({ key }) => inStore.has(key));
  const presentKeys = present.map(({ key }) => key);
  const damaged = store?.findDamaged(presentKeys, verify) ?? [];
  const damagedKeys = new Set(damaged.map(({ key }) => key));
  const isStored = ({ key }: PlannedRun) => inStore.has(key) && !damagedKeys.has(key);
  const missing = distinct.filter((run) => !isStored(run));
  const stored = distinct.filter(isStored);
  return {
    stored,
    missing: longestFirst(missing),
    damaged,
    estimator: estimatorFor(store, stored),
  };
}

/** The number of stored runs that are read to estimate the time of others. */
const SAMPLE_SIZE = 20;

function estimatorFor(store: Store | undefined, stored: readonly PlannedRun[]): RunTimeEstimator {
  const estimator = new RunTimeEstimator();
  const step = Math.max(1, Math.floor(stored.length / SAMPLE_SIZE));
  for (let i = 0; i < stored.length; i += step) estimator.addSample(store!.read(stored[i]!.key));
  return estimator;
}

class Sweep {
  readonly #options: SweepOptions;
  readonly #pending: PendingRuns;
  readonly #runs: ReadonlyMap<RunKey, PlannedRun>;
  readonly #attempts = new Map<RunKey, number>();
  readonly #failed: PlannedRun[] = [];
  readonly #status: CampaignStatus;
  #done = 0;
  #doneElsewhere = 0;
  /** The last reason to wait that was reported. */
  #reason = '';

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
    const { plan, store, engine, signal, onEvent, machine } = this.#options;
    if (machine !== undefined) checkRunsFit(plan.file, this.#status.missing, machine);
    await writeStoredCampaign(store, storedCampaignOf(plan));
    await store.removeDamaged(this.#status.damaged);
    onEvent?.({ kind: 'started', status: this.#status });
    await this.#recordKilledRuns();
    for (;;) {
      await engine.submit(this.#pending, (outcome) => this.#handleOutcome(outcome), signal);
      if (this.#pending.length === 0) break;
      this.#reportWait(this.#waitReason());
      await sleep(POLL_INTERVAL_MS, undefined, { signal });
    }
    if (this.#options.updateDatasets !== false) {
      const onWait = () => this.#reportWait('another process, which updates the tables');
      await refreshDatasets(store, { signal, onWait });
    }
    return {
      done: this.#done,
      elsewhere: this.#doneElsewhere,
      stored: this.#status.stored.length,
      failed: this.#failed,
    };
  }

  /** Records the runs during which a process was killed, until they are finished. */
  async #recordKilledRuns(): Promise<void> {
    const { store, engine } = this.#options;
    // Other engines execute what this process has claimed in processes of their own.
    if (engine.name !== 'local') return;
    const { abandoned } = store.ledger;
    for (const run of this.#status.missing) {
      if (!abandoned.has(run.key)) continue;
      const error =
        'its process was killed while it executed this run, perhaps because memory ran out: the ' +
        `run needs about ${formatBytes(runMemoryBytes(run.setting.swarm))}`;
      await this.#recordFailure(run, error, 1);
      this.#options.onEvent?.({ kind: 'retry', run, error });
    }
  }

  async #handleOutcome(outcome: RunOutcome): Promise<void> {
    const run = this.#runs.get(outcome.key)!;
    if (!outcome.isDone) return this.#retry(run, outcome.error, outcome.attempts);

    const problem = await this.#storeResult(outcome.key, outcome.text);
    if (problem !== undefined) return this.#retry(run, problem);
    this.#pending.release(run);
    this.#done++;
    this.#options.onEvent?.({ kind: 'done', run, elsewhere: false });
  }

  /** Stores a result; returns a description of the problem if that is not possible. */
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
    this.#pending.release(run);
    this.#failed.push(run);
    onEvent?.({ kind: 'failed', run, error });
  }

  async #recordFailure(run: PlannedRun, error: string, attempts: number): Promise<void> {
    const { store } = this.#options;
    const { key, seed, setting } = run;
    const command = `cachetorrent run ${store.failureConfigFile(key)} --seed ${seed}`;
    const failure = { key, seed, error, command, attempts, version: VERSION };
    await store.putFailure(failure, setting.config);
  }

  /** Returns what the remaining runs wait for; undefined if nothing is known to hold them up. */
  #waitReason(): string | undefined {
    const { ledger } = this.#options.store;
    if (ledger.isLocked) return 'another process, which has locked the ledger of the store';
    const owners = ledger.otherOwners();
    return owners.length === 0 ? undefined : `the runs of ${owners.join(' and ')}`;
  }

  #reportWait(reason: string | undefined): void {
    if (reason === undefined || reason === this.#reason) return;
    this.#reason = reason;
    this.#options.onEvent?.({ kind: 'waiting', reason });
  }

  #doneByOther(run: PlannedRun): void {
    this.#doneElsewhere++;
    this.#options.onEvent?.({ kind: 'done', run, elsewhere: true });
  }
}

interface PendingRunsOptions {
  /** Whether to claim each run in the ledger. */
  readonly claimsRuns: boolean;
  readonly onDoneByOther: (run: PlannedRun) => void;
}

/** The runs that remain to be executed. A run is claimed before it is taken. */
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
      if (!this.#claim(run)) {
        if (this.#store.ledger.isLocked) return undefined;
        continue;
      }

      this.#runs.splice(i, 1);
      // The process that had claimed it before may have finished it.
      if (!this.#store.has(run.key)) return run;
      this.release(run);
      this.#options.onDoneByOther(run);
      i--;
    }
    return undefined;
  }

  /** Adds a run again that has been taken. */
  requeue(run: PlannedRun): void {
    this.release(run);
    this.#runs.push(run);
  }

  /** Releases the claim of a run that has been taken. */
  release({ key }: PlannedRun): void {
    this.#store.ledger.release(key);
  }

  #claim({ key }: PlannedRun): boolean {
    return !this.#options.claimsRuns || this.#store.ledger.claim([key]).length > 0;
  }
}

function longestFirst(runs: readonly PlannedRun[]): readonly PlannedRun[] {
  const estimator = new RunTimeEstimator();
  const estimated = runs.map((run) => ({ run, ms: estimator.expectedMs(run.setting.swarm) }));
  const sorted = estimated.sort((a, b) => b.ms - a.ms || (a.run.key < b.run.key ? -1 : 1));
  return sorted.map(({ run }) => run);
}
