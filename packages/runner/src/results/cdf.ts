/**
 * The cumulative distribution function (CDF) of completion times: of all leechers; if there are
 * leaders, of leaders and of followers; and if there are several classes, of each class. With a
 * warm-up, of those who have arrived since.
 */

import {
  downloadTimesMs,
  isMeasured,
  type SwarmRole,
  type SwarmResult,
} from '@cachetorrent/simulator';

import { formatSeconds } from '../format.ts';

interface Group {
  readonly name: string;
  /** Sorted download times in ms, each since the arrival of the peer. */
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

/**
 * A table of the times at which 5 %, 10 % … 100 % of each group had completed. If it would be wider
 * than a terminal, it is several tables, one below the other.
 */
export function cdfTable(result: SwarmResult): string {
  const columns = groupsOf(result).map(({ name, timesMs }) =>
    aligned([name, ...PERCENTS.map((percent) => percentileText(timesMs, percent))]),
  );
  const titles = ['completed', ...PERCENTS.map((percent) => `${percent} %`)];
  const tables = fitted(columns).map((fitting) =>
    titles.map(
      (title, row) => title.padEnd(TITLE_WIDTH) + fitting.map((column) => column[row]).join(''),
    ),
  );
  return `${tables.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

const PERCENTS: readonly number[] = Array.from({ length: 20 }, (_, i) => 5 * (i + 1));
const TERMINAL_WIDTH = 80;
const TITLE_WIDTH = 12;
const COLUMN_WIDTH_MIN = 12;

/** Pads the cells of a column to one width, with a gap on the left. */
function aligned(cells: readonly string[]): readonly string[] {
  const width = Math.max(COLUMN_WIDTH_MIN, ...cells.map(({ length }) => length + 3));
  return cells.map((cell) => cell.padStart(width));
}

/** Divides columns into tables that fit the width of a terminal. */
function fitted(columns: readonly (readonly string[])[]): readonly string[][][] {
  const tables: string[][][] = [];
  let free = 0;
  for (const column of columns) {
    const width = column[0]!.length;
    if (width > free) {
      tables.push([]);
      free = TERMINAL_WIDTH - TITLE_WIDTH;
    }
    tables.at(-1)!.push([...column]);
    free -= width;
  }
  return tables;
}

function groupsOf(result: SwarmResult): Group[] {
  const { peers, classes } = result;
  const timesMs = downloadTimesMs(peers);
  const timesWhere = (isIncluded: (row: number) => boolean): Float64Array =>
    timesMs
      .filter((ms, row) => !Number.isNaN(ms) && isMeasured(result, row) && isIncluded(row))
      .sort();
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
