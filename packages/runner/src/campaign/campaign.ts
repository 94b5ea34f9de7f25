/**
 * A campaign for programs and notebooks: give it an experiment, and go over its runs as they
 * finish.
 *
 *     for await (const { parameters, result } of campaign('leaders-sweep.yaml')) {
 *       console.log(parameters, result.redundancy);
 *     }
 *
 * Runs that the store has already come first, at once. Whoever leaves the loop stops the campaign;
 * going over it again goes on from there.
 */

import { EventEmitter, on } from 'node:events';

import { pluralize } from '../format.ts';
import type { Engine } from './engines/engine.ts';
import { LocalEngine } from './engines/local.ts';
import type { RunKey } from './experiment/key.ts';
import { type Parameters, planCampaign, type PlannedRun } from './experiment/plan.ts';
import { experimentFromObject, readExperiment } from './experiment/read.ts';
import type { Experiment } from './experiment/schema.ts';
import { RunsFailed } from './failed.ts';
import type { RunRecord } from './store/record.ts';
import { Store } from './store/store.ts';
import { sweep, type SweepEvent } from './sweep.ts';

export interface CampaignOptions {
  /** The folder that keeps the results; by default `results`. */
  readonly store?: string;
  /** Cores to use; by default all. */
  readonly jobs?: number;
  /** Where the runs are carried out; by default in threads of this process. It is not closed. */
  readonly engine?: Engine;
  /** Stops it when aborted; runs that have finished are kept. */
  readonly signal?: AbortSignal;
}

/** A run that has finished. */
export interface CampaignRun {
  /** Under which it is kept. */
  readonly key: RunKey;
  /** The values of what was varied. */
  readonly parameters: Parameters;
  /** Decides all chance of the run. */
  readonly seed: number;
  /** Counts the seeds, from 0. */
  readonly repetition: number;
  /** What it came to. */
  readonly result: RunRecord['result'];
  /** How long it took, and on what. */
  readonly timing: RunRecord['timing'];
  /** It was in the store before. */
  readonly wasStored: boolean;
}

/**
 * `experiment` is a file, or what would stand in one; its base is then seen from the current
 * folder.
 *
 * @throws UserError where the experiment, or the store, makes no sense
 * @throws RunsFailed after all other runs, where some have failed
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
  const runsOf = Map.groupBy(plan.runs, ({ key }) => key);
  const store = await Store.open(options.store ?? 'results');
  const engine = options.engine ?? new LocalEngine(optional({ jobs: options.jobs }));
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, ...(options.signal ? [options.signal] : [])]);
  const events = new EventEmitter();
  const heard = on(events, 'event', { close: ['end'] });
  const onEvent = (event: SweepEvent) => void events.emit('event', event);
  const sweeping = sweep({ plan, store, engine, signal, onEvent }).finally(() =>
    events.emit('end'),
  );
  // It is waited for below; should the loop be left before, nobody else hears of it.
  sweeping.catch(() => {});
  try {
    for await (const [event] of heard as AsyncIterable<[SweepEvent]>) {
      for (const { run, wasStored } of finishedRuns(event)) {
        const { result, timing } = store.read(run.key);
        for (const { key, setting, seed, repetition } of runsOf.get(run.key)!) {
          const { parameters } = setting;
          yield { key, parameters, seed, repetition, result, timing, wasStored };
        }
      }
    }
    const { failed } = await sweeping;
    if (failed.length > 0) {
      throw new RunsFailed(
        `${pluralize(failed.length, 'run')} failed; ${store.folder}/failures says why`,
      );
    }
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

/** Options are left out rather than undefined. */
function optional({ jobs }: { jobs: number | undefined }): { jobs?: number } {
  return jobs === undefined ? {} : { jobs };
}
