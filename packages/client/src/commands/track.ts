/** `cachetorrent track`: a tracker that also elects leaders. */

import { randomBytes } from 'node:crypto';
import { printable, seededRandom } from '@cachetorrent/std';
import type { ElectionPolicyName, ElectionSettings } from '@cachetorrent/tracker';

import { ClientError } from '../errors.ts';
import { PrefixTable } from '../trackers/prefix-table.ts';
import { REGISTRATION_LIMITS, type RegistrationLimits } from '../trackers/registrations.ts';
import { PEERS_RETURNED } from '../trackers/swarm-registry.ts';
import { TrackerServer } from '../trackers/tracker-server.ts';
import { type CommandEnvironment, untilStopped } from './environment.ts';
import { neighbourSelectionOf, type NeighbourSelectionOptions } from './neighbour-selection.ts';
import { readTable } from './read-table.ts';

const PREFIX_FIX = 'give the path of a file with lines like "10.1.0.0/16 64513"';

const FLAGS = {
  policy: '--policy',
  minLeaders: '--min-leaders',
  maxLeaders: '--max-leaders',
} as const;

/** The options of `cachetorrent track`. */
export interface TrackOptions extends NeighbourSelectionOptions {
  /** The address to listen at. Default: all addresses. */
  readonly host?: string;
  /** The port to listen at; 0 takes a free port. Default: 6969. */
  readonly port?: number;
  /** A file with a prefix and an AS number on each line, or a prefix-to-AS file of CAIDA. */
  readonly prefixToAs?: string;
  /** The former name of `prefixToAs`. */
  readonly systems?: string;
  /** The percentage of the peers of each AS that lead it. Default: no elections. */
  readonly leaders?: number;
  /** The rule that says who leads. Default: `capacity`. */
  readonly policy?: ElectionPolicyName;
  /** The least number of leaders of an AS, if it has as many candidates. Default: 1. */
  readonly minLeaders?: number;
  /** The greatest number of leaders of an AS. Default: no limit. */
  readonly maxLeaders?: number;
  /** The number of candidates to wait for before the first election. Default: 1. */
  readonly minPeers?: number;
  /** Seconds between two announces of a peer. Default: 1800. */
  readonly interval?: number;
  /** The number of neighbours of a peer, at most 200. Default: 50. */
  readonly neighbours?: number;
  /** The number of peers of one torrent that are registered at one address. Default: 40. */
  readonly peersPerAddress?: number;
  /** The former name of `externalNeighbours`. */
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
  const { host = '0.0.0.0', port = 6969, minPeers = 1, interval = 1_800 } = options;
  const { bias, systems, prefixToAs = systems, quiet } = options;
  const { externalNeighbours = bias } = options;
  const neighbours = Math.min(PEERS_RETURNED.max, options.neighbours ?? PEERS_RETURNED.default);
  const selection = await neighbourSelectionOf(
    { ...options, ...(externalNeighbours === undefined ? {} : { externalNeighbours }) },
    neighbours,
  );
  const election = electionOf(options);
  if (bias !== undefined) stderr.write('note: --bias is now called --external-neighbours\n');
  if (systems !== undefined) stderr.write('note: --systems is now called --prefix-to-as\n');
  const table =
    prefixToAs === undefined
      ? new PrefixTable()
      : PrefixTable.parse(await readTable(prefixToAs, PREFIX_FIX), prefixToAs);
  const server = new TrackerServer({
    host,
    port,
    intervalS: interval,
    minPeers,
    election,
    selection,
    asnOf: (address) => table.asnOf(address),
    limits: limitsOf(options),
    random: seededRandom(randomBytes(16).toString('hex')),
    ...(quiet === true
      ? {}
      : { onAnnounce: (line: string) => stderr.write(`${printable(line)}\n`) }),
  });
  stdout.write(`${await server.start()}\n`);
  await untilStopped(signal);
  await server.stop();
}

function electionOf(options: TrackOptions): ElectionSettings | undefined {
  const { leaders, policy, minLeaders, maxLeaders } = options;
  if (leaders === undefined) {
    const [flag] = Object.entries({ policy, minLeaders, maxLeaders }).flatMap(([name, value]) =>
      value === undefined ? [] : FLAGS[name as keyof typeof FLAGS],
    );
    if (flag === undefined) return undefined;
    const fix = `add --leaders and a percentage, or leave out ${flag}`;
    throw new ClientError({ at: flag, problem: 'has no effect without elections', fix });
  }
  if (minLeaders !== undefined && maxLeaders !== undefined && minLeaders > maxLeaders) {
    throw new ClientError({
      at: FLAGS.minLeaders,
      problem: `is ${minLeaders}, more than ${FLAGS.maxLeaders} (${maxLeaders})`,
      fix: `set ${FLAGS.maxLeaders} to ${minLeaders} or more`,
    });
  }
  return {
    leaderPercent: leaders,
    ...(policy === undefined ? {} : { policy }),
    ...(minLeaders === undefined ? {} : { leadersMin: minLeaders }),
    ...(maxLeaders === undefined ? {} : { leadersMax: maxLeaders }),
  };
}

function limitsOf({ peersPerAddress }: TrackOptions): Partial<RegistrationLimits> {
  if (peersPerAddress === undefined) return {};
  const perAddress = Math.max(peersPerAddress, REGISTRATION_LIMITS.perAddress);
  return { perTorrentAndAddress: peersPerAddress, perAddress };
}
