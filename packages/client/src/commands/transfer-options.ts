/** What the commands `seed` and `get` share: their network options, and serving until stopped. */

import type { Endpoint } from '@cachetorrent/protocol/wire';

import type { Client } from '../client/client.ts';
import type { ClientOptions } from '../client/options.ts';
import { formatEndpoint } from '../connections/address-book.ts';
import { ClientError } from '../errors.ts';
import { loadTorrent } from '../torrent/load-torrent.ts';
import type { Torrent } from '../torrent/torrent.ts';
import { isSupportedTracker } from '../trackers/announce.ts';
import { type CommandEnvironment, unlessStopped, untilStopped } from './environment.ts';
import type { TransferDisplay } from './transfer-display.ts';

/** The options that `seed` and `get` share. */
export interface CommonOptions {
  /** Tracker URLs that replace those of the torrent. */
  readonly tracker?: readonly string[];
  /** Further peers to connect to. */
  readonly peer?: readonly Endpoint[];
  /** The address to listen at and to connect from. Default: all addresses. */
  readonly host?: string;
  /** The port to listen at. Default: a free port. */
  readonly port?: number;
  /** The upload capacity that decides about the election, in kB/s (1,000 bytes). Default: 1,250. */
  readonly up?: number;
  /** The download capacity in kB/s; decides if upload capacities are equal. Default: 12,500. */
  readonly down?: number;
  /** The upload limit in kB/s. Default: no limit. */
  readonly limit?: number;
  /** Whether warnings are not shown. */
  readonly quiet?: boolean;
}

/** The capacities if the user states none: those of a common access link, in kB/s. */
const DEFAULT_KB_PER_S = { up: 1_250, down: 12_500 } as const;
const BYTES_PER_KB = 1_000;
const DISPLAY_INTERVAL_MS = 250;

/** Returns the options of the client for the options of a command. */
export function clientOptionsOf(
  options: CommonOptions,
  display: TransferDisplay,
): Omit<ClientOptions, 'torrent' | 'folder' | 'isSeed'> {
  const { tracker, host, port, limit, quiet } = options;
  const { up = DEFAULT_KB_PER_S.up, down = DEFAULT_KB_PER_S.down } = options;
  return {
    host,
    onChecked: (pieces, pieceCount) =>
      display.showWork(pieces / pieceCount, 'checked', performance.now()),
    candidacy: {
      uploadBytesPerS: Math.round(up * BYTES_PER_KB),
      downloadBytesPerS: Math.round(down * BYTES_PER_KB),
    },
    ...(port === undefined ? {} : { port }),
    ...(tracker === undefined ? {} : { trackers: tracker }),
    ...(limit === undefined ? {} : { uploadBytesPerS: limit * BYTES_PER_KB }),
    ...(quiet === true ? {} : { onWarning: (warning: string) => display.print(warning) }),
  };
}

/**
 * Gets the torrent that the user names by a path or a URL.
 *
 * @throws ClientError if there is none, or it is not a torrent that we support.
 * @throws Stopped if the user stops the command before it is there.
 */
export function loadNamedTorrent(
  source: string,
  { host: localHost }: CommonOptions,
  signal: AbortSignal,
): Promise<Torrent> {
  return unlessStopped(signal, 'stopped before the torrent was there', () =>
    loadTorrent(source, { signal, localHost }),
  );
}

/** Says what was changed when the torrent was read, and what of it is not used. */
export function showRemarks(
  { remarks, webSeeds }: Torrent,
  { quiet }: CommonOptions,
  display: TransferDisplay,
): void {
  if (quiet === true) return;
  for (const remark of remarks) display.print(`note: ${remark}`);
  if (webSeeds.length === 0) return;
  const count = webSeeds.length === 1 ? 'its web seed is' : `its ${webSeeds.length} web seeds are`;
  display.print(`note: ${count} not used: web seeds (BEP 19) are not supported`);
}

/**
 * Checks that a download has a source of peers, if the torrent names sources at all.
 *
 * @throws ClientError if they all are of a kind that is not supported.
 */
export function checkSources(
  { trackers, webSeeds }: Torrent,
  { tracker, peer = [] }: CommonOptions,
  path: string,
): void {
  const all = tracker ?? trackers;
  if (peer.length > 0 || all.some(isSupportedTracker)) return;
  const sources = [
    ...(all.length > 0 ? [`trackers with other protocols than HTTP and UDP (${all[0]})`] : []),
    ...(webSeeds.length > 0 ? ['web seeds (BEP 19)'] : []),
  ];
  if (sources.length === 0) return;
  throw new ClientError({
    at: path,
    problem: `has only ${sources.join(' and ')}, which are not supported`,
    fix: 'name a tracker (--tracker) or a peer (--peer)',
  });
}

/** Connects to the peers that the user named. Without trackers and peers, prints our endpoint. */
export function connectToNamedPeers(
  client: Client,
  trackers: readonly string[],
  { peer: peers = [], tracker, host = '0.0.0.0' }: CommonOptions,
  display: TransferDisplay,
): void {
  for (const endpoint of peers) client.connectTo(endpoint);
  if ((tracker ?? trackers).length > 0 || peers.length > 0) return;
  const own = formatEndpoint({ host, port: client.port });
  display.print(`no tracker: peers must be named (--peer). Listening at ${own}`);
}

/** Shows the progress of a client until the returned function is called. */
export function showProgress(client: Client, display: TransferDisplay): () => void {
  const show = (): void => display.show(client.status, performance.now());
  const timer = setInterval(show, DISPLAY_INTERVAL_MS);
  return () => clearInterval(timer);
}

/** Shows the progress of a running client until the user stops the command. */
export async function serve(
  client: Client,
  { signal }: CommandEnvironment,
  display: TransferDisplay,
): Promise<void> {
  const hideProgress = showProgress(client, display);
  await untilStopped(signal);
  hideProgress();
  display.clear();
}
