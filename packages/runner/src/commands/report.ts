/** `cachetorrent report`: an experiment's results as one page, and as plots. */

import { findStoredCampaign } from '../campaign/stored-campaign.ts';
import { Store } from '../campaign/store/store.ts';
import { writeReport } from '../report/report.ts';
import type { CliEnvironment } from '../cli-environment.ts';

export interface ReportFlags {
  readonly out: string;
  readonly experiment?: string;
}

/** @throws UserMistake where there is nothing to report on, or nowhere to put it */
export async function reportCommand(
  folder: string,
  { out, experiment }: ReportFlags,
  { stdout, stderr }: CliEnvironment,
): Promise<void> {
  const store = await Store.openReadOnly(folder);
  const { page, plotFolder, plots, data } = await writeReport(
    store,
    findStoredCampaign(store, experiment),
    out,
  );
  for (const { file, problem } of data.damaged) {
    stderr.write(`${file} ${problem}, and is left out; sweep makes it again\n`);
  }
  stdout.write(`${page}\n${plots.length} plots, as SVG and PNG, in ${plotFolder}\n`);
}
