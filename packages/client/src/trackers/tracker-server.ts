/**
 * An HTTP tracker that also elects leaders. Any BitTorrent client can announce to it; clients that
 * support CacheTorrent also get the AS of each peer and the leaders of their own AS.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  encodeAnnounceFailure,
  encodeAnnounceResponse,
  formatAddress,
  parseAddress,
  parseAnnounceQuery,
} from '@cachetorrent/protocol/wire';

import { type Clock, SYSTEM_CLOCK } from '../clock.ts';
import { listenError } from '../net/listener.ts';
import { SwarmRegistry, type SwarmRegistryOptions } from './swarm-registry.ts';

/** The options of a `TrackerServer`. */
export interface TrackerServerOptions extends SwarmRegistryOptions {
  /** The address to listen at. */
  readonly host: string;
  /** The port to listen at; 0 takes a free port. */
  readonly port: number;
  /** The limit of torrents; announces of more are refused. Default: 10,000. */
  readonly torrentsMax?: number;
  /** The source of time. Default: the clock of the process. */
  readonly clock?: Clock;
  /** Receives a line for each announce, for a log. */
  readonly onAnnounce?: (line: string) => void;
}

const TORRENTS_MAX = 10_000;
const CONNECTIONS_MAX = 2_000;
/** The limits on slow and long requests, after which the connection is closed. */
const HTTP = {
  maxHeaderSize: 2 ** 13,
  headersTimeout: 10_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 2_000,
} as const;

/** An HTTP tracker (BEP 3, BEP 23) that also elects leaders. */
export class TrackerServer {
  readonly #options: TrackerServerOptions;
  readonly #clock: Clock;
  /** By info hash, in hexadecimal. */
  readonly #swarms = new Map<string, SwarmRegistry>();
  readonly #server: Server;

  constructor(options: TrackerServerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#server = createServer(HTTP, (request, response) => this.#answer(request, response));
    this.#server.maxConnections = CONNECTIONS_MAX;
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
    const url = request.url ?? '';
    const [path] = url.split('?', 1);
    const query = url.slice(path!.length + 1);
    if (request.method !== 'GET' || path !== '/announce') {
      response.writeHead(404, { 'content-type': 'text/plain' });
      response.end('This is a BitTorrent tracker. Its URL ends with /announce.\n');
      return;
    }
    const body = this.#announce(request, query);
    response.writeHead(200, { 'content-type': 'text/plain', 'content-length': body.length });
    response.end(body);
  }

  #announce(request: IncomingMessage, query: string): Uint8Array {
    const announced = parseAnnounceQuery(query);
    if (typeof announced === 'string') return encodeAnnounceFailure(announced);
    const swarm = this.#swarmOf(Buffer.from(announced.infoHash).toString('hex'));
    if (swarm === undefined) return encodeAnnounceFailure('this tracker has too many torrents');

    const address = parseAddress(request.socket.remoteAddress ?? '');
    const host = address === undefined ? '' : formatAddress(address);
    const response = swarm.announce(host, announced, this.#clock.nowMs());
    const event = announced.event ?? 'announce';
    this.#options.onAnnounce?.(
      `${event} ${host}:${announced.port}, left ${announced.left}: ${response.peers.length} peers`,
    );
    return encodeAnnounceResponse(response);
  }

  /** Returns the swarm of a torrent; undefined if there are too many torrents. */
  #swarmOf(infoHash: string): SwarmRegistry | undefined {
    const known = this.#swarms.get(infoHash);
    if (known !== undefined) return known;
    const torrentsMax = this.#options.torrentsMax ?? TORRENTS_MAX;
    if (this.#swarms.size >= torrentsMax) {
      for (const [hash, swarm] of this.#swarms) {
        swarm.removeExpired(this.#clock.nowMs());
        if (swarm.size === 0) this.#swarms.delete(hash);
      }
      if (this.#swarms.size >= torrentsMax) return undefined;
    }
    const swarm = new SwarmRegistry(this.#options);
    this.#swarms.set(infoHash, swarm);
    return swarm;
  }
}
