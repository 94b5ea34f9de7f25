/**
 * Where runs are carried out. An engine takes runs, has them done wherever it does that, and says
 * what became of each; it knows no experiments, and writes no results.
 *
 *     local     a pool of threads of this process
 *     bullmq    a queue in Redis, and processes anywhere that work on it
 *     array     the shards of a batch system's array job, such as Slurm's
 */

import type { RunKey } from '../experiment/key.ts';
import type { PlannedRun, Setting } from '../experiment/plan.ts';

export type EngineName = 'local' | 'bullmq' | 'array';

/** What became of a run. */
export type RunOutcome =
  | {
      readonly key: RunKey;
      readonly isDone: true;
      /** A sealed record; undefined where whoever made it has put it into the store already. */
      readonly text: string | undefined;
    }
  | {
      readonly key: RunKey;
      readonly isDone: false;
      readonly error: string;
      /** How often it has been tried, where that is more than once. */
      readonly attempts?: number;
    };

/** As much of a planned run as it takes to make it. */
export interface RunSpec {
  readonly key: RunKey;
  readonly seed: number;
  readonly setting: Pick<Setting, 'config' | 'swarm'>;
}

/** Runs that are still to be done, the longest first. */
export interface RunSource {
  /** How many it has left, at most. */
  readonly length: number;
  /** The next run; undefined where there is none, or `fits` refuses it. */
  take(fits?: (run: PlannedRun) => boolean): PlannedRun | undefined;
}

/** How many runs an engine has. */
export interface EngineStatus {
  /** Runs that nobody has begun. */
  readonly waiting: number;
  /** Runs that somebody is at work on. */
  readonly active: number;
}

/** Carries out runs, here or elsewhere. */
export interface Engine {
  /** By which the command line knows it. */
  readonly name: EngineName;
  /** Its workers claim runs in the store themselves; otherwise they are claimed for it. */
  readonly claimsRunsItself: boolean;
  /**
   * Takes runs from `source`, and reports on each that it took. After a report the source may have
   * more. Resolves when it has none, and all have been reported.
   *
   * @throws the reason of `signal`, soon after it is aborted; or what `report` throws
   */
  submit(
    source: RunSource,
    onOutcome: (outcome: RunOutcome) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void>;
  /** How far it is. */
  status(): Promise<EngineStatus>;
  /** Lets go of threads and connections. */
  close(): Promise<void>;
}

/** Whoever carries out runs of others on this machine, until there are none, or it is stopped. */
export interface Worker {
  work(signal: AbortSignal): Promise<void>;
}
