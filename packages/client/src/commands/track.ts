/** `cachetorrent track`: a tracker that also elects leaders. */

import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { seededRandom } from '@cachetorrent/std';
import { biasedSelection, uniformSelection } from '@cachetorrent/tracker';

import { ClientError } from '../errors.ts';
import { PrefixTable } from '../trackers/prefix-table.ts';
import { TrackerServer } from '../trackers/tracker-server.ts';
import { type CommandEnvironment, untilStopped } from './environment.ts';

/** The options of `cachetorrent track`. */
export interface TrackOptions {
  /** The address to listen at. Default: all addresses. */
  readonly host?: string;
  /** The port to listen at; 0 takes a free port. Default: 6969. */
  readonly port?: number;
  /** A file with a prefix and an AS number on each line. */
  readonly prefixToAs?: string;
  /** The former name of `prefixToAs`. */
  readonly systems?: string;
  /** The percentage of the peers of each AS that lead it. Default: no elections. */
  readonly leaders?: number;
  /** The number of candidates to wait for before the first election. Default: 1. */
  readonly minPeers?: number;
  /** Seconds between two announces of a peer. Default: 1800. */
  readonly interval?: number;
  /** The number of neighbours of a peer. Default: 50. */
  readonly neighbours?: number;
  /** The percentage of the neighbours that are chosen from all AS. Default: all. */
  readonly externalNeighbours?: number;
  /** Former name of `externalNeighbours`. */
  readonly bias?: number;
  /** Whether announces are not logged. */
  readonly quiet?: boolean;
}

/**
 * Runs the command until the user stops it.
 *
 * @throws ClientError
 */
export async function track(
  options: TrackOptions,
  { stdout, stderr, signal }: CommandEnvironment,
): Promise<void> {
  const { host = '0.0.0.0', port = 6969, leaders, minPeers = 1, interval = 1_800 } = options;
  const { neighbours = 50, bias, systems, prefixToAs = systems, quiet } = options;
  const { externalNeighbours = bias } = options;
  if (bias !== undefined) stderr.write('note: --bias is now called --external-neighbours\n');
  if (systems !== undefined) stderr.write('note: --systems is now called --prefix-to-as\n');
  const table =
    prefixToAs === undefined
      ? new PrefixTable()
      : PrefixTable.parse(await readTable(prefixToAs), prefixToAs);
  const server = new TrackerServer({
    host,
    port,
    intervalS: interval,
    minPeers,
    leaderPercent: leaders,
    selection:
      externalNeighbours === undefined
        ? uniformSelection(neighbours)
        : biasedSelection(neighbours, externalNeighbours),
    asnOf: (address) => table.asnOf(address),
    random: seededRandom(randomBytes(16).toString('hex')),
    ...(quiet === true ? {} : { onAnnounce: (line: string) => stderr.write(`${line}\n`) }),
  });
  stdout.write(`${await server.start()}\n`);
  await untilStopped(signal);
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
