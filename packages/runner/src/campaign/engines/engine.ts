/**
 * The interface of engines, which execute runs. An engine takes runs from a source and reports the
 * outcome of each; it knows nothing of experiments, and writes no results.
 *
 *     local     a pool of threads of this process
 *     bullmq    a queue in Redis, served by worker processes on any machines
 *     array     an array job of a batch system such as Slurm, with a shard for each task
 */

import type { RunKey } from '../experiment/key.ts';
import type { PlannedRun, Setting } from '../experiment/plan.ts';

export type EngineName = 'local' | 'bullmq' | 'array';

/** The outcome of one execution of a run. */
export type RunOutcome =
  | {
      readonly key: RunKey;
      readonly isDone: true;
      /** A serialized record; undefined if the worker has put it into the store already. */
      readonly text: string | undefined;
    }
  | {
      readonly key: RunKey;
      readonly isDone: false;
      readonly error: string;
      /** The number of attempts, if more than one. */
      readonly attempts?: number;
    };

/** The part of a planned run that is needed to execute it. */
export interface RunSpec {
  readonly key: RunKey;
  readonly seed: number;
  readonly setting: Pick<Setting, 'config' | 'swarm'>;
}

/** The runs that remain to be executed, the longest first. */
export interface RunSource {
  /** The number of runs that remain, at most. */
  readonly length: number;
  /** Removes and returns the next run; undefined if there is none, or `fits` rejects it. */
  take(fits?: (run: PlannedRun) => boolean): PlannedRun | undefined;
}

/** The number of runs that an engine has taken and not finished. */
export interface EngineStatus {
  /** Runs that have not been started. */
  readonly waiting: number;
  /** Runs that are being executed. */
  readonly active: number;
}

/** Executes runs, on this machine or elsewhere. */
export interface Engine {
  /** The name in the option `--engine`. */
  readonly name: EngineName;
  /** Whether its workers claim runs in the store's ledger; otherwise the sweep claims them. */
  readonly claimsRunsItself: boolean;
  /**
   * Takes runs from `source` and reports the outcome of each. After a report, the source may have
   * further runs. Resolves when the source is empty and all outcomes have been reported.
   *
   * @throws the reason of `signal`, soon after it is aborted; and what `onOutcome` throws
   */
  submit(
    source: RunSource,
    onOutcome: (outcome: RunOutcome) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void>;
  /** The numbers of runs that are waiting and that are being executed. */
  status(): Promise<EngineStatus>;
  /** Releases threads and connections. */
  close(): Promise<void>;
}

/** Some runs of a campaign have failed; the results of the others are in the store. */
export class RunsFailed extends Error {
  override readonly name = 'RunsFailed';
}
