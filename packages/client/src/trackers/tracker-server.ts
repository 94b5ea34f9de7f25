/**
 * An HTTP tracker that also elects leaders. Any BitTorrent client can announce to it; those that
 * speak CacheTorrent learn the AS of everybody and the leaders of their own.
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

import { ClientError } from '../client-error.ts';
import { type RegistryOptions, SwarmRegistry } from './swarm-registry.ts';

/** What a tracker is told when it is made. */
export interface TrackerServerOptions extends RegistryOptions {
  /** The address to listen at. */
  readonly host: string;
  /** 0 takes any that is free. */
  readonly port: number;
  /** Torrents that it knows at once; one more is refused. */
  readonly torrentsMax?: number;
  /** What happens, for a log. */
  readonly onAnnounce?: (line: string) => void;
}

const TORRENTS_MAX = 10_000;
const CONNECTIONS_MAX = 2_000;
/** Who asks slowly, or much, is hung up on. */
const HTTP = {
  maxHeaderSize: 2 ** 13,
  headersTimeout: 10_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 2_000,
} as const;

/** A tracker on HTTP (BEP 3, BEP 23) that also elects leaders. */
export class TrackerServer {
  readonly #options: TrackerServerOptions;
  readonly #swarms = new Map<string, SwarmRegistry>();
  readonly #server: Server;

  constructor(options: TrackerServerOptions) {
    this.#options = options;
    this.#server = createServer(HTTP, (request, response) => this.#answer(request, response));
    this.#server.maxConnections = CONNECTIONS_MAX;
  }

  /** Throws ClientError where the port is taken. Returns the address to put into torrents. */
  async start(): Promise<string> {
    const { host, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error) => {
        reject(
          new ClientError(
            {
              at: `${host}:${port}`,
              problem: `nothing can listen there (${error.message})`,
              fix: 'choose another address or port',
            },
            error,
          ),
        );
      });
      this.#server.listen(port, host, resolve);
    });
    const { port: actual } = this.#server.address() as AddressInfo;
    return `http://${host.includes(':') ? `[${host}]` : host}:${actual}/announce`;
  }

  /** Hangs up on everybody, and frees the port. */
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
      response.end('This is a tracker: ask for /announce.\n');
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
    if (swarm === undefined) return encodeAnnounceFailure('this tracker knows too many torrents');

    const seen = parseAddress(request.socket.remoteAddress ?? '');
    const host = seen === undefined ? '' : formatAddress(seen);
    const response = swarm.announce(host, announced, performance.now());
    const event = announced.event ?? 'announce';
    this.#options.onAnnounce?.(
      `${event} ${host}:${announced.port}, left ${announced.left}: ${response.peers.length} peers`,
    );
    return encodeAnnounceResponse(response);
  }

  #swarmOf(infoHash: string): SwarmRegistry | undefined {
    const known = this.#swarms.get(infoHash);
    if (known !== undefined) return known;
    const most = this.#options.torrentsMax ?? TORRENTS_MAX;
    if (this.#swarms.size >= most) {
      for (const [hash, swarm] of this.#swarms) {
        swarm.forget(performance.now());
        if (swarm.size === 0) this.#swarms.delete(hash);
      }
      if (this.#swarms.size >= most) return undefined;
    }
    const swarm = new SwarmRegistry(this.#options);
    this.#swarms.set(infoHash, swarm);
    return swarm;
  }
}
