/** Small campaigns, temporary folders, fake records and a fake engine for tests. */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Engine, RunOutcome, RunSource } from '../src/campaign/engines/engine.ts';
import { RESULTS_VERSION } from '../src/campaign/experiment/key.ts';
import {
  type CampaignPlan,
  planCampaign,
  type PlannedRun,
} from '../src/campaign/experiment/plan.ts';
import { experimentFromObject } from '../src/campaign/experiment/read.ts';
import { RECORD_SCHEMA, type RunRecord, serializeRecord } from '../src/campaign/store/record.ts';

const SMALL = new URL('../../../examples/configs/small.json', import.meta.url).pathname;

/** Calls `use` with a temporary folder, which is removed afterwards. */
export async function inFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'cachetorrent-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Plans a campaign with short runs: `small.json` with a small network and a short file. */
export async function smallCampaign(experiment: object = {}): Promise<CampaignPlan> {
  return planCampaign(experimentFromObject({ ...SMALL_EXPERIMENT, ...experiment }));
}

/** Twenty peers in a network of few routers, and a file of twenty pieces, of which none decides. */
export const SMALL_EXPERIMENT = {
  name: 'small',
  base: SMALL,
  set: {
    pieces: 20,
    uploadSlots: 1,
    transitDomains: 1,
    routersPerTransitDomain: 4,
    routersPerAs: 15,
  },
};

/** Returns the records of a store by file, without their timing. */
export function resultsIn(folder: string): ReadonlyMap<string, string> {
  const runs = join(folder, 'runs');
  const files = readdirSync(runs, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('run.json'))
    .sort();
  return new Map(
    files.map((file) => [file, withoutTiming(readFileSync(join(runs, file), 'utf8'))]),
  );
}

/** Returns the number of runs in a store; 0 if there is no store yet. */
export function runCountIn(folder: string): number {
  return existsSync(join(folder, 'runs')) ? resultsIn(folder).size : 0;
}

function withoutTiming(text: string): string {
  return text.slice(0, text.indexOf(',"timing":'));
}

/** Returns a plausible record of a run: metrics that depend on its key, and two peers. */
export function fakeRecord({ key, setting, seed }: PlannedRun): RunRecord {
  const n = Number.parseInt(key.slice(0, 4), 16);
  const completion = { p50Ms: n, p90Ms: 2 * n, meanMs: n, count: 1 };
  const none = { p50Ms: null, p90Ms: null, meanMs: null, count: 0 };
  return {
    schema: RECORD_SCHEMA,
    key,
    config: setting.config,
    seed,
    version: '0.0.0',
    resultsVersion: RESULTS_VERSION,
    result: {
      redundancy: n / 1000,
      traffic: 1,
      interAsShare: 0.5,
      durationMs: 2 * n,
      completion,
      uploadUtilisation: 0.5,
      lastPiecesPace: null,
      leaders: none,
      followers: none,
      classes: [{ name: 'peer', ...completion, uploadUtilisation: 0.5 }],
      classTraffic: [{ from: 'seed', to: 'peer', bytes: 10, leecherBytes: 0 }],
      messages: { have: 2 * n, piece: n },
      resultHash: key,
      asCount: 2,
      trafficBytes: [
        [1, 2],
        [3, 4],
      ],
      peers: {
        as: [0, 1],
        role: ['seed', 'peer'],
        class: ['seed', 'peer'],
        uploadKbps: [10, 10],
        downloadKbps: [20, 20],
        completionMs: [0, n],
        arrivedMs: [0, 10],
        completedMs: [5, 10 + n],
        leftMs: [null, 20 + n],
        departure: [null, 'finished'],
      },
      timeline: {
        toMs: [n, 2 * n],
        piecesHeld: [1, 2],
        activeConnections: [1, 1],
        outsideBytes: [0, 1],
        insideBytes: [0, 0],
        leecherConnections: [2, 0],
        interestedConnections: [1, 0],
      },
    },
    timing: { wallMs: 1, workers: 1, windows: 1, peakRssBytes: 1, messagesPerSecond: 1 },
  };
}

/** An engine that returns fake records at once. `fails` is how often a run fails first. */
export class FakeEngine implements Engine {
  readonly name = 'local';
  readonly claimsRunsItself = false;
  readonly executed: PlannedRun[] = [];
  readonly #fails: (run: PlannedRun) => number;
  readonly #failed = new Map<string, number>();

  constructor(fails: (run: PlannedRun) => number = () => 0) {
    this.#fails = fails;
  }

  async submit(
    source: RunSource,
    onOutcome: (outcome: RunOutcome) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    for (let run = source.take(); run !== undefined; run = source.take()) {
      signal.throwIfAborted();
      this.executed.push(run);
      const { key } = run;
      const failed = this.#failed.get(key) ?? 0;
      if (failed < this.#fails(run)) {
        this.#failed.set(key, failed + 1);
        await onOutcome({ key, isDone: false, error: 'injected failure' });
      } else {
        await onOutcome({ key, isDone: true, text: serializeRecord(fakeRecord(run)) });
      }
    }
  }

  status(): ReturnType<Engine['status']> {
    return Promise.resolve({ waiting: 0, active: 0 });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
