/** The section of a page that compares real swarms with simulated ones. */

import { heading, paragraphs, signedPercent, table } from '../runs/markdown.ts';
import { type ComparedFigure, compareRuns, type SettingRuns } from './comparison.ts';
import type { FigureGroup, Target } from './figures.ts';
import { distortionsOf } from './real-swarm.ts';
import { RECHOKE_INTERVAL_MS } from '../../packages/client/src/transfer/torrent-transfer.ts';
import { clientOf, CLIENT, pieceText, SCENARIOS, settingName } from './scenarios.ts';

/** The page with the section, the name of the section in its comments, and the folder of files. */
export const PAGE = 'docs/validation.md';
export const SECTION = 'real clients';
export const PAGE_FOLDER = 'docs/validation';

/** A picture of a scenario. */
export interface Picture {
  readonly scenario: string;
  /** The path of the file, relative to the page. */
  readonly path: string;
  readonly title: string;
}

export interface Validation {
  /** The version of libtorrent; undefined if no swarm of it was run. */
  readonly version: string | undefined;
  readonly runs: readonly SettingRuns[];
  readonly pictures: readonly Picture[];
}

export function sectionOf({ version, runs, pictures }: Validation): string {
  const compared = runs.map((setting) => ({ setting, figures: compareRuns(setting) }));
  const scenarios = SCENARIOS.filter(({ name }) =>
    runs.some(({ setting }) => setting.scenario.name === name),
  );
  return paragraphs(
    introduction(version, runs),
    summaryTable(compared),
    ...scenarios.flatMap((scenario) => [
      heading(3, scenario.title),
      ...pictures
        .filter((picture) => picture.scenario === scenario.name)
        .map(({ title, path }) => `![${title}](${path})`),
      ...compared
        .filter(({ setting }) => setting.setting.scenario === scenario && setting.pairs.length > 0)
        .flatMap(({ setting, figures }) => [
          heading(4, `${scenario.title}, pieces of ${pieceText(setting.setting.pieceKiB)}`),
          figureTable(figures),
        ]),
    ]),
    ...runNotes(runs),
  );
}

function introduction(version: string | undefined, runs: readonly SettingRuns[]): string {
  const { neighbours, uploadSlots, optimisticSlots, rechokeS } = CLIENT;
  const clients = new Set(runs.map(({ setting }) => clientOf(setting.scenario)));
  const names = [...clients].map((client) =>
    client === 'libtorrent'
      ? `libtorrent ${version}, which rechokes every ${rechokeS} s,`
      : `our own client, which rechokes every ${RECHOKE_INTERVAL_MS / 1_000} s,`,
  );
  const counts = runs.map(({ pairs }) => pairs.length);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const each = least === most ? `${least}` : `${least} to ${most}`;
  return `Real swarms of ${names.join(' and of ')}
on loopback addresses, and simulations of the same swarms: the same neighbours (${neighbours} asked
for, all in \`leaving\`), capacities and file, and ${uploadSlots} + ${optimisticSlots} upload slots.
Runs of each setting: ${each}. Figures are means over the runs with 95 % confidence intervals.
Differences are simulated less real, run by run. A verdict is on the mean difference; with a
question mark, its interval does not exclude the contrary.`;
}

interface ComparedSetting {
  readonly setting: SettingRuns;
  readonly figures: readonly ComparedFigure[];
}

function summaryTable(compared: readonly ComparedSetting[]): string {
  const titles = [
    '',
    'runs',
    'median',
    '90th',
    'last',
    'first 30 s',
    'then',
    'classes',
    'redundancy',
    'messages',
    'targets met',
  ];
  const rows = compared.map(({ setting, figures }) => {
    const named = (name: string): string => {
      const figure = figures.find((each) => each.name === name);
      return figure === undefined ? '' : differenceText(figure);
    };
    const [first, then] = figures.filter(({ group }) => group === 'utilisation');
    const targets = figures.filter(({ verdict }) => verdict !== undefined);
    const met = targets.filter(({ verdict }) => verdict!.startsWith('met'));
    return [
      settingName(setting.setting),
      String(setting.pairs.length),
      named('median, s'),
      named('90th, s'),
      named('last, s'),
      first === undefined ? '' : differenceText(first),
      then === undefined ? '' : differenceText(then),
      worst(figures, 'exchange'),
      named('redundancy'),
      worst(figures, 'messages'),
      `${met.length} of ${targets.length}`,
    ];
  });
  const text = `Completion times, upload utilisation, and of the shares of the classes and the kinds
of messages the one that differs most:`;
  return `${text}\n\n${table(titles, rows, `l${'r'.repeat(titles.length - 1)}`)}`;
}

/** The figure of a group that differs most. */
function worst(figures: readonly ComparedFigure[], group: FigureGroup): string {
  const own = figures.filter((figure) => figure.group === group);
  if (own.length === 0) return '';
  const figure = own.reduce((a, b) => (Math.abs(b.difference) > Math.abs(a.difference) ? b : a));
  return `${figure.name} ${differenceText(figure)}`;
}

function figureTable(figures: readonly ComparedFigure[]): string {
  const titles = ['', 'real', 'simulated', 'difference', 'target', 'verdict'];
  const rows = figures.map((figure) => [
    figure.name,
    meanText(figure.real, figure.digits),
    meanText(figure.simulated, figure.digits),
    differenceText(figure, true),
    targetText(figure.target),
    figure.verdict ?? '',
  ]);
  return table(titles, rows, 'lrrrrl');
}

function meanText({ mean, low }: ComparedFigure['real'], digits: number): string {
  const value = mean.toFixed(digits);
  return low === undefined ? value : `${value} ± ${(mean - low).toFixed(digits)}`;
}

function differenceText(figure: ComparedFigure, withInterval = false): string {
  const { difference, differenceInterval, target, digits } = figure;
  const text = (value: number): string =>
    target?.kind === 'absolute'
      ? `${value < 0 ? '' : '+'}${value.toFixed(digits)}`
      : signedPercent(value);
  if (!Number.isFinite(difference)) return 'only simulated';
  if (!withInterval || differenceInterval === undefined) return text(difference);
  const [low, high] = differenceInterval;
  return `${text(difference)} (${text(low)} to ${text(high)})`;
}

function targetText(target: Target | undefined): string {
  if (target === undefined) return '';
  return target.kind === 'relative' ? `${100 * target.bound} %` : String(target.bound);
}

/** What is missing, and which runs the machine may have distorted. */
function runNotes(runs: readonly SettingRuns[]): string[] {
  const notes = runs.flatMap(({ setting, pairs, problems }) => [
    ...problems.map((problem) => `${settingName(setting)}, ${problem}`),
    ...pairs.flatMap(({ seed, real }) =>
      distortionsOf(real).map((why) => `${settingName(setting)}, seed ${seed}: ${why}`),
    ),
  ]);
  if (notes.length === 0) return [];
  return [
    heading(3, 'Runs that are missing or may be distorted'),
    `The figures are provisional: ${notes.length} problems with the runs were found.`,
    notes.map((note) => `- ${note}`).join('\n'),
  ];
}
