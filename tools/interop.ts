/**
 * Exchanges files with every client and tracker that is installed, and prints what came of it as
 * a table: `npm run interop -- [words that the names of exchanges must contain]`.
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

const theirs = [libtorrent, aria2, rtorrent, transmission].filter(isThere);
const wanted = process.argv.slice(2);
const exchanges: Record<string, Exchange> = {};

for (const mib of [16, 256]) {
  for (const program of theirs) {
    add(`${mib} MiB, ours → ${named(program)}`, [ours], [program], mib);
    add(`${mib} MiB, ${named(program)} → ours`, [program], [ours], mib);
  }
}
add('16 MiB, mixed: ours → ours and all others', [ours], [ours, ...theirs], 16);
add('16 MiB, mixed: ours and all others → ours', [ours, ...theirs], [ours], 16);
for (const [name, tracker] of Object.entries({ opentracker, 'npm tracker': npmTracker })) {
  for (const program of theirs.slice(0, 2)) {
    add(`16 MiB, ours → ${named(program)}, ${name}`, [ours], [program], 16, tracker);
    add(`16 MiB, ${named(program)} → ours, ${name}`, [program], [ours], 16, tracker);
  }
}

console.log('| exchange | time | SHA-256 of the result |\n| --- | --- | --- |');
for (const [name, exchange] of Object.entries(exchanges)) {
  if (!wanted.every((word) => name.includes(word))) continue;
  try {
    const { seconds, sha256 } = await run(exchange);
    console.log(`| ${name} | ${seconds.toFixed(1)} s | ${sha256} |`);
  } catch (error) {
    console.log(`| ${name} | failed | ${(error as Error).message} |`);
    process.exitCode = 1;
  }
}

function add(
  name: string,
  seeds: readonly Program[],
  leeches: readonly Program[],
  mib: number,
  tracker?: Exchange['tracker'],
): void {
  const exchange = { seeds, leeches, bytes: mib * MIB, timeoutMs: TIMEOUT_MS };
  exchanges[name] = tracker === undefined ? exchange : { ...exchange, tracker };
}

function isThere(program: Program): boolean {
  const version = program.version();
  if (version === undefined) console.error(`${program.name} is not installed: left out`);
  return version !== undefined;
}

function named(program: Program): string {
  return `${program.name} ${program.version()}`;
}
