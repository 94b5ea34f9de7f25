/** The section of `docs/leader-failure.md` that the runs give. */

import { bySeed, Figures, type SettingName } from '../findings/figures.ts';
import type { SettingRuns } from '../runs/collect.ts';
import { type Estimate, estimate } from '../runs/estimate.ts';
import {
  costOf,
  type Experiments,
  type GeneratedSection,
  parameterText,
  pictureOf,
} from '../runs/experiment-page.ts';
import { heading, paragraphs, table } from '../runs/markdown.ts';
import {
  INTER_AS,
  meanTimeOf,
  MEDIAN,
  type NamedFigure,
  NINETIETH,
  REDUNDANCY,
  UNSERVED,
  unservedOf,
} from './figures.ts';
import { figurePlot, type FigurePoint, type TimePoint, timePlot } from './plots.ts';

export const LEADER_FAILURE = 'leader-failure';
export const EXPERIMENTS = ['leader-failure', 'leader-sessions'] as const;

/** The shares of leaders that crash, in percent. */
const CRASHED = [0, 10, 50, 100] as const;
const FAILURE_FIGURES = [REDUNDANCY, INTER_AS, MEDIAN, NINETIETH, UNSERVED];
const SESSION_FIGURES = [INTER_AS, meanTimeOf('home'), unservedOf('home')];
const PLAIN = 'BitTorrent';
const BIASED = 'biased BitTorrent';
/** With a tenth of the peers as leaders. */
const CACHE = 'CacheTorrent';

export function sectionOf(experiments: Experiments): GeneratedSection {
  const failure = experiments.get('leader-failure')!.settings;
  const sessions = experiments.get('leader-sessions')!.settings;
  const failurePlots = FAILURE_FIGURES.map((figure) => failurePlot(figure, failure));
  const timePlots = [unservedPlot(failure), leadersPlot(failure)];
  const sessionPlots = SESSION_FIGURES.map((figure) => sessionPlot(figure, sessions));
  const text = paragraphs(
    costOf(experiments),
    heading(2, 'What CacheTorrent is worth'),
    worth(new Figures(failure), new Figures(sessions)),
    heading(2, 'Leaders crash at half-time'),
    figureTable(failure, ['protocol', 'crashed'], ['protocol', 'crashed, %'], FAILURE_FIGURES),
    CHANGES,
    changeTable(failure),
    ...[...failurePlots, ...timePlots].map((plot) => pictureOf(LEADER_FAILURE, plot)),
    heading(2, 'Leaders do not stay'),
    figureTable(
      sessions,
      ['sessionMin', 'protocol'],
      ['mean session, min', 'protocol'],
      SESSION_FIGURES,
    ),
    ...sessionPlots.map((plot) => pictureOf(LEADER_FAILURE, plot)),
  );
  return { text, plots: [...failurePlots, ...timePlots, ...sessionPlots] };
}

const CHANGES = `
Times are those of the peers who have completed the file, and the time without service that of all
who have not crashed. What the crash changes, seed by seed, against the same swarm without one:`;

/** The three sentences that the page is about. */
function worth(failure: Figures, sessions: Figures): string {
  const atHalf = (protocol: string, crashed: number, figure: NamedFigure): string =>
    estimateText(valuesOf(failure, { protocol, crashed }, figure), figure.digits);
  const inSessions = (protocol: string, sessionMin: number | string, figure: NamedFigure): string =>
    estimateText(valuesOf(sessions, { protocol, sessionMin }, figure), figure.digits);
  const change = (figure: NamedFigure): string =>
    estimateText(changeOf(failure, CACHE, 100, figure), figure.digits);
  const [, time, unserved] = SESSION_FIGURES;
  return `
If all leaders of every AS, a tenth of the peers, crash at half-time, an AS still imports a piece
${atHalf(CACHE, 100, REDUNDANCY)} times, as against ${atHalf(CACHE, 0, REDUNDANCY)} without a crash,
${atHalf(PLAIN, 100, REDUNDANCY)} in BitTorrent and ${atHalf(BIASED, 100, REDUNDANCY)} with biased
neighbour selection, when as many peers crash there. The median follower takes
${change(MEDIAN)} s longer than without the crash, and each leecher is without service for
${change(UNSERVED)} s more. If leaders stay for 10 minutes on average,
${inSessions(CACHE, 10, INTER_AS)} % of the bytes go from one AS to another, as against
${inSessions(CACHE, 'endless', INTER_AS)} % with leaders that stay for ever,
${inSessions(PLAIN, 10, INTER_AS)} % in BitTorrent and ${inSessions(BIASED, 10, INTER_AS)} % with
biased neighbour selection, and a home user takes ${inSessions(CACHE, 10, time!)} s,
${inSessions(CACHE, 10, unserved!)} s of them without service, as against
${inSessions(PLAIN, 10, time!)} s and ${inSessions(PLAIN, 10, unserved!)} s in BitTorrent.`;
}

function valuesOf(figures: Figures, name: SettingName, figure: NamedFigure): number[] {
  return bySeed((value) => value, figures.of(name, figure.of));
}

function changeOf(figures: Figures, protocol: string, crashed: number, figure: NamedFigure) {
  return bySeed(
    (without, withCrash) => withCrash - without,
    figures.of({ protocol, crashed: 0 }, figure.of),
    figures.of({ protocol, crashed }, figure.of),
  );
}

