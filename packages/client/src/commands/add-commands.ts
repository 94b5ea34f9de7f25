/**
 * Adds the commands `seed`, `get` and `track` to a command line, with their arguments and options.
 * Their code is loaded when a command runs, so that the other commands start without it.
 */

import type { Endpoint } from '@cachetorrent/protocol/wire';
import type { ElectionPolicyName, NeighbourPolicyName } from '@cachetorrent/tracker';
import { type Command, InvalidArgumentError, Option } from 'commander';

import type { CommandEnvironment } from './environment.ts';
import type { GetOptions } from './get.ts';
import type { SeedOptions } from './seed.ts';
import type { TrackOptions } from './track.ts';

/** The rules of neighbour selection; `track` says which of them it has. */
const NEIGHBOUR_RULES: Readonly<Record<NeighbourPolicyName, true>> = {
  uniform: true,
  biased: true,
  hops: true,
  latency: true,
  cost: true,
  budget: true,
};

/** The rules of election, whose code is not loaded here. */
const POLICIES: Readonly<Record<ElectionPolicyName, true>> = {
  capacity: true,
  uptime: true,
  stability: true,
  random: true,
};
const PORT_MAX = 65_535;
/** A terabyte per second: what is announced has to be a whole number that all computers have. */
const KB_PER_S_MAX = 1e9;
/** The limit of `torrent/read-torrent.ts`, which is not loaded here. */
const PIECE_BYTES_MAX = 2 ** 28;

/**
 * Adds the commands. Their actions throw ClientError for errors that the user can fix, and Stopped
 * if the user stops a download.
 */
export function addClientCommands(program: Command, environment: CommandEnvironment): void {
  const seedCommand = program
    .command('seed')
    .description('Seed a file, a folder or a torrent; create the torrent if there is none')
    .argument('<path>', 'A file, a folder, or the path or URL of a .torrent file')
    .option('--folder <folder>', 'Folder of the files (default: that of the torrent)', place)
    .option('--out <torrent>', 'Where to write the torrent (default: beside the file)', place)
    .option('--piece-bytes <n>', 'Bytes per piece (default: by content size)', pieceBytes)
    .option('--force', 'Replace a torrent that is there')
    .option('--public', 'Allow peers from other sources than the trackers')
    .action(async (path: string, options: SeedOptions) => {
      const { seed } = await import('./seed.ts');
      await seed(path, options, environment);
    });
  const getCommand = program
    .command('get')
    .description('Download a torrent, or resume an earlier download')
    .argument('<torrent>', 'The path or URL of a .torrent file')
    .option('--out <folder>', 'Folder to download into', place, '.')
    .option('--force', 'Overwrite files that do not belong to the torrent')
    .option('--stay', 'Keep seeding when the download is complete')
    .action(async (path: string, options: GetOptions) => {
      const { get } = await import('./get.ts');
      await get(path, options, environment);
    });
  for (const command of [seedCommand, getCommand]) addTransferOptions(command);

  program
    .command('track')
    .description('Run an HTTP tracker that also elects leaders')
    .option('--host <address>', 'Address to listen at', '0.0.0.0')
    .option('--port <n>', 'Port to listen at', port, 6969)
    .option('--prefix-to-as <file>', 'File with lines like "10.1.0.0/16 64513"')
    .addOption(new Option('--systems <file>').hideHelp())
    .option('--leaders <percent>', 'Percentage of leaders per AS (default: no elections)', percent)
    .addOption(
      new Option('--policy <name>', 'What decides who leads (default: capacity)').choices(
        Object.keys(POLICIES),
      ),
    )
    .option('--min-leaders <n>', 'Least number of leaders per AS (default: 1)', positive)
    .option('--max-leaders <n>', 'Greatest number of leaders per AS (default: no limit)', positive)
    .option('--min-peers <n>', 'Candidates to wait for before elections', whole, 1)
    .option('--interval <s>', 'Seconds between two announces of a peer', positive, 1800)
    .option('--neighbours <n>', 'Number of neighbours of a peer, at most 200', whole, 50)
    .option('--peers-per-address <n>', 'Peers of a torrent at one address', positive, 40)
    .option('--external-neighbours <percent>', 'Percentage of these from all AS', percent)
    .addOption(
      new Option('--neighbour-selection <rule>', 'How neighbours are chosen').choices(
        Object.keys(NEIGHBOUR_RULES),
      ),
    )
    .option('--inter-as-connections <n>', 'Connections of an AS with others (budget)', several)
    .option('--cost-map <file>', 'Costs between AS (cost): CSV with from,to,cost')
    .addOption(new Option('--bias <percent>').argParser(percent).hideHelp())
    .option('--quiet', 'Do not log announces')
    .action(async (options: TrackOptions) => {
      const { track } = await import('./track.ts');
      await track(options, environment);
    });
}

