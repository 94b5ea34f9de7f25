/**
 * Exchanges files with every client and tracker that is installed, and prints what came of it as
 * a table: `npm run interop -- [words that the rows of exchanges must have]`.
 *
 * On Debian: apt-get install aria2 transmission-daemon python3-libtorrent rtorrent opentracker.
 */

import { type Exchange, run } from '../packages/client/test/interop/exchange.ts';
import type { Program } from '../packages/client/test/interop/program.ts';
import {
  aria2,
  libtorrent,
  ours,
  rtorrent,
  transmission,
} from '../packages/client/test/interop/programs.ts';
import { npmTracker, opentracker } from '../packages/client/test/interop/trackers.ts';

const MIB = 2 ** 20;
const TIMEOUT_MS = 120_000;

/** An exchange, and what its row says beside its outcome. */
interface Row {
  readonly program: string;
  readonly version: string;
  readonly direction: string;
  readonly mib: number;
  readonly tracker: string;
  readonly exchange: Exchange;
}

const theirs = [libtorrent, aria2, rtorrent, transmission].filter(isThere);
const others = Object.entries({ opentracker, 'npm bittorrent-tracker': npmTracker });
const rows: readonly Row[] = [
  ...[16, 256].flatMap((mib) => theirs.flatMap((program) => bothWays(program, mib))),
  mixed('ours → ours and all others', [ours], [ours, ...theirs]),
  mixed('ours and all others → ours', [ours, ...theirs], [ours]),
  ...others.flatMap(([name, tracker]) =>
    theirs.slice(0, 2).flatMap((program) => bothWays(program, 16, name, tracker)),
  ),
];

console.log('| program | version | direction | size | tracker | time | SHA-256 of the result |');
console.log('| --- | --- | --- | --- | --- | --- | --- |');
const wanted = process.argv.slice(2);
for (const { program, version, direction, mib, tracker, exchange } of rows) {
  const cells = [program, version, direction, `${mib} MiB`, tracker];
  if (!wanted.every((word) => cells.join(' ').includes(word))) continue;
  try {
    const { seconds, sha256 } = await run(exchange);
    console.log(`| ${[...cells, `${seconds.toFixed(1)} s`, sha256].join(' | ')} |`);
  } catch (error) {
    console.log(`| ${[...cells, 'failed', (error as Error).message].join(' | ')} |`);
    process.exitCode = 1;
  }
}

function bothWays(
  program: Program,
  mib: number,
  tracker = 'ours',
  start?: Exchange['tracker'],
): readonly Row[] {
  const { name, version } = program;
  const row = { program: name, version: version()!, mib, tracker };
  return [
    { ...row, direction: 'from ours', exchange: exchangeOf([ours], [program], mib, start) },
    { ...row, direction: 'to ours', exchange: exchangeOf([program], [ours], mib, start) },
  ];
}

function mixed(direction: string, seeds: readonly Program[], leeches: readonly Program[]): Row {
  const exchange = exchangeOf(seeds, leeches, 16);
  return { program: 'all', version: 'as above', direction, mib: 16, tracker: 'ours', exchange };
}

function exchangeOf(
  seeds: readonly Program[],
  leeches: readonly Program[],
  mib: number,
  tracker?: Exchange['tracker'],
): Exchange {
  const exchange = { seeds, leeches, bytes: mib * MIB, timeoutMs: TIMEOUT_MS };
  return tracker === undefined ? exchange : { ...exchange, tracker };
}

function isThere(program: Program): boolean {
  const version = program.version();
  if (version === undefined) console.error(`${program.name} is not installed: left out`);
  return version !== undefined;
}