/** A row for each setting. */
function figureTable(
  settings: readonly SettingRuns[],
  parameters: readonly string[],
  titles: readonly string[],
  shown: readonly NamedFigure[],
): string {
  const figures = new Figures(settings);
  const rows = settings.map((setting) => {
    const name = Object.fromEntries(parameters.map((each) => [each, setting.parameters[each]!]));
    return [
      ...parameters.map((each) => parameterText(name[each])),
      ...shown.map((figure) => estimateText(valuesOf(figures, name, figure), figure.digits)),
    ];
  });
  const align = `${'l'.repeat(parameters.length)}${'r'.repeat(shown.length)}`;
  return table([...titles, ...shown.map(({ label }) => label)], rows, align);
}

function changeTable(settings: readonly SettingRuns[]): string {
  const figures = new Figures(settings);
  const rows = protocolsOf(settings).flatMap((protocol) =>
    CRASHED.filter((crashed) => crashed > 0).map((crashed) => [
      protocol,
      String(crashed),
      ...FAILURE_FIGURES.map((figure) =>
        signedText(changeOf(figures, protocol, crashed, figure), figure.digits),
      ),
    ]),
  );
  const titles = ['protocol', 'crashed, %', ...FAILURE_FIGURES.map(({ label }) => label)];
  return table(titles, rows, `ll${'r'.repeat(FAILURE_FIGURES.length)}`);
}

function failurePlot(figure: NamedFigure, settings: readonly SettingRuns[]) {
  return figurePlot({
    name: `crash-${figure.name}`,
    title: `Leaders that crash at half-time: ${withoutUnit(figure)}`,
    xLabel: 'leaders of every AS that crash (%)',
    yLabel: figure.label,
    xDomain: CRASHED.map(String),
    series: protocolsOf(settings),
    points: pointsOf(settings, 'crashed', figure),
  });
}

function sessionPlot(figure: NamedFigure, settings: readonly SettingRuns[]) {
  const sessions = settings.map(({ parameters }) => parameterText(parameters['sessionMin']));
  return figurePlot({
    name: `session-${figure.name}`,
    title: `Leaders that do not stay: ${withoutUnit(figure)}`,
    xLabel: 'mean session of the strong peers (min)',
    yLabel: figure.label,
    // From short to endless.
    xDomain: [...new Set(sessions)].toReversed(),
    series: protocolsOf(settings),
    points: pointsOf(settings, 'sessionMin', figure),
  });
}

function withoutUnit({ label }: NamedFigure): string {
  return label.replace(/ \(.*\)$/, '');
}

function pointsOf(
  settings: readonly SettingRuns[],
  parameter: string,
  figure: NamedFigure,
): FigurePoint[] {
  return settings.flatMap(({ parameters, runs }) => {
    const values = runs.map((run) => (run === undefined ? null : figure.of(run.result)));
    const mean = estimate(values.filter((value) => value !== null));
    if (mean === undefined) return [];
    const series = parameterText(parameters['protocol']);
    return [{ series, x: parameterText(parameters[parameter]), estimate: mean }];
  });
}

/** The share of leechers without service over time, in the first run of each setting. */
function unservedPlot(settings: readonly SettingRuns[]) {
  return timePlot({
    name: 'crash-unserved-over-time',
    title: 'Leechers without service over time',
    caption: `The share of the leechers to which nothing flows, in one run of each setting. The line
is the crash.`,
    yLabel: 'without service (%)',
    series: protocolsOf(settings),
    points: timePoints(settings, ({ unserved = [], leechers = [] }, row) =>
      leechers[row]! < FEWEST ? NaN : (100 * unserved[row]!) / leechers[row]!,
    ),
    markS: CRASH_S,
  });
}

/** The number of leaders over time. */
function leadersPlot(settings: readonly SettingRuns[]) {
  const ofCache = settings.filter(({ parameters }) =>
    parameterText(parameters['protocol']).startsWith('CacheTorrent'),
  );
  return timePlot({
    name: 'crash-leaders-over-time',
    title: 'Leaders over time',
    caption: `The peers that know that they lead their AS, in one run of each setting. The line is
the crash. The seed leads its AS, and is spared.`,
    yLabel: 'leaders',
    series: protocolsOf(ofCache),
    points: timePoints(ofCache, ({ leaders = [] }, row) => leaders[row]!),
    markS: CRASH_S,
  });
}

/** When the faults of the experiment happen. */
const CRASH_S = 550;
/** A share of fewer leechers than this is not shown: it is about the last ones. */
const FEWEST = 20;

type TimelineColumns = NonNullable<SettingRuns['runs'][number]>['result']['timeline'];

function timePoints(
  settings: readonly SettingRuns[],
  valueOf: (timeline: TimelineColumns, row: number) => number,
): TimePoint[] {
  return settings.flatMap(({ parameters, runs }) => {
    const first = runs.find((run) => run !== undefined);
    if (first === undefined) return [];
    const { timeline } = first.result;
    return timeline.toMs.map((ms, row) => ({
      panel: `${parameterText(parameters['crashed'])} % crash`,
      series: parameterText(parameters['protocol']),
      s: ms / 1000,
      value: valueOf(timeline, row),
    }));
  });
}

function protocolsOf(settings: readonly SettingRuns[]): string[] {
  return [...new Set(settings.map(({ parameters }) => parameterText(parameters['protocol'])))];
}

function estimateText(values: readonly number[], digits: number): string {
  return textOf(estimate(values), (value) => value.toFixed(digits));
}

function signedText(values: readonly number[], digits: number): string {
  return textOf(estimate(values), (value) => `${value < 0 ? '' : '+'}${value.toFixed(digits)}`);
}

function textOf(mean: Estimate | undefined, format: (value: number) => string): string {
  if (mean === undefined) return '';
  if (mean.halfWidth === undefined) return format(mean.mean);
  return `${format(mean.mean)} ± ${format(mean.halfWidth).replace('+', '')}`;
}
