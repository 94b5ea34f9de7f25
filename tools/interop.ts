/**
 * Exchanges files with all clients and trackers that are installed, and prints a table of the
 * outcomes: `npm run interop -- [words that a row must contain]`.
 *
 * On Debian: apt-get install aria2 transmission-daemon python3-libtorrent rtorrent opentracker.
 */

import { spawnSync } from 'node:child_process';

import { Command } from 'commander';

import { type Exchange, run } from '../packages/client/test/interop/exchange.ts';
import type { Program } from '../packages/client/test/interop/program.ts';
import {
  aria2,
  libtorrent,
  ours,
  rtorrent,
  transmission,
} from '../packages/client/test/interop/programs.ts';
import {
  npmTracker,
  npmTrackerUdp,
  opentracker,
  opentrackerUdp,
} from '../packages/client/test/interop/trackers.ts';

const MIB = 2 ** 20;
const TIMEOUT_MS = 120_000;

interface ExchangeRow {
  readonly program: string;
  readonly version: string;
  readonly direction: string;
  readonly mib: number;
  readonly tracker: string;
  readonly exchange: Exchange;
}

const words = new Command('interop')
  .description('Exchanges files with the installed clients and trackers, and prints a table.')
  .argument('[words...]', 'words that a row must contain, such as aria2')
  .parse().args;

const clients = [libtorrent, aria2, rtorrent, transmission].filter(isInstalled);
const isOpentrackerInstalled = hasOpentracker();
const trackers = Object.entries({
  ...(isOpentrackerInstalled ? { opentracker } : {}),
  'npm bittorrent-tracker': npmTracker,
});
/** aria2 supports UDP trackers only together with its distributed hash table. */
const udpTrackers = Object.entries({
  ...(isOpentrackerInstalled ? { 'opentracker, UDP': opentrackerUdp } : {}),
  'npm bittorrent-tracker, UDP': npmTrackerUdp,
});
const rows: readonly ExchangeRow[] = [
  ...[16, 256].flatMap((mib) => clients.flatMap((client) => bothDirections(client, mib))),
  withAll('ours → ours and all others', [ours], [ours, ...clients]),
  withAll('ours and all others → ours', [ours, ...clients], [ours]),
  ...trackers.flatMap(([name, tracker]) =>
    clients.slice(0, 2).flatMap((client) => bothDirections(client, 16, name, tracker)),
  ),
  ...udpTrackers.flatMap(([name, tracker]) =>
    clients.slice(0, 1).flatMap((client) => bothDirections(client, 16, name, tracker)),
  ),
];

console.log('| program | version | direction | size | tracker | time | SHA-256 of the result |');
console.log('| --- | --- | --- | --- | --- | --- | --- |');
for (const { program, version, direction, mib, tracker, exchange } of rows) {
  const cells = [program, version, direction, `${mib} MiB`, tracker];
  if (!words.every((word) => cells.join(' ').includes(word))) continue;
  try {
    const { seconds, sha256 } = await run(exchange);
    console.log(`| ${[...cells, `${seconds.toFixed(1)} s`, sha256].join(' | ')} |`);
  } catch (error) {
    console.log(`| ${[...cells, 'failed', (error as Error).message].join(' | ')} |`);
    process.exitCode = 1;
  }
}

function bothDirections(
  client: Program,
  mib: number,
  trackerName = 'ours',
  tracker?: Exchange['tracker'],
): readonly ExchangeRow[] {
  const row = { program: client.name, version: client.version()!, mib, tracker: trackerName };
  return [
    { ...row, direction: 'from ours', exchange: exchangeOf([ours], [client], mib, tracker) },
    { ...row, direction: 'to ours', exchange: exchangeOf([client], [ours], mib, tracker) },
  ];
}

function withAll(
  direction: string,
  seeds: readonly Program[],
  leeches: readonly Program[],
): ExchangeRow {
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

function isInstalled(program: Program): boolean {
  const version = program.version();
  if (version === undefined) console.error(`${program.name} is not installed and is skipped`);
  return version !== undefined;
}

function hasOpentracker(): boolean {
  const isFound = spawnSync('which', ['opentracker']).status === 0;
  if (!isFound) console.error('opentracker is not installed and is skipped');
  return isFound;
}
