/** The files of a comparison: all figures and runs as JSON, and the pictures. */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { svgForFile } from '../../packages/runner/src/report/svg.ts';
import { resultHeading } from '../bench/result-file.ts';
import { compareRuns, type SettingRuns } from './comparison.ts';
import { plotsOf } from './plots.ts';
import { distortionsOf, type RealSwarm } from './real-swarm.ts';
import { CLIENT, configOf, SCENARIOS } from './scenarios.ts';
import { PAGE_FOLDER, type Picture } from './section.ts';

const RESULTS = 'results.json';

export interface Results {
  /** The version of libtorrent; undefined if no swarm of it was run. */
  readonly version: string | undefined;
  /** Its settings that differ from the usual ones. */
  readonly clientSettings?: RealSwarm['settings'];
  readonly runs: readonly SettingRuns[];
}

/** Writes all files into `folder`, which is made if needed, and returns the pictures. */
export async function writeResults(
  folder: string,
  { version, clientSettings = {}, runs }: Results,
): Promise<readonly Picture[]> {
  await mkdir(folder, { recursive: true });
  const document = {
    ...resultHeading('validate'),
    libtorrent: version,
    client: CLIENT,
    clientSettings,
    settings: runs.map((setting) => settingDocument(setting)),
  };
  await writeFile(join(folder, RESULTS), `${JSON.stringify(document, rounded)}\n`);

  const pictures: Picture[] = [];
  for (const scenario of SCENARIOS) {
    const own = runs.filter(({ setting }) => setting.scenario === scenario);
    for (const plot of plotsOf(scenario, own)) {
      const file = `${plot.name}.svg`;
      await writeFile(join(folder, file), `${svgForFile(plot)}\n`);
      const path = `${PAGE_FOLDER.split('/').at(-1)!}/${file}`;
      pictures.push({ scenario: scenario.name, path, title: plot.title });
    }
  }
  return pictures;
}

function settingDocument(runs: SettingRuns): object {
  const { setting, pairs, problems } = runs;
  return {
    scenario: setting.scenario.name,
    pieceKiB: setting.pieceKiB,
    config: configOf(setting),
    problems,
    figures: compareRuns(runs),
    runs: pairs.map((pair) => ({ ...pair, distortions: distortionsOf(pair.real) })),
  };
}

/** Six digits are more than any figure is known to. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value)
    ? Number(value.toPrecision(6))
    : value;
}