function addTransferOptions(command: Command): void {
  command
    .option('--tracker <url>', 'Tracker, in place of those of the torrent; repeatable', trackers)
    .option('--peer <address:port>', 'Further peer to connect to; repeatable', endpoints)
    .option('--host <address>', 'Address to listen at and to connect from')
    .option('--port <n>', 'Port to listen at (default: a free port)', port)
    .option('--up <kB/s>', 'Upload capacity, which decides about elections', rate)
    .option('--down <kB/s>', 'Download capacity, which decides about elections', rate)
    .option('--limit <kB/s>', 'Upload limit', rate)
    .option('--quiet', 'Show only the progress, without warnings');
}

function trackers(value: string, previous: readonly string[] = []): readonly string[] {
  if (!/^(https?|udp):\/\//i.test(value) || !URL.canParse(value)) {
    throw new InvalidArgumentError(
      'Write the URL of an HTTP or UDP tracker: http://127.0.0.1:6969/announce.',
    );
  }
  if (/^udp:/i.test(value) && ['', '0'].includes(new URL(value).port)) {
    throw new InvalidArgumentError('Write the port of the UDP tracker: udp://127.0.0.1:6969.');
  }
  return [...previous, value];
}

function endpoints(value: string, previous: readonly Endpoint[] = []): readonly Endpoint[] {
  const [, host, port] = /^\[?([^\]\s/@]+)\]?:(\d+)$/.exec(value) ?? [];
  if (host === undefined || Number(port) < 1 || Number(port) > PORT_MAX) {
    throw new InvalidArgumentError('Write an address and a port: 10.0.0.2:6881.');
  }
  return [...previous, { host, port: Number(port) }];
}

function port(text: string): number {
  const value = whole(text);
  if (value <= PORT_MAX) return value;
  throw new InvalidArgumentError(`Write a whole number from 0 (a free port) to ${PORT_MAX}.`);
}

/** An empty path would be the current folder, and comes from a variable that is not set. */
function place(path: string): string {
  if (path !== '') return path;
  throw new InvalidArgumentError('Write a path; "." is the current folder.');
}

function rate(text: string): number {
  const value = number(text);
  if (value <= KB_PER_S_MAX) return value;
  throw new InvalidArgumentError(`Write a number of kB/s from 0 to ${KB_PER_S_MAX}.`);
}

function pieceBytes(text: string): number {
  const value = whole(text);
  if (value >= 1 && value <= PIECE_BYTES_MAX) return value;
  throw new InvalidArgumentError(`Write a whole number from 1 to ${PIECE_BYTES_MAX}.`);
}

function percent(text: string): number {
  const value = number(text);
  if (value <= 100) return value;
  throw new InvalidArgumentError('Write a number from 0 to 100.');
}

function whole(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError('Write a whole number, 0 or more.');
  }
  return value;
}

function positive(text: string): number {
  const value = whole(text);
  if (value > 0) return value;
  throw new InvalidArgumentError('Write a whole number, 1 or more.');
}

/** With a single connection each, most AS could not be connected to all others. */
function several(text: string): number {
  const value = whole(text);
  if (value > 1) return value;
  throw new InvalidArgumentError('Write a whole number, 2 or more.');
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) {
    throw new InvalidArgumentError('Write a number, 0 or more.');
  }
  return value;
}
