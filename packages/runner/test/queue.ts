/** Sweeps in this process, and through a queue with worker processes. */

import { setTimeout as sleep } from 'node:timers/promises';

import { BullmqEngine } from '../src/campaign/engines/bullmq.ts';
import type { Engine } from '../src/campaign/engines/engine.ts';
import { LocalEngine } from '../src/campaign/engines/local.ts';
import type { CampaignPlan } from '../src/campaign/experiment/plan.ts';
import { Store } from '../src/campaign/store/store.ts';
import { sweep, type SweepEvent } from '../src/campaign/sweep.ts';
import { startProcess, type TestProcess } from './child-process.ts';

export const COMMAND: string = new URL('../bin/cachetorrent.js', import.meta.url).pathname;
/** How long a worker keeps the lock of a run without renewing it. */
const LOCK_MS = 2_000;
const NEVER = new AbortController().signal;

export interface SweepCallbacks {
  readonly signal?: AbortSignal;
  readonly onWarning?: (message: string) => void;
  readonly onEvent?: (event: SweepEvent) => void;
}

/** Sweeps with two threads of this process. */
export async function sweepLocally(plan: CampaignPlan, folder: string): Promise<SweepEvent[]> {
  return sweepWith(plan, folder, () => Promise.resolve(new LocalEngine({ jobs: 2 })));
}

/** Sweeps through the queue in the Redis at `url`. */
export async function sweepThroughQueue(
  plan: CampaignPlan,
  folder: string,
  url: string,
  callbacks: SweepCallbacks = {},
): Promise<SweepEvent[]> {
  const onWarning = callbacks.onWarning ?? (() => {});
  return sweepWith(plan, folder, () => BullmqEngine.connect({ url, onWarning }), callbacks);
}

async function sweepWith(
  plan: CampaignPlan,
  folder: string,
  connect: () => Promise<Engine>,
  { signal = NEVER, onEvent = () => {} }: SweepCallbacks = {},
): Promise<SweepEvent[]> {
  const store = await Store.open(folder);
  const engine = await connect();
  const events: SweepEvent[] = [];
  const recordEvent = (event: SweepEvent) => {
    events.push(event);
    onEvent(event);
  };
  try {
    await sweep({ plan, store, engine, signal, onEvent: recordEvent });
    return events;
  } finally {
    await engine.close();
    store.close();
  }
}

/** Starts a worker process. */
export function startQueueWorker(url: string, ...args: readonly string[]): TestProcess {
  const work = ['work', '--redis', url, '--jobs', '1', '--lock', String(LOCK_MS)];
  return startProcess(process.execPath, [COMMAND, ...work, ...args], {
    stdout: 'pipe',
    stderr: 'pipe',
  });
}

/** Stops worker processes with SIGTERM. */
export async function stopWorkers(...workers: readonly TestProcess[]): Promise<void> {
  for (const worker of workers) worker.kill('SIGTERM');
  await Promise.all(workers.map(({ exited }) => exited));
}

export async function waitUntil(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await sleep(20);
}
