/** Measures the points of a sweep: whole processes, in turns. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { totalMessages } from '@cachetorrent/runner';

import { type MeasuredRun, measureRun } from '../measured-run.ts';
import type { Point, Sweep } from './sweeps.ts';

export interface MeasuredPoint {
  readonly x: number;
  readonly workers: number;
  readonly messages: number;
  readonly windows: number;
  readonly resultHash: string;
  /** Of each run. */
  readonly wallMs: readonly number[];
  readonly cpuMs: readonly number[];
  readonly peakRssBytes: readonly number[];
}

export interface MeasureOptions {
  readonly runs: number;
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
}

export async function measureSweep(
  sweep: Sweep,
  options: MeasureOptions,
): Promise<MeasuredPoint[]> {
  const { runs, signal, tell } = options;
  const folder = await mkdtemp(join(tmpdir(), 'cachetorrent-bench-'));
  try {
    const taken: MeasuredRun[][] = sweep.points.map(() => []);
    for (let run = 0; run < runs; run++) {
      for (const [place, point] of sweep.points.entries()) {
        const one = await runPoint(point, folder, signal);
        taken[place]!.push(one);
        tell(`${sweep.name}, ${sweep.axis} ${point.x}: ${(one.wallMs / 1000).toFixed(1)} s`);
      }
    }
    return sweep.points.map((point, place) => together(point, taken[place]!));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function runPoint(point: Point, folder: string, signal: AbortSignal): Promise<MeasuredRun> {
  const file = join(folder, 'config.json');
  await writeFile(file, JSON.stringify(point.config));
  const args = [file, '--seed', '1', '--workers', String(point.workers)];
  return await measureRun({ args, signal });
}

function together({ x, workers }: Point, runs: readonly MeasuredRun[]): MeasuredPoint {
  const { result, timing } = runs[0]!.document;
  return {
    x,
    workers,
    messages: totalMessages(result.messages),
    windows: timing.windows,
    resultHash: result.resultHash,
    wallMs: runs.map(({ wallMs }) => wallMs),
    cpuMs: runs.map(({ cpuMs }) => cpuMs),
    peakRssBytes: runs.map(({ peakRssBytes }) => peakRssBytes),
  };
}
