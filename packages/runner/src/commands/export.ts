/** `cachetorrent export`: writes the results in a store as CSV files. */

import { exportCsv } from '../campaign/export.ts';
import { findStoredCampaign } from '../campaign/stored-campaign.ts';
import { withStoreErrors } from '../campaign/store/files.ts';
import { refuseInStore } from '../campaign/store/manifest.ts';
import { Store } from '../campaign/store/store.ts';
import type { CliEnvironment } from '../cli-environment.ts';
import { damagedRunWarning, pluralize } from '../format.ts';

export interface ExportFlags {
  readonly out: string;
  readonly experiment?: string;
  /** Whether to overwrite existing files. */
  readonly force?: true;
}

/** @throws UserError if there is no such store or experiment, or `out` cannot be written */
export async function exportCommand(
  folder: string,
  { out, experiment, force }: ExportFlags,
  { stdout, stderr }: CliEnvironment,
): Promise<void> {
  await refuseInStore(folder, out, `--out ${out}`);
  const { files, runCount, damaged } = await withStoreErrors(folder, async () => {
    const store = await Store.openReadOnly(folder);
    const campaign = experiment === undefined ? undefined : findStoredCampaign(store, experiment);
    return exportCsv(store, out, { campaign, force });
  });
  for (const run of damaged) stderr.write(damagedRunWarning(run));
  stdout.write(
    `exported ${pluralize(runCount, 'run')} to\n${files.map((file) => `  ${file}\n`).join('')}`,
  );
}
