/**
 * Campaigns for programs and notebooks: executes an experiment and iterates over its runs as they
 * finish.
 *
 *     for await (const { parameters, result } of campaign('leaders-sweep.yaml')) {
 *       console.log(parameters, result.redundancy);
 *     }
 *
 * Runs that are in the store already come first. Leaving the loop stops the campaign; a later call
 * continues it.
 */

import { EventEmitter, on } from 'node:events';

import { pluralize } from '../format.ts';
import { type Engine, RunsFailed } from './engines/engine.ts';
import { LocalEngine } from './engines/local.ts';
import type { RunKey } from './experiment/key.ts';
import { type Parameters, planCampaign, type PlannedRun } from './experiment/plan.ts';
import { experimentFromObject, readExperiment } from './experiment/read.ts';
import type { Experiment } from './experiment/schema.ts';
import { campaignWarnings } from './experiment/warnings.ts';
import { storeError } from './store/files.ts';
import type { RunRecord } from './store/record.ts';
import { Store } from './store/store.ts';
import { sweep, type SweepEvent } from './sweep.ts';

export interface CampaignOptions {
  /** The folder of the store (default: `results`). */
  readonly store?: string;
  /** Number of cores to use (default: all). Ignored if `engine` is given. */
  readonly jobs?: number;
  /** Executes the runs (default: threads of this process). The caller closes it. */
  readonly engine?: Engine;
  /** Stops the campaign when aborted; finished runs are kept. */
  readonly signal?: AbortSignal;
  /**
   * Receives sentences about settings that stretch the model, and about damage of the store that
   * has been repaired.
   */
  readonly onWarning?: (warning: string) => void;
}

/** A finished run of a campaign. */
export interface CampaignRun {
  /** The key under which the store keeps the run. */
  readonly key: RunKey;
  /** The values of the varied parameters. */
  readonly parameters: Parameters;
  /** Seed of the random numbers of the run. */
  readonly seed: number;
  /** Index of the seed, from 0. */
  readonly repetition: number;
  /** The result, with a table of peers and a timeline. */
  readonly result: RunRecord['result'];
  /** Duration, threads and memory of the run. */
  readonly timing: RunRecord['timing'];
  /** Whether the run was in the store before. */
  readonly wasStored: boolean;
}

/**
 * Executes the missing runs of an experiment and yields all runs. `experiment` is a file, or the
 * content of one; in the latter case the path of its base is relative to the current folder.
 *
 * @throws UserError if the experiment or the store is invalid
 * @throws RunsFailed after all other runs, if some have failed
 */
export async function* campaign(
  experiment: string | Experiment,
  options: CampaignOptions = {},
): AsyncGenerator<CampaignRun, void, undefined> {
  const file =
    typeof experiment === 'string'
      ? await readExperiment(experiment)
      : experimentFromObject(experiment);
  const plan = await planCampaign(file);
  const runsByKey = Map.groupBy(plan.runs, ({ key }) => key);
  const { jobs, store: folder = 'results', onWarning = () => {} } = options;
  for (const warning of campaignWarnings(plan)) onWarning(warning);
  const storeOptions = options.signal === undefined ? {} : { signal: options.signal };
  const store = await Store.open(folder, { ...storeOptions, onWarning });
  const engine = options.engine ?? new LocalEngine(jobs === undefined ? {} : { jobs });
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, ...(options.signal ? [options.signal] : [])]);
  const emitter = new EventEmitter();
  const events = on(emitter, 'event', { close: ['end'] });
  const onEvent = (event: SweepEvent) => void emitter.emit('event', event);
  const sweeping = sweep({ plan, store, engine, signal, onEvent }).finally(() =>
    emitter.emit('end'),
  );
  // Awaited below. If the caller leaves the loop earlier, a rejection must not be unhandled.
  sweeping.catch(() => {});
  try {
    for await (const [event] of events as AsyncIterable<[SweepEvent]>) {
      for (const { run, wasStored } of finishedRuns(event)) {
        const { result, timing } = store.read(run.key);
        for (const { key, setting, seed, repetition } of runsByKey.get(run.key)!) {
          const { parameters } = setting;
          yield { key, parameters, seed, repetition, result, timing, wasStored };
        }
      }
    }
    const { failed } = await sweeping;
    if (failed.length > 0) {
      throw new RunsFailed(
        `${pluralize(failed.length, 'run')} failed; see ${store.folder}/failures`,
      );
    }
  } catch (error) {
    throw storeError(error, folder);
  } finally {
    stop.abort();
    await Promise.allSettled([sweeping]);
    if (options.engine === undefined) await engine.close();
    store.close();
  }
}

function finishedRuns(event: SweepEvent): readonly { run: PlannedRun; wasStored: boolean }[] {
  switch (event.kind) {
    case 'started':
      return event.status.stored.map((run) => ({ run, wasStored: true }));
    case 'done':
      return [{ run: event.run, wasStored: false }];
    default:
      return [];
  }
}
