/** `bench scaling`: sweeps, each written as a JSON file and a plot. */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { svgForFile } from '../../../packages/runner/src/report/svg.ts';
import { readScalingFile, resultHeading } from '../result-file.ts';
import { seconds, table } from '../../runs/markdown.ts';
import { checkOnly } from '../../runs/options.ts';
import { summarize } from '../statistics.ts';
import { type MeasuredPoint, type SweepMeasureOptions, measureSweep } from './measure.ts';
import { type DrawnSweep, scalingPlot } from './plot.ts';
import { type ScalingSweep, sweeps } from './sweeps.ts';

export interface ScalingOptions extends SweepMeasureOptions {
  /** The folder for the files; undefined to write none. */
  readonly out?: string;
  /** The names of the sweeps; undefined for all. */
  readonly only?: readonly string[];
  /** The share of the pieces of `medium`; less than 1 for a trial. */
  readonly share: number;
}

/** Returns the tables of the sweeps, as Markdown. */
export async function scaling(options: ScalingOptions): Promise<string> {
  const { out, share } = options;
  const all = sweeps(share);
  const known = all.map(({ name }) => name);
  const only = options.only ?? known;
  checkOnly('sweep', only, known);
  const texts: string[] = [];
  for (const sweep of all.filter(({ name }) => only.includes(name))) {
    const points = await measureSweep(sweep, options);
    if (out !== undefined) await writeSweep(out, { ...sweep, points });
    texts.push(`${sweep.title}\n\n${tableOf(sweep, points)}\n`);
  }
  return texts.join('\n');
}

/**
 * Draws the plots of sweeps that have been measured, from their files in `folder`. Returns the
 * names of the plots.
 *
 * @throws UserError if a file is missing or damaged
 */
export async function redraw(folder: string, only?: readonly string[]): Promise<string[]> {
  const known = sweeps(1);
  const names = known.map(({ name }) => name);
  checkOnly('sweep', only ?? names, names);
  const drawn: string[] = [];
  for (const { name, ideal } of known.filter((sweep) => (only ?? names).includes(sweep.name))) {
    const { title, axis, points } = await readScalingFile(join(folder, `${name}.json`));
    drawn.push(await drawSweep(folder, { name, title, axis, ideal, points }));
  }
  return drawn;
}

async function writeSweep(folder: string, sweep: DrawnSweep): Promise<void> {
  const { name, title, axis, points } = sweep;
  const document = { ...resultHeading('scaling'), name, title, axis, points };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify(document, null, 2)}\n`);
  await drawSweep(folder, sweep);
}

async function drawSweep(folder: string, sweep: DrawnSweep): Promise<string> {
  const file = `${sweep.name}.svg`;
  await writeFile(join(folder, file), `${svgForFile(scalingPlot(sweep))}\n`);
  return file;
}

function tableOf({ axis }: Pick<ScalingSweep, 'axis'>, points: readonly MeasuredPoint[]): string {
  const rows = points.map(({ x, workers, messages, windows, wallMs, cpuMs, peakRssBytes }) => {
    const wall = summarize(wallMs);
    const cpu = summarize(cpuMs);
    return [
      x.toLocaleString('en'),
      String(workers),
      seconds(wall.median, 2),
      `${seconds(wall.min, 2)} – ${seconds(wall.max, 2)}`,
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
    'CPU ns per message',
    'MB',
    'messages',
    'windows',
  ];
  return table(titles, rows, 'rrrrrrrr');
}
