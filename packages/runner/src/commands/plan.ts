/** `cachetorrent run --plan`: the expected memory and time of a run, without executing it. */

import {
  type Footprint,
  footprintOf,
  modelWarningsOf,
  type Swarm,
  type WindowForecast,
  windowOf,
  workersFor,
} from '@cachetorrent/simulator';

import { formatBytes, formatDuration, formatInteger, pluralize } from '../format.ts';
import type { Machine } from '../machine.ts';
import { UserError } from '../user-error.ts';

/** The threads, cores and memory that a run can use. */
export interface Resources extends Machine {
  readonly workers: number;
}

/** The resources of a run on `machine`; `workers` is what the user asked for. */
export function resourcesFor(
  swarm: Swarm,
  workers: number | 'as' | undefined,
  machine: Machine,
): Resources {
  return { ...machine, workers: workersFor(swarm, workers, machine.cores) };
}

/** A plan as a table with one row for each use of memory. */
export function planText(file: string, plan: RunForecast): string {
  const items = plan.items.map(({ what, count, bytesEach }) => {
    const each = `× ${bytesEach.toLocaleString('en-US')} B`;
    return row(what, formatInteger(count), each, formatBytes(count * bytesEach));
  });
  const lines = [
    `expected memory and time of ${file} on ${pluralize(plan.workers, 'worker')}`,
    '',
    ...items,
    row('total memory', '', '', formatBytes(plan.bytes)),
    row('available memory', '', '', formatBytes(plan.memoryBytes)),
    '',
    row('messages', formatInteger(plan.messages), '', ''),
    row('time (approximate)', formatDuration(plan.wallMs), '', ''),
    ...(plan.window === undefined ? [] : ['', ...windowLines(plan.window)]),
  ];
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

/** What is said about the network: how often workers wait for one another. */
function windowLines({ asCount, windowMs, between, links }: WindowForecast): string[] {
  if (windowMs === undefined || between === undefined) return ['one AS has all nodes'];
  const [from, to] = between;
  const perSecond = formatInteger(Math.ceil(1_000 / windowMs));
  return [
    `${formatInteger(asCount)} AS have nodes; the smallest latency between two of them is ` +
      `${formatInteger(windowMs)} ms, from ${from} to ${to}:`,
    `workers wait for one another up to ${perSecond} times in a simulated second`,
    ...costOfWindows(windowMs),
    ...(links === undefined
      ? []
      : [`a route has ${links.mean.toFixed(1)} links on average, and ${links.most} at most`]),
  ];
}

/** Windows of a transit–stub topology, with which others are compared. */
const USUAL_WINDOW_MS = 200;

/** What short windows cost; docs/networks.md has measurements. */
function costOfWindows(windowMs: number): string[] {
  const times = Math.round(USUAL_WINDOW_MS / windowMs);
  if (times < 2) return [];
  return [
    `that is ${formatInteger(times)} times as often as with windows of ${USUAL_WINDOW_MS} ms:`,
    'it makes a run of few peers slower, and matters little for thousands',
  ];
}

/**
 * Estimates a run. The time is only approximate. The network of `seed` is laid out, unless the run
 * is expected to exceed the memory.
 *
 * @throws SwarmError if the swarm does not fit the network
 */
export function planRun(swarm: Swarm, resources: Resources, seed: number): RunForecast {
  const forecast = forecastOf(swarm, resources);
  return forecast.fits ? { ...forecast, window: windowOf(swarm, seed) } : forecast;
}

function forecastOf(swarm: Swarm, { workers, cores, memoryBytes }: Resources): RunForecast {
  const footprint = footprintOf(swarm, workers);
  // Workers that share a core do not make the run faster.
  const wallMs = footprint.wallMs * Math.max(1, workers / cores);
  const warnings = modelWarningsOf(swarm).map(({ text }) => text);
  const fits = footprint.bytes <= memoryBytes;
  return { ...footprint, wallMs, workers, memoryBytes, fits, warnings };
}

/** The expected memory and time of a run, as JSON. */
export interface RunForecast extends Footprint {
  readonly workers: number;
  readonly memoryBytes: number;
  readonly fits: boolean;
  /** The window of synchronization; absent if the run does not fit. */
  readonly window?: WindowForecast;
  /** Where the run would stretch the model. */
  readonly warnings: readonly string[];
}

/** @throws UserError if the run is expected to exceed the memory */
export function checkMemory(file: string, swarm: Swarm, resources: Resources): void {
  const { bytes, memoryBytes, fits } = forecastOf(swarm, resources);
  if (fits) return;
  const [needed, available] = [formatBytes(bytes), formatBytes(memoryBytes)];
  throw new UserError({
    at: file,
    problem: `needs about ${needed} of memory, but ${available} are available`,
    fix: 'use fewer peers or neighbours (--plan shows what needs memory), or add --force',
  });
}

function row(name: string, count: string, each: string, bytes: string): string {
  return `${name.padEnd(22)}${count.padStart(14)} ${each.padEnd(12)}${bytes.padStart(10)}`;
}
