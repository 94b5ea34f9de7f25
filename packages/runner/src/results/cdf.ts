/**
 * The cumulative distribution of completion times: what share of the peers had completed by when.
 * Of all leechers, and where there are leaders, of these and of their followers.
 */

import { type Role, ROLES, type SwarmResult } from '@cachetorrent/simulator';

interface Group {
  readonly name: string;
  /** In ms since the first completion of any, in order. */
  readonly timesMs: Float64Array;
}

/** One row for each time at which peers of a group completed, with the share that had by then. */
export function cdfCsv(result: SwarmResult): string {
  const rows = ['group,completionMs,share'];
  for (const { name, timesMs } of groupsOf(result)) {
    timesMs.forEach((ms, i) => {
      if (timesMs[i + 1] === ms) return;
      rows.push(`${name},${ms},${Number(((i + 1) / timesMs.length).toFixed(6))}`);
    });
  }
  return `${rows.join('\n')}\n`;
}

/** For people: when so many percent had completed. */
export function cdfTable(result: SwarmResult): string {
  const groups = groupsOf(result);
  const lines = [
    row(
      'completed',
      groups.map(({ name }) => name),
    ),
  ];
  for (let percent = 5; percent <= 100; percent += 5) {
    const times = groups.map(({ timesMs }) => percentileText(timesMs, percent));
    lines.push(row(`${percent} %`, times));
  }
  return `${lines.join('\n')}\n`;
}

function groupsOf({ peers }: SwarmResult): Group[] {
  const startMs = peers.completedAtMs.reduce((least, ms) => (ms < least ? ms : least), Infinity);
  const timesOf = (...roles: Role[]): Float64Array => {
    const wanted = roles.map((role) => ROLES.indexOf(role));
    const times = peers.completedAtMs.filter((_, row) => wanted.includes(peers.role[row]!));
    return times.map((ms) => ms - startMs).sort();
  };
  const all = { name: 'all', timesMs: timesOf('peer', 'leader', 'follower') };
  const leaders = { name: 'leaders', timesMs: timesOf('leader') };
  const followers = { name: 'followers', timesMs: timesOf('follower') };
  return [all, leaders, followers].filter(({ timesMs }) => timesMs.length > 0);
}

/** The percentile, as in the summary: the time at `floor(n · percent / 100)`, or the last. */
function percentileText(timesMs: Float64Array, percent: number): string {
  const place = Math.min(Math.floor((timesMs.length * percent) / 100), timesMs.length - 1);
  const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  return `${(timesMs[place]! / 1000).toLocaleString('en-US', digits)} s`;
}

function row(name: string, cells: readonly string[]): string {
  return `${name.padEnd(20)}${cells.map((cell) => cell.padStart(12)).join('')}`;
}
