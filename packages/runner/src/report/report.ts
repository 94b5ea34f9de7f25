/** Creates a report: reads the store, and writes a page and a folder with the plots. */

import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import type { StoredCampaign } from '../campaign/stored-campaign.ts';
import { listNames, createFolders } from '../campaign/store/files.ts';
import type { Store } from '../campaign/store/store.ts';
import { createDurableFile, removeQuietly, syncFolder } from '../durable-file.ts';
import { removeLeftovers, replaceFile, unfinishedPath } from '../replacement.ts';
import { systemError } from '../system-error.ts';
import { UserError } from '../user-error.ts';
import { type ReportData, reportData } from './report-data.ts';
import { pageOf } from './page.ts';
import type { Replay } from './replay.ts';
import { metricPlots } from './plots/curves.ts';
import { paymentsPlot } from './plots/payments.ts';
import { completionTimesPlot } from './plots/completion-times.ts';
import { piecesHeldPlot, populationPlot, throughputPlot } from './plots/timelines.ts';
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
 * Writes the report of a campaign to `file`, and its plots to a folder next to it.
 *
 * @param replayFor Makes the replay of a run; without it, the report has none.
 * @throws UserError if the store has none of its runs, or `file` cannot be written
 */
export async function writeReport(
  store: Store,
  campaign: StoredCampaign,
  file: string,
  replayFor?: (data: ReportData) => Promise<Replay | undefined>,
): Promise<WrittenReport> {
  const data = await reportData(store, campaign);
  if (data.settings.every(({ runs }) => runs.every(({ metrics }) => metrics === undefined))) {
    const at = `store ${store.folder}`;
    const problem = `has no runs of ${campaign.experiment.name} yet`;
    const fix = `execute them: cachetorrent sweep ${campaign.file} --store ${store.folder}`;
    throw new UserError({ at, problem, fix });
  }
  const curves = (campaign.experiment.plots ?? []).flatMap((spec, i) => metricPlots(spec, i, data));
  const details = [
    completionTimesPlot,
    populationPlot,
    piecesHeldPlot,
    throughputPlot,
    trafficPlot,
    paymentsPlot,
  ]
    .map((plot) => plot(data.details))
    .filter((plot) => plot !== undefined);
  const plots = [...curves, ...details];
  const plotFolder = plotFolderOf(file);
  checkPlotFolder(plotFolder);
  const replay = await replayFor?.(data);
  const page = pageOf(data, {
    curves,
    details,
    plotFolder: basename(plotFolder),
    ...(replay === undefined ? {} : { replay }),
  });
  try {
    await createFolders(dirname(file));
    await writePlots(plotFolder, plots);
    await replaceFile(file, page);
  } catch (error) {
    throw systemError(error, {
      at: `--out ${file}`,
      elsewhere: 'choose another file with --out',
    });
  }
  return { page: file, plotFolder, plots: plots.map(({ name }) => name), data };
}

/** The folder of the plots of the report in `file`. */
export function plotFolderOf(file: string): string {
  return join(dirname(file), `${basename(file).replace(/\.html?$/i, '')}-plots`);
}

/** Other plots in the folder are removed, so it must not contain anything else. */
function checkPlotFolder(folder: string): void {
  const foreign = listNames(folder).find((name) => !/\.(svg|png)$/.test(name));
  if (foreign === undefined) return;
  const problem = `contains "${foreign}", which is not a plot and would be lost`;
  throw new UserError({ at: folder, problem, fix: 'choose another file with --out' });
}

/**
 * Writes the plots into `folder`, and then removes those of an earlier report that this one lacks.
 * All plots are complete before the first of them is moved into the folder.
 */
async function writePlots(folder: string, plots: readonly ReportPlot[]): Promise<void> {
  await removeLeftovers(folder);
  const unfinished = unfinishedPath(folder);
  const names: string[] = [];
  const create = async (name: string, content: string | Uint8Array) => {
    await createDurableFile(join(unfinished, name), content);
    names.push(name);
  };
  try {
    await mkdir(unfinished);
    for (const plot of plots) {
      const svg = svgForFile(plot);
      await create(`${plot.name}.svg`, `${svg}\n`);
      await create(`${plot.name}.png`, renderPng(svg));
    }
    await createFolders(folder);
    for (const name of names) await rename(join(unfinished, name), join(folder, name));
    const obsolete = listNames(folder).filter((name) => !names.includes(name));
    for (const name of obsolete) await rm(join(folder, name));
    await syncFolder(folder);
  } finally {
    await removeQuietly(unfinished);
  }
}
