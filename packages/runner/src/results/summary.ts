/** The table that `cachetorrent run` prints for a finished run. */

import type { Completion, Death, RunEnd, SwarmResult } from '@cachetorrent/simulator';

import { formatInteger, formatSeconds, pluralize } from '../format.ts';
import { billedKbpsOf, sumOverLinks } from './borders.ts';
import { type FinishedRun, totalMessages } from './document.ts';

/** Returns the table for a run; `file` is the path of its configuration. */
export function summaryOf(file: string, run: FinishedRun): string {
  const { config, seed, simulation, wallMs, peakRssBytes } = run;
  const { result, workers, windows } = simulation;
  const seeds = config.seeds.reduce((sum, { count }) => sum + count, 0);
  const messages = totalMessages(result.messages);
  const caches = result.peers.role.filter((role) => role === 'cache').length;
  const peers = formatInteger(result.peers.id.length - caches);
  const [redundancy, importsPerPiece] = [result.redundancy, result.importsPerPiece].map((mean) =>
    mean.toFixed(2),
  );
  const threads = `${pluralize(workers, 'worker')}, ${pluralize(windows, 'window')}`;
  const lines = [
    `${protocolText(run)} on ${file}, ${config.client.rules} rules, seed ${seed}`,
    '',
    row('peers', `${peers}, including ${pluralize(seeds, 'seed')}`),
    ...(caches === 0 ? [] : [row('provider caches', formatInteger(caches))]),
    row('autonomous systems', formatInteger(result.asCount)),
    row('simulated time', `${formatSeconds(result.durationMs)}${warmUpText(result)}`),
    ...churnRows(result),
    ...endRows(result),
    ...faultRows(result),
    '',
    ...completionRows(result),
    '',
    ...missingLeadersRow(result),
    row('redundancy', `${redundancy} downloads of a piece into an AS from outside (mean)`),
    row(
      'imports per piece',
      `${importsPerPiece}, the same over all pieces that leechers there lacked`,
    ),
    row('traffic', `${result.traffic.toFixed(1)} transfers of a piece in the whole swarm (mean)`),
    row('inter-AS traffic', `${(100 * result.interAsShare).toFixed(1)} % of all bytes`),
    ...billRows(result),
    row('control messages', formatInteger(messages - (result.messages['piece'] ?? 0))),
    '',
    row('wall time', `${formatSeconds(wallMs)}, ${threads}`),
    row('message rate', `${formatInteger(messages / (wallMs / 1000))} per second`),
    row('peak memory', `${formatInteger(peakRssBytes / 1e6)} MB`),
    row('result hash', result.resultHash),
  ];
  return `${lines.join('\n')}\n`;
}

function protocolText({ config: { cache, tracker } }: FinishedRun): string {
  const { leaders, subTorrents, providerCaches, leaderShare, parents } = cache;
  const { externalNeighbours, neighbourSelection } = tracker;
  const features = [
    ...(leaders === undefined ? [] : [`${leaders} % leaders${leaderShare ? ' by price' : ''}`]),
    ...(providerCaches === undefined ? [] : ['provider caches']),
    ...(parents === undefined ? [] : ['parent AS']),
    ...(subTorrents === 1 ? [] : [`${subTorrents} sub-torrents`]),
    ...(neighbourSelection === undefined ? [] : [`neighbours by ${neighbourSelection}`]),
    ...(externalNeighbours === undefined ? [] : [`${externalNeighbours} % external neighbours`]),
  ];
  const name = leaders === undefined ? 'BitTorrent' : 'CacheTorrent';
  return features.length === 0 ? name : `${name} with ${features.join(', ')}`;
}

function warmUpText({ measuredFromMs }: SwarmResult): string {
  return measuredFromMs === 0 ? '' : `, after a warm-up of ${formatSeconds(measuredFromMs)}`;
}

/** Why the run has ended, and how the swarm has died. */
function endRows({ end, death }: SwarmResult): string[] {
  if (end === undefined) return [];
  const since = end.steadyFromMs === undefined ? '' : ` since ${formatSeconds(end.steadyFromMs)}`;
  const ended = `${END_TEXTS[end.reason]}${since}, at ${formatSeconds(end.atMs)}`;
  return [
    row('end', ended),
    ...(death === undefined ? [] : [row('the swarm died', deathText(death))]),
  ];
}

const END_TEXTS: Readonly<Record<RunEnd['reason'], string>> = {
  time: 'its time was over',
  complete: 'all were complete',
  completions: 'enough downloads were completed',
  empty: 'nobody was there',
  died: 'the last copy of a piece had gone',
  steady: 'the swarm was steady',
};

