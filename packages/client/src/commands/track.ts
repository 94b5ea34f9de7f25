/** `cachetorrent track`: a tracker that also elects leaders. */

import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { seededRandom } from '@cachetorrent/std';
import { biasedSelection, uniformSelection } from '@cachetorrent/tracker';

import { ClientError } from '../client-error.ts';
import { PrefixTable } from '../trackers/prefix-table.ts';
import { TrackerServer } from '../trackers/tracker-server.ts';
import { stopped } from './serve.ts';
import type { CommandEnvironment } from './surroundings.ts';

/** Options of `cachetorrent track`. */
export interface TrackFlags {
  /** The address to listen at; all of them where absent. */
  readonly host?: string;
  /** The port to listen at; 6969 where absent, 0 for any that is free. */
  readonly port?: number;
  /** A file with a prefix and the number of an AS on each line. */
  readonly systems?: string;
  /** Percent of the peers of each AS that lead it; nobody where absent. */
  readonly leaders?: number;
  /** Candidates to wait for before the first election. */
  readonly minPeers?: number;
  /** Seconds between two announces of a peer. */
  readonly interval?: number;
  /** Peers that each is told of. */
  readonly neighbours?: number;
  /** Percent of the neighbours that are drawn from all AS; all of them where absent. */
  readonly bias?: number;
  /** Whether announces are not logged. */
  readonly quiet?: boolean;
}

/** Throws ClientError; returns when the user stops it. */
export async function track(flags: TrackFlags, around: CommandEnvironment): Promise<void> {
  const { host = '0.0.0.0', port = 6969, leaders, minPeers = 1, interval = 1_800 } = flags;
  const { neighbours = 50, bias, systems, quiet } = flags;
  const table =
    systems === undefined
      ? new PrefixTable()
      : PrefixTable.parse(await readTable(systems), systems);
  const server = new TrackerServer({
    host,
    port,
    intervalS: interval,
    minPeers,
    leaderPercent: leaders,
    selection:
      bias === undefined ? uniformSelection(neighbours) : biasedSelection(neighbours, bias),
    systemOf: (address) => table.systemOf(address),
    random: seededRandom(randomBytes(16).toString('hex')),
    ...(quiet === true ? {} : { onAnnounce: (line: string) => around.stderr.write(`${line}\n`) }),
  });
  around.stdout.write(`${await server.start()}\n`);
  await stopped(around.signal);
  await server.stop();
}

async function readTable(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new ClientError({
      at: path,
      problem: `cannot be read (${(error as Error).message})`,
      fix: 'give the path of a file with lines like "10.1.0.0/16 64513"',
    });
  });
}
