/** `cachetorrent run --plan`: what a run will take, before any of it is taken. */

import { type Footprint, footprintOf, type Swarm, workersFor } from '@cachetorrent/simulator';

import { UserError } from '../user-error.ts';

/** Where a run is to take place. */
export interface Resources {
  readonly workers: number;
  readonly cores: number;
  /** That the machine has, or that this process may have of it. */
  readonly memoryBytes: number;
}

/** With as many workers as a run would take there. */
export function resourcesFor(
  swarm: Swarm,
  workers: number | 'as' | undefined,
  machine: Omit<Resources, 'workers'>,
): Resources {
  return { ...machine, workers: workersFor(swarm, workers, machine.cores) };
}

/** As a person reads it; a line for each thing that memory goes to. */
export function planText(file: string, swarm: Swarm, resources: Resources): string {
  const plan = planRun(swarm, resources);
  const items = plan.items.map(({ what, count, bytesEach }) =>
    row(
      what,
      formatCount(count),
      `× ${bytesEach.toLocaleString('en')} B`,
      formatBytes(count * bytesEach),
    ),
  );
  const lines = [
    `what ${file} will take on ${resources.workers === 1 ? '1 worker' : `${resources.workers} workers`}`,
    '',
    ...items,
    row('memory', '', '', formatBytes(plan.bytes)),
    row('there is', '', '', formatBytes(resources.memoryBytes)),
    '',
    row('messages', formatCount(plan.messages), '', ''),
    row('time, roughly', duration(plan.wallMs), '', ''),
  ];
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

/** The same as a document. */
export function planRun(swarm: Swarm, { workers, cores, memoryBytes }: Resources): RunPlan {
  const footprint = footprintOf(swarm, workers);
  // Workers that have to share a core do not make it any faster.
  const wallMs = footprint.wallMs * Math.max(1, workers / cores);
  return { ...footprint, wallMs, workers, memoryBytes, fits: footprint.bytes <= memoryBytes };
}

export interface RunPlan extends Footprint {
  readonly workers: number;
  readonly memoryBytes: number;
  readonly fits: boolean;
}

/** @throws UserMistake where the run would not fit into memory */
export function checkMemory(file: string, swarm: Swarm, resources: Resources): void {
  const { bytes, fits } = planRun(swarm, resources);
  if (fits) return;
  throw new UserError({
    at: file,
    problem: `needs about ${formatBytes(bytes)} of memory, and there are ${formatBytes(resources.memoryBytes)}`,
    fix: 'take fewer peers or neighbours (--plan shows what counts), or insist with --force',
  });
}

function row(what: string, count: string, each: string, bytes: string): string {
  return `${what.padEnd(22)}${count.padStart(14)} ${each.padEnd(12)}${bytes.padStart(10)}`;
}

function formatBytes(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** In the unit that a person would name. */
function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}

function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en');
}
