/** Measures the points of a sweep, as whole processes in turn. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { totalMessages } from '@cachetorrent/runner';

import { withTemporaryFolder } from '../../files.ts';
import { type MeasuredRun, measureRun } from '../process.ts';
import type { SweepPoint, ScalingSweep } from './sweeps.ts';

export interface MeasuredPoint {
  readonly x: number;
  readonly workers: number;
  readonly messages: number;
  readonly windows: number;
  readonly resultHash: string;
  /** One entry for each run, as in the next two. */
  readonly wallMs: readonly number[];
  readonly cpuMs: readonly number[];
  readonly peakRssBytes: readonly number[];
}

export interface SweepMeasureOptions {
  readonly runs: number;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

export async function measureSweep(
  sweep: ScalingSweep,
  options: SweepMeasureOptions,
): Promise<MeasuredPoint[]> {
  const { runs, signal, log } = options;
  return withTemporaryFolder(async (folder) => {
    const runsOf: MeasuredRun[][] = sweep.points.map(() => []);
    for (let run = 0; run < runs; run++) {
      for (const [index, point] of sweep.points.entries()) {
        const one = await runPoint(point, folder, signal);
        runsOf[index]!.push(one);
        log(`${sweep.name}, ${sweep.axis} ${point.x}: ${(one.wallMs / 1000).toFixed(1)} s`);
      }
    }
    return sweep.points.map((point, index) => measuredPoint(point, runsOf[index]!));
  });
}

async function runPoint(
  point: SweepPoint,
  folder: string,
  signal: AbortSignal,
): Promise<MeasuredRun> {
  const file = join(folder, 'config.json');
  await writeFile(file, JSON.stringify(point.config));
  const args = [file, '--seed', '1', '--workers', String(point.workers)];
  return await measureRun({ args, signal });
}

function measuredPoint({ x, workers }: SweepPoint, runs: readonly MeasuredRun[]): MeasuredPoint {
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
