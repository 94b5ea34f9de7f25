/**
 * Opens connections to known endpoints: to each one while there is room, and again later when it
 * has failed or closed (`ConnectionCandidates`).
 */

import { connect, type Socket } from 'node:net';
import { ConnectionCandidates } from '@cachetorrent/protocol';
import type { Endpoint } from '@cachetorrent/protocol/wire';

import type { Clock } from '../clock.ts';
import { formatEndpoint } from '../connections/address-book.ts';
import { ReusedReadBuffer } from './reused-read-buffer.ts';

/** The options of a `Connector`. */
export interface ConnectorOptions {
  readonly clock: Clock;
  /** The address to connect from; undefined lets the operating system choose. */
  readonly localHost: string | undefined;
  /** The number of connections opened by us from which on no more are opened. */
  readonly connectionsMax: number;
  /** Returns the current number of connections opened by us. */
  readonly connectionCount: () => number;
  /** Whether a connection to this endpoint is useful: there is none, and its address is trusted. */
  readonly isWanted: (endpoint: Endpoint) => boolean;
  /** No connection could be opened; called for each attempt. */
  readonly onFailed: (endpoint: Endpoint, problem: string) => void;
  readonly onConnected: (socket: Socket, endpoint: Endpoint, buffer: ReusedReadBuffer) => void;
}

const CONNECTING_MAX = 20;
const CONNECT_TIMEOUT_MS = 10_000;

/** Opens connections to known endpoints. */
export class Connector {
  readonly #options: ConnectorOptions;
  /** By endpoint, in text. */
  readonly #candidates = new ConnectionCandidates<string, Endpoint>();
  /** The sockets that are connecting. */
  readonly #sockets = new Set<Socket>();
  #isStopped = false;

  constructor(options: ConnectorOptions) {
    this.#options = options;
  }

  /** Adds an endpoint to connect to. One that `isKept` is never given up. */
  add(endpoint: Endpoint, isKept = false): void {
    this.#candidates.add(formatEndpoint(endpoint), endpoint, isKept);
  }

  /** Connects to an endpoint at once, whatever the limit, unless it is banned. */
  connectNow(endpoint: Endpoint): void {
    this.add(endpoint);
    const mayConnect = this.#candidates.mayConnect(formatEndpoint(endpoint));
    if (!mayConnect || this.#isStopped || !this.#options.isWanted(endpoint)) return;
    this.#connect(endpoint);
  }

  /** The number of endpoints that we could connect to now. */
  get candidateCount(): number {
    const { clock, isWanted } = this.#options;
    let count = 0;
    for (const endpoint of this.#candidates.due(clock.nowMs())) if (isWanted(endpoint)) count++;
    return count;
  }

  /**
   * Never connects to this endpoint again: it is our own, or it has sent bad pieces, or it holds
   * the whole file, and so do we.
   */
  ban(endpoint: Endpoint): void {
    this.#candidates.ban(formatEndpoint(endpoint));
  }

  /** Schedules the next attempt: the connection has closed, or could not be opened. */
  scheduleRetry(endpoint: Endpoint): void {
    this.#candidates.failed(formatEndpoint(endpoint), this.#options.clock.nowMs());
  }

  /** Resets the delay of an endpoint: a block has been exchanged with the peer there. */
  resetDelay(endpoint: Endpoint): void {
    this.#candidates.used(formatEndpoint(endpoint));
  }

  /** Connects to the endpoints that are due, while there is room. */
  connectDue(): void {
    const { clock, connectionCount, connectionsMax, isWanted } = this.#options;
    const openedMax = connectionsMax - connectionCount();
    for (const endpoint of this.#candidates.due(clock.nowMs())) {
      if (this.#isStopped || this.#sockets.size >= CONNECTING_MAX) return;
      if (this.#sockets.size >= openedMax) return;
      if (isWanted(endpoint)) this.#connect(endpoint);
    }
  }

  stop(): void {
    this.#isStopped = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  #connect(endpoint: Endpoint): void {
    const { host, port } = endpoint;
    const key = formatEndpoint(endpoint);
    const { localHost } = this.#options;
    const buffer = new ReusedReadBuffer();
    const socket = connect({
      host,
      port,
      noDelay: true,
      onread: buffer,
      ...(localHost === undefined ? {} : { localAddress: localHost }),
    });
    this.#candidates.connecting(key);
    this.#sockets.add(socket);
    let problem = `no answer in ${CONNECT_TIMEOUT_MS / 1_000} s`;
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy());
    const fail = (): void => {
      this.#sockets.delete(socket);
      this.scheduleRetry(endpoint);
      if (!this.#isStopped) this.#options.onFailed(endpoint, problem);
    };
    socket.once('error', ({ message, code }: NodeJS.ErrnoException) => {
      // An error of several addresses has no message.
      problem = message || (code ?? problem);
    });
    socket.once('close', fail);
    socket.once('connect', () => {
      socket.off('close', fail);
      socket.setTimeout(0);
      this.#candidates.connected(key);
      this.#sockets.delete(socket);
      this.#options.onConnected(socket, endpoint, buffer);
    });
  }
}
