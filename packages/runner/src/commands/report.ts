/** `cachetorrent report`: writes the results of an experiment as an HTML page and as plots. */

import { findStoredCampaign } from '../campaign/stored-campaign.ts';
import { withStoreErrors } from '../campaign/store/files.ts';
import { refuseInStore } from '../campaign/store/manifest.ts';
import { Store } from '../campaign/store/store.ts';
import type { CliEnvironment } from '../cli-environment.ts';
import { damagedRunWarning, pluralize } from '../format.ts';
import { checkReplaceable, refuseExisting } from '../overwriting.ts';
import { replayFor } from '../report/replay.ts';
import { plotFolderOf, writeReport } from '../report/report.ts';

export interface ReportFlags {
  readonly out: string;
  readonly experiment?: string;
  /** Whether to overwrite an existing report. */
  readonly force?: true;
}

/** @throws UserError if there is no such store or experiment, or `out` cannot be written */
export async function reportCommand(
  folder: string,
  { out, experiment, force }: ReportFlags,
  environment: CliEnvironment,
): Promise<void> {
  const { stdout, stderr } = environment;
  await refuseInStore(folder, out, `--out ${out}`);
  await checkReplaceable(out, `--out ${out}`, force === true);
  if (force !== true) await refuseExisting(plotFolderOf(out), `--out ${out}: ${plotFolderOf(out)}`);
  const { page, plotFolder, plots, data } = await withStoreErrors(folder, async () => {
    const store = await Store.openReadOnly(folder);
    return writeReport(store, findStoredCampaign(store, experiment), out, (data) =>
      replayFor(store, data, environment),
    );
  });
  for (const run of data.damaged) stderr.write(damagedRunWarning(run));
  stdout.write(`${page}\n${pluralize(plots.length, 'plot')} as SVG and PNG in ${plotFolder}\n`);
}