/** The number of pieces that are named. */
const NAMED_MAX = 5;

function deathText({ atMs, pieces, peers }: Death): string {
  const more = pieces.length > NAMED_MAX ? ', …' : '';
  const names = `${pieces.slice(0, NAMED_MAX).join(', ')}${more}`;
  const lost =
    pieces.length === 1 ? `piece ${names}` : `${formatInteger(pieces.length)} pieces (${names})`;
  return `at ${formatSeconds(atMs)}: nobody held ${lost}; ${pluralize(peers.length, 'peer')} left`;
}

/** Who has come and gone, if peers do. */
function churnRows({ churn }: SwarmResult): string[] {
  if (churn === undefined) return [];
  const { arrivals, completions, finished, aborted, crashed } = churn;
  const { leechersAtEnd, seedsAtEnd, meanLeechers, meanSeeds } = churn;
  const [left, gaveUp, died] = [finished, aborted, crashed].map(formatInteger);
  const [leechers, seeds] = [leechersAtEnd, seedsAtEnd].map(formatInteger);
  return [
    row(
      'arrivals',
      `${formatInteger(arrivals)}, ${formatInteger(completions)} downloads completed`,
    ),
    row('departures', `${left} when finished, ${gaveUp} gave up, ${died} crashed`),
    row('mean number', `${meanLeechers.toFixed(1)} leechers, ${meanSeeds.toFixed(1)} seeds`),
    row('at the end', `${leechers} leechers, ${seeds} seeds`),
  ];
}

/** How many leaders were missing, if any were. */
function missingLeadersRow({ missingLeaderShare = 0 }: SwarmResult): string[] {
  if (missingLeaderShare === 0) return [];
  return [row('leaders missing', `${(100 * missingLeaderShare).toFixed(1)} % of those asked for`)];
}

/** What AS pay to each other, if traffic between them has prices. */
function billRows({ borders }: SwarmResult): string[] {
  if (borders?.currency === undefined) return [];
  const { currency, percentile, intervals, intervalMs } = borders;
  const amounts = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  const billed = (relationship: 'transit' | 'peering'): string => {
    const amount = sumOverLinks(borders, relationship, ({ bill = 0 }) => bill);
    return `${amount.toLocaleString('en-US', amounts)} ${currency} a month`;
  };
  const mbps = sumOverLinks(borders, 'transit', billedKbpsOf) / 1_000;
  const metered = `${pluralize(intervals, 'interval')} of ${formatSeconds(intervalMs)}`;
  const isPeered = borders.links.some(({ relationship }) => relationship === 'peering');
  return [
    row('transit billed', `${mbps.toFixed(2)} Mbit/s: ${percentile} % of ${metered} are below`),
    row('bill for transit', billed('transit')),
    ...(isPeered ? [row('bill for peering', billed('peering'))] : []),
  ];
}

/** The schedule of faults: when, what, and how many peers were hit. */
function faultRows({ faults = [] }: SwarmResult): string[] {
  return faults.map(({ atMs, event, peers }) => {
    const hit = peers === undefined ? 'after the end of the run' : pluralize(peers, 'peer');
    return row(`at ${formatSeconds(atMs)}`, `${event}: ${hit}`);
  });
}

function completionRows({ completion, leaders, followers, classes }: SwarmResult): string[] {
  const groups: [string, Completion][] = [['  all leechers', completion]];
  if (leaders.count > 0) groups.push(['  leaders', leaders]);
  if (followers.count > 0) groups.push(['  followers', followers]);
  if (classes.length > 1) for (const each of classes) groups.push([classTitle(each.name), each]);
  const rows = groups.map(([name, { p50Ms, p90Ms, meanMs, count }]) => [
    name,
    ...[p50Ms, p90Ms, meanMs].map(formatSeconds),
    formatInteger(count),
  ]);
  return table([['completion time', '50 %', '90 %', 'mean', 'peers'], ...rows]);
}

/** The title of a row for a class, at most 19 columns wide. */
function classTitle(name: string): string {
  const title = `  class ${name}`;
  return title.length < 20 ? title : `${title.slice(0, 18)}…`;
}

function row(name: string, value: string): string {
  return `${name.padEnd(20)}${value}`;
}

const COLUMN_WIDTH_MIN = 11;

/** Rows with a title and cells, in columns that are wide enough for the longest cell. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, i) =>
    Math.max(COLUMN_WIDTH_MIN, ...rows.map((cells) => cells[i]!.length + 2)),
  );
  return rows.map(([title, ...cells]) =>
    row(title!, cells.map((cell, i) => cell.padStart(widths[i + 1]!)).join('')),
  );
}
