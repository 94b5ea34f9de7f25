/** Puts a report together: reads the store, draws, and writes a page and a folder of plots. */

import { rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import type { StoredCampaign } from '../campaign/stored-campaign.ts';
import { listNames, createFolders, storeError } from '../campaign/store/files.ts';
import type { Store } from '../campaign/store/store.ts';
import { UserError } from '../user-error.ts';
import { type ReportData, reportData } from './report-data.ts';
import { pageOf } from './page.ts';
import { metricPlots } from './plots/curves.ts';
import { completionTimesPlot } from './plots/completion-times.ts';
import { piecesHeldPlot, throughputPlot } from './plots/timelines.ts';
import { trafficPlot } from './plots/traffic.ts';
import { renderPng } from './png.ts';
import { type ReportPlot, svgForFile } from './svg.ts';

export interface WrittenReport {
  readonly page: string;
  readonly plotFolder: string;
  readonly plots: readonly string[];
  readonly data: ReportData;
}

/**
 * Writes the report of an experiment to `file`, and its plots to a folder beside it.
 *
 * @throws UserError where the store has none of its runs, or `file` cannot be written
 */
export async function writeReport(
  store: Store,
  listing: StoredCampaign,
  file: string,
): Promise<WrittenReport> {
  const data = await reportData(store, listing);
  if (data.settings.every(({ runs }) => runs.every(({ metrics }) => metrics === undefined))) {
    const at = `store ${store.folder}`;
    const problem = `has no run of ${listing.experiment.name} yet`;
    const fix = `fill it: cachetorrent sweep ${listing.file} --store ${store.folder}`;
    throw new UserError({ at, problem, fix });
  }
  const overParameters = (listing.experiment.plots ?? []).flatMap((spec, i) =>
    metricPlots(spec, i, data),
  );
  const details = [completionTimesPlot, piecesHeldPlot, throughputPlot, trafficPlot]
    .map((draw) => draw(data.details))
    .filter((drawing) => drawing !== undefined);
  const drawings = [...overParameters, ...details];
  const plotFolder = join(dirname(file), `${basename(file).replace(/\.html?$/i, '')}-plots`);
  const page = pageOf(data, {
    curves: overParameters,
    details,
    plotFolder: basename(plotFolder),
  });
  checkPlotFolder(plotFolder);
  try {
    await writePlots(plotFolder, drawings);
    await writePage(file, page);
  } catch (error) {
    throw storeError(error, file);
  }
  return { page: file, plotFolder, plots: drawings.map(({ name }) => name), data };
}

/** The folder is replaced as a whole, so it must not hold anything else. */
function checkPlotFolder(folder: string): void {
  const strange = listNames(folder).find((name) => !/\.(svg|png)$/.test(name));
  if (strange === undefined) return;
  const problem = `holds "${strange}", which is no plot, and would be lost`;
  throw new UserError({ at: folder, problem, fix: 'name another page with --out' });
}

/** In a folder of another name until all are there. */
async function writePlots(folder: string, drawings: readonly ReportPlot[]): Promise<void> {
  const made = `${folder}.new-${process.pid}`;
  try {
    await createFolders(made);
    for (const drawing of drawings) {
      const svg = svgForFile(drawing);
      await writeFile(join(made, `${drawing.name}.svg`), `${svg}\n`);
      await writeFile(join(made, `${drawing.name}.png`), renderPng(svg));
    }
    await rm(folder, { recursive: true, force: true });
    await rename(made, folder);
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

async function writePage(file: string, page: string): Promise<void> {
  const made = `${file}.new-${process.pid}`;
  try {
    await writeFile(made, page);
    await rename(made, file);
  } finally {
    await rm(made, { force: true });
  }
}
