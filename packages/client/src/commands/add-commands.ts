/**
 * Adds `seed`, `get` and `track` to a command line: their arguments and options. What they do is
 * loaded when it is asked for, so that the other commands of the line start without it.
 */

import type { Endpoint } from '@cachetorrent/protocol/wire';
import { type Command, InvalidArgumentError } from 'commander';

import type { GetFlags } from './get.ts';
import type { SeedFlags } from './seed.ts';
import type { CommandEnvironment } from './surroundings.ts';
import type { TrackFlags } from './track.ts';

const PORT_MAX = 65_535;

/** Their actions throw ClientError for what the user can mend, and Stopped. */
export function addClientCommands(program: Command, around: CommandEnvironment): void {
  const seeding = program
    .command('seed')
    .description('Serves a file, a folder, or what a torrent names; makes the torrent if need be.')
    .argument('<path>', 'a file, a folder, or a .torrent file')
    .option('--folder <folder>', 'where the files of the torrent are (default: beside it)')
    .option('--out <torrent>', 'where to write the torrent (default: beside the file)')
    .option('--piece-bytes <n>', 'bytes of a piece (default: by size)', whole)
    .option('--public', 'makes a torrent whose peers may come from elsewhere than the trackers')
    .action(async (path: string, flags: SeedFlags) => {
      const { seed } = await import('./seed.ts');
      await seed(path, flags, around);
    });
  const getting = program
    .command('get')
    .description('Downloads a torrent, from where an earlier download stopped.')
    .argument('<torrent>', 'a .torrent file')
    .option('--out <folder>', 'the folder to put it into', '.')
    .option('--stay', 'goes on serving when it is complete')
    .action(async (path: string, flags: GetFlags) => {
      const { get } = await import('./get.ts');
      await get(path, flags, around);
    });
  for (const command of [seeding, getting]) addTransferOptions(command);

  program
    .command('track')
    .description('Runs an HTTP tracker that also elects leaders.')
    .option('--host <address>', 'the address to listen at', '0.0.0.0')
    .option('--port <n>', 'the port to listen at', port, 6969)
    .option('--systems <file>', 'whose lines are a prefix and an AS: "10.1.0.0/16 64513"')
    .option('--leaders <percent>', 'CacheTorrent, with so many percent of leaders', percent)
    .option('--min-peers <n>', 'candidates to wait for before leaders are elected', whole, 1)
    .option('--interval <s>', 'seconds between two announces of a peer', whole, 1800)
    .option('--neighbours <n>', 'peers that each is told of', whole, 50)
    .option(
      '--bias <percent>',
      'so many percent of them from all AS, the rest from its own',
      percent,
    )
    .option('--quiet', 'does not log announces')
    .action(async (flags: TrackFlags) => {
      const { track } = await import('./track.ts');
      await track(flags, around);
    });
}

function addTransferOptions(command: Command): void {
  command
    .option('--tracker <url>', "in place of the torrent's own; more than once for more", trackers)
    .option('--peer <address:port>', 'to connect to as well; more than once for more', endpoints)
    .option('--host <address>', 'the address to listen at and to dial from')
    .option('--port <n>', 'the port to listen at (default: any)', port)
    .option('--up <kB/s>', 'upload capacity with which it stands for election', number)
    .option('--down <kB/s>', 'download capacity with which it stands for election', number)
    .option('--limit <kB/s>', 'sends no more than that', number)
    .option('--quiet', 'shows only how far it is');
}

function trackers(value: string, before: readonly string[] = []): readonly string[] {
  if (!/^(https?|udp):/i.test(value) || !URL.canParse(value)) {
    throw new InvalidArgumentError('Write the URL of a tracker: http://127.0.0.1:6969/announce.');
  }
  return [...before, value];
}

function endpoints(value: string, before: readonly Endpoint[] = []): readonly Endpoint[] {
  const [, host, port] = /^\[?([^\]]+)\]?:(\d+)$/.exec(value) ?? [];
  if (host === undefined || Number(port) < 1 || Number(port) > PORT_MAX) {
    throw new InvalidArgumentError('Write an address and a port: 10.0.0.2:6881.');
  }
  return [...before, { host, port: Number(port) }];
}

function port(text: string): number {
  const value = whole(text);
  if (value <= PORT_MAX) return value;
  throw new InvalidArgumentError(`Write a whole number from 0 (any that is free) to ${PORT_MAX}.`);
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

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) {
    throw new InvalidArgumentError('Write a number, 0 or more.');
  }
  return value;
}
