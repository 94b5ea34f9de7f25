/**
 * The cumulative distribution function (CDF) of completion times: of all leechers; if there are
 * leaders, of leaders and of followers; and if there are several classes, of each class.
 */

import type { SwarmRole, SwarmResult } from '@cachetorrent/simulator';

import { formatSeconds } from '../format.ts';

interface Group {
  readonly name: string;
  /** Sorted completion times in ms, since the first completion of any peer. */
  readonly timesMs: Float64Array;
}

/** CSV with one row for each completion time of a group: the time, and the share until then. */
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

/** A table of the times at which 5 %, 10 % … 100 % of each group had completed. */
export function cdfTable(result: SwarmResult): string {
  const groups = groupsOf(result);
  const row = (title: string, cellOf: (group: Group) => string): string => {
    const cells = groups.map((each) => cellOf(each).padStart(Math.max(12, each.name.length + 3)));
    return `${title.padEnd(20)}${cells.join('')}`;
  };
  const lines = [row('completed', ({ name }) => name)];
  for (let percent = 5; percent <= 100; percent += 5) {
    lines.push(row(`${percent} %`, ({ timesMs }) => percentileText(timesMs, percent)));
  }
  return `${lines.join('\n')}\n`;
}

function groupsOf({ peers, classes }: SwarmResult): Group[] {
  const startMs = peers.completedAtMs.reduce((least, ms) => (ms < least ? ms : least), Infinity);
  const timesWhere = (isIncluded: (row: number) => boolean): Float64Array => {
    const times = peers.completedAtMs.filter((_, row) => isIncluded(row));
    return times.map((ms) => ms - startMs).sort();
  };
  const timesOf = (...roles: SwarmRole[]) => timesWhere((row) => roles.includes(peers.role[row]!));
  const all = { name: 'all', timesMs: timesOf('peer', 'leader', 'follower') };
  const leaders = { name: 'leaders', timesMs: timesOf('leader') };
  const followers = { name: 'followers', timesMs: timesOf('follower') };
  const byClass = classes.map(({ name }) => ({
    name: `class ${name}`,
    timesMs: timesWhere((row) => peers.class[row] === name && peers.role[row] !== 'seed'),
  }));
  const groups = [all, leaders, followers, ...(classes.length > 1 ? byClass : [])];
  return groups.filter(({ timesMs }) => timesMs.length > 0);
}

/** The percentile as in the summary: the time at index `floor(n · percent / 100)`, or the last. */
function percentileText(timesMs: Float64Array, percent: number): string {
  const index = Math.min(Math.floor((timesMs.length * percent) / 100), timesMs.length - 1);
  return formatSeconds(timesMs[index]);
}
