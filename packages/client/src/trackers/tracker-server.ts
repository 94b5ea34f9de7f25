/**
 * An HTTP tracker that also elects leaders. Any BitTorrent client can announce to it, and scrape
 * it; clients that support CacheTorrent also get the AS of each peer and the leaders of their own
 * AS.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  encodeAnnounceFailure,
  encodeAnnounceResponse,
  encodeScrapeResponse,
  formatAddress,
  parseAddress,
  parseAnnounceQuery,
  parseScrapeQuery,
} from '@cachetorrent/protocol/wire';

import { type Clock, SYSTEM_CLOCK } from '../clock.ts';
import { limitConnections } from '../net/connection-limits.ts';
import { listenError } from '../net/listener.ts';
import { TorrentRegistry, type TorrentRegistryOptions } from './torrent-registry.ts';

/** The options of a `TrackerServer`. */
export interface TrackerServerOptions extends TorrentRegistryOptions {
  /** The address to listen at. */
  readonly host: string;
  /** The port to listen at; 0 takes a free port. */
  readonly port: number;
  /** The source of time. Default: the clock of the process. */
  readonly clock?: Clock;
  /** Receives a line for each announce, for a log. */
  readonly onAnnounce?: (line: string) => void;
}

const CONNECTIONS = { all: 2_000, perAddress: 200 } as const;
/** The limits on slow and long requests, after which the connection is closed. */
const HTTP = {
  maxHeaderSize: 2 ** 13,
  headersTimeout: 10_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 2_000,
} as const;

/** An HTTP tracker (BEP 3, 7, 21, 23, 24, 48) that also elects leaders. */
export class TrackerServer {
  readonly #options: TrackerServerOptions;
  readonly #clock: Clock;
  readonly #torrents: TorrentRegistry;
  readonly #server: Server;

  constructor(options: TrackerServerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#torrents = new TorrentRegistry(options);
    this.#server = createServer(HTTP, (request, response) => this.#answer(request, response));
    limitConnections(this.#server, CONNECTIONS);
  }

  /**
   * Listens, and returns the URL of the tracker for torrents.
   *
   * @throws ClientError if the port is taken.
   */
  async start(): Promise<string> {
    const { host, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error) => reject(listenError(host, port, error)));
      this.#server.listen(port, host, resolve);
    });
    const { port: actual } = this.#server.address() as AddressInfo;
    return `http://${host.includes(':') ? `[${host}]` : host}:${actual}/announce`;
  }

  /** Closes all connections and frees the port. */
  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    // A connection that has been reset already has no address, and gets no answer.
    const address = parseAddress(request.socket.remoteAddress ?? '');
    if (address === undefined) return void response.destroy();
    const [path, query] = splitUrl(request.url ?? '');
    const body =
      request.method === 'GET' ? this.#bodyOf(path, query, formatAddress(address)) : undefined;
    if (body === undefined) {
      response.writeHead(404, { 'content-type': 'text/plain' });
      response.end('This is a BitTorrent tracker. Its URL ends with /announce.\n');
      return;
    }
    response.writeHead(200, { 'content-type': 'text/plain', 'content-length': body.length });
    response.end(body);
  }

  #bodyOf(path: string, query: string, host: string): Uint8Array | undefined {
    if (path === '/announce') return this.#announce(query, host);
    if (path === '/scrape') return this.#scrape(query);
    return undefined;
  }

  #announce(query: string, host: string): Uint8Array {
    const announced = parseAnnounceQuery(query);
    if (typeof announced === 'string') return encodeAnnounceFailure(announced);
    const response = this.#torrents.announce(host, announced, this.#clock.nowMs());
    const event = announced.event ?? 'announce';
    this.#options.onAnnounce?.(
      `${event} ${host}:${announced.port}, left ${announced.left}: ${response.peers.length} peers`,
    );
    return encodeAnnounceResponse(response, announced.peerList === undefined ? 'compact' : 'list');
  }

  #scrape(query: string): Uint8Array {
    const hashes = parseScrapeQuery(query);
    if (typeof hashes === 'string') return encodeAnnounceFailure(hashes);
    const nowMs = this.#clock.nowMs();
    return encodeScrapeResponse(
      hashes.map((hash) => [hash, this.#torrents.scrape(hash, nowMs)] as const),
    );
  }
}

function splitUrl(url: string): [path: string, query: string] {
  const [path = ''] = url.split('?', 1);
  return [path, url.slice(path.length + 1)];
}
