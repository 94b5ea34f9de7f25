/** `bench scaling`: sweeps, each as a JSON file and a picture. */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { UserError } from '@cachetorrent/runner';

import { heading } from '../result-file.ts';
import { table } from '../../runs/markdown.ts';
import { summarize } from '../statistics.ts';
import { type MeasuredPoint, type MeasureOptions, measureSweep } from './measure.ts';
import { pictureOf } from './picture.ts';
import { type Sweep, sweeps } from './sweeps.ts';

export interface ScalingOptions extends MeasureOptions {
  /** A folder; nothing is written where it is absent. */
  readonly out?: string;
  /** Sweeps by name; all where it is absent. */
  readonly only?: readonly string[];
  /** 1 for swarms as large as `medium`, less for a trial. */
  readonly share: number;
}

/** Returns a table for each sweep, in Markdown. */
export async function scaling(options: ScalingOptions): Promise<string> {
  const { out, only, share } = options;
  const texts: string[] = [];
  for (const sweep of chosen(sweeps(share), only)) {
    const points = await measureSweep(sweep, options);
    if (out !== undefined) await writeSweep(out, sweep, points);
    texts.push(`${sweep.title}\n\n${tableOf(sweep, points)}\n`);
  }
  return texts.join('\n');
}

function chosen(all: readonly Sweep[], only: readonly string[] | undefined): readonly Sweep[] {
  if (only === undefined) return all;
  const known = all.map(({ name }) => name);
  const unknown = only.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const fix = `name some of ${known.join(', ')}`;
    throw new UserError({ at: '--only', problem: `has no sweep "${unknown}"`, fix });
  }
  return all.filter(({ name }) => only.includes(name));
}

async function writeSweep(
  folder: string,
  sweep: Sweep,
  points: readonly MeasuredPoint[],
): Promise<void> {
  const { name, title, axis } = sweep;
  const document = { ...heading('scaling'), name, title, axis, points };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify(document, null, 2)}\n`);
  await writeFile(join(folder, `${name}.svg`), pictureOf(sweep, points));
}

function tableOf({ axis }: Sweep, points: readonly MeasuredPoint[]): string {
  const rows = points.map(({ x, workers, messages, windows, wallMs, cpuMs, peakRssBytes }) => {
    const wall = summarize(wallMs);
    const cpu = summarize(cpuMs);
    return [
      x.toLocaleString('en'),
      String(workers),
      (wall.median / 1000).toFixed(2),
      `${(wall.min / 1000).toFixed(2)} – ${(wall.max / 1000).toFixed(2)}`,
      ((cpu.median * 1e6) / messages).toFixed(0),
      Math.round(summarize(peakRssBytes).median / 1e6).toLocaleString('en'),
      messages.toLocaleString('en'),
      windows.toLocaleString('en'),
    ];
  });
  const titles = [
    axis,
    'workers',
    'wall, s',
    'min – max',
    'CPU ns a message',
    'MB',
    'messages',
    'windows',
  ];
  return table(titles, rows, 'rrrrrrrr');
}
