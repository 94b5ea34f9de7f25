/** `cachetorrent export`: a store as CSV. */

import { exportCsv } from '../campaign/export.ts';
import { findStoredCampaign } from '../campaign/stored-campaign.ts';
import { Store } from '../campaign/store/store.ts';
import { pluralize } from '../format.ts';
import type { CliEnvironment } from '../cli-environment.ts';

export interface ExportFlags {
  readonly out: string;
  readonly experiment?: string;
}

/** @throws UserMistake where there is no store, or nowhere to write to */
export async function exportCommand(
  folder: string,
  { out, experiment }: ExportFlags,
  { stdout, stderr }: CliEnvironment,
): Promise<void> {
  const store = await Store.openReadOnly(folder);
  const listing = experiment === undefined ? undefined : findStoredCampaign(store, experiment);
  const { files, runCount, damaged } = await exportCsv(store, out, listing);
  for (const { file, problem } of damaged) {
    stderr.write(`${file} ${problem}, and is left out; sweep makes it again\n`);
  }
  stdout.write(`${pluralize(runCount, 'run')} in\n${files.map((file) => `  ${file}\n`).join('')}`);
}
