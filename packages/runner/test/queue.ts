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

export interface Ears {
  readonly signal?: AbortSignal;
  readonly onTrouble?: (message: string) => void;
  readonly onEvent?: (event: SweepEvent) => void;
}

/** By a pool of two threads. */
export async function sweptHere(plan: CampaignPlan, folder: string): Promise<SweepEvent[]> {
  return swept(plan, folder, () => Promise.resolve(new LocalEngine({ jobs: 2 })));
}

/** By whoever works on the queue in the Redis at `url`. */
export async function sweptThere(
  plan: CampaignPlan,
  folder: string,
  url: string,
  ears: Ears = {},
): Promise<SweepEvent[]> {
  const onTrouble = ears.onTrouble ?? (() => {});
  return swept(plan, folder, () => BullmqEngine.connect({ url, onTrouble }), ears);
}

async function swept(
  plan: CampaignPlan,
  folder: string,
  connect: () => Promise<Engine>,
  { signal = NEVER, onEvent = () => {} }: Ears = {},
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
export function working(url: string, ...args: readonly string[]): ChildProcess {
  const work = ['work', '--redis', url, '--jobs', '1', '--lock', String(LOCK_MS)];
  return spawn(process.execPath, [COMMAND, ...work, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Has processes end as if by Ctrl-C. */
export async function ended(...workers: readonly ChildProcess[]): Promise<void> {
  const exits = workers.map((worker) => once(worker, 'exit'));
  for (const worker of workers) worker.kill('SIGTERM');
  await Promise.all(exits);
}

export async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await isSo())) await sleep(20);
}
