/** Campaigns carried out here, and by a queue with workers in processes of their own. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import { BullmqEngine } from '../src/campaign/engines/bullmq.ts';
import type { Engine } from '../src/campaign/engines/engine.ts';
import { LocalEngine } from '../src/campaign/engines/local.ts';
import type { CampaignPlan } from '../src/campaign/experiment/plan.ts';
import { Store } from '../src/campaign/store/store.ts';
import { sweep, type SweepEvent } from '../src/campaign/sweep.ts';

export const COMMAND: string = new URL('../bin/cachetorrent.js', import.meta.url).pathname;
/** After so long in silence, a run goes to another worker. */
const LOCK_MS = 2_000;
const NEVER = new AbortController().signal;

export interface SweepCallbacks {
  readonly signal?: AbortSignal;
  readonly onWarning?: (message: string) => void;
  readonly onEvent?: (event: SweepEvent) => void;
}

/** By a pool of two threads. */
export async function sweepLocally(plan: CampaignPlan, folder: string): Promise<SweepEvent[]> {
  return sweepWith(plan, folder, () => Promise.resolve(new LocalEngine({ jobs: 2 })));
}

/** By whoever works on the queue in the Redis at `url`. */
export async function sweepThroughQueue(
  plan: CampaignPlan,
  folder: string,
  url: string,
  ears: SweepCallbacks = {},
): Promise<SweepEvent[]> {
  const onTrouble = ears.onWarning ?? (() => {});
  return sweepWith(plan, folder, () => BullmqEngine.connect({ url, onWarning: onTrouble }), ears);
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
  const hear = (event: SweepEvent) => {
    events.push(event);
    onEvent(event);
  };
  try {
    await sweep({ plan, store, engine, signal, onEvent: hear });
    return events;
  } finally {
    await engine.close();
    store.close();
  }
}

/** A process that works on the queue. */
export function startQueueWorker(url: string, ...args: readonly string[]): ChildProcess {
  const work = ['work', '--redis', url, '--jobs', '1', '--lock', String(LOCK_MS)];
  return spawn(process.execPath, [COMMAND, ...work, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Has processes end as if by Ctrl-C. */
export async function stopWorkers(...workers: readonly ChildProcess[]): Promise<void> {
  const exits = workers.map((worker) => once(worker, 'exit'));
  for (const worker of workers) worker.kill('SIGTERM');
  await Promise.all(exits);
}

export async function waitUntil(isSo: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await isSo())) await sleep(20);
}
