/**
 * Opens connections to known endpoints: to each one while there is room, and again later when it
 * has failed or closed. The delay before the next attempt doubles with every failure.
 */

import { connect, type Socket } from 'node:net';
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
const RETRY_MS = { first: 5_000, max: 300_000 } as const;
const ENDPOINTS_MAX = 2_000;

interface ConnectionCandidate {
  readonly endpoint: Endpoint;
  /** The earliest time of the next attempt. */
  nextAttemptMs: number;
  /** The delay after the next failure. */
  retryMs: number;
  isConnecting: boolean;
  /** Whether the user has named it. */
  readonly isKept: boolean;
}

/** Opens connections to known endpoints. */
export class Connector {
  readonly #options: ConnectorOptions;
  /** By endpoint, in text. */
  readonly #candidates = new Map<string, ConnectionCandidate>();
  /** The sockets that are connecting. */
  readonly #sockets = new Set<Socket>();
  #isStopped = false;

  constructor(options: ConnectorOptions) {
    this.#options = options;
  }

  /** Adds an endpoint to connect to. One that `isKept` is never given up. */
  add(endpoint: Endpoint, isKept = false): void {
    const key = formatEndpoint(endpoint);
    if (this.#candidates.has(key)) return;
    if (this.#candidates.size >= ENDPOINTS_MAX && !this.#giveUpOne() && !isKept) return;
    const times = { nextAttemptMs: 0, retryMs: RETRY_MS.first };
    this.#candidates.set(key, { endpoint, isKept, ...times, isConnecting: false });
  }

  /** Connects to an endpoint at once, whatever the limit, unless it is banned. */
  connectNow(endpoint: Endpoint): void {
    this.add(endpoint);
    const candidate = this.#candidates.get(formatEndpoint(endpoint));
    if (candidate === undefined || candidate.isConnecting || this.#isStopped) return;
    if (candidate.nextAttemptMs === Infinity || !this.#options.isWanted(endpoint)) return;
    this.#connect(candidate);
  }

  /** The number of endpoints that we could connect to now. */
  get candidateCount(): number {
    const nowMs = this.#options.clock.nowMs();
    let count = 0;
    for (const { endpoint, isConnecting, nextAttemptMs } of this.#candidates.values()) {
      if (!isConnecting && nowMs >= nextAttemptMs && this.#options.isWanted(endpoint)) count++;
    }
    return count;
  }

  /** Forgets the endpoint that has failed most often; returns false if none has failed. */
  #giveUpOne(): boolean {
    let worst: readonly [string, ConnectionCandidate] | undefined;
    for (const [key, candidate] of this.#candidates) {
      if (candidate.isKept || candidate.isConnecting) continue;
      if (candidate.retryMs > (worst?.[1].retryMs ?? RETRY_MS.first)) worst = [key, candidate];
    }
    return worst !== undefined && this.#candidates.delete(worst[0]);
  }

  /**
   * Never connects to this endpoint again: it is our own, or it has sent bad pieces, or it holds
   * the whole file, and so do we.
   */
  ban(endpoint: Endpoint): void {
    const candidate = this.#candidates.get(formatEndpoint(endpoint));
    if (candidate !== undefined) candidate.nextAttemptMs = Infinity;
  }

  /** Schedules the next attempt: the connection has closed, or could not be opened. */
  scheduleRetry(endpoint: Endpoint): void {
    const candidate = this.#candidates.get(formatEndpoint(endpoint));
    if (candidate === undefined) return;
    const nowMs = this.#options.clock.nowMs();
    candidate.nextAttemptMs = Math.max(candidate.nextAttemptMs, nowMs + candidate.retryMs);
    candidate.retryMs = Math.min(RETRY_MS.max, 2 * candidate.retryMs);
  }

  /** Resets the delay of an endpoint: a peer has completed its handshake there. */
  resetDelay(endpoint: Endpoint): void {
    const candidate = this.#candidates.get(formatEndpoint(endpoint));
    if (candidate !== undefined) candidate.retryMs = RETRY_MS.first;
  }

  /** Connects to the endpoints that are due, while there is room. */
  connectDue(): void {
    const { clock, connectionCount, connectionsMax, isWanted } = this.#options;
    const nowMs = clock.nowMs();
    const openedMax = connectionsMax - connectionCount();
    for (const candidate of this.#candidates.values()) {
      if (this.#isStopped || this.#sockets.size >= CONNECTING_MAX) return;
      if (this.#sockets.size >= openedMax) return;
      if (candidate.isConnecting || nowMs < candidate.nextAttemptMs) continue;
      if (isWanted(candidate.endpoint)) this.#connect(candidate);
    }
  }

  stop(): void {
    this.#isStopped = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  #connect(candidate: ConnectionCandidate): void {
    const { host, port } = candidate.endpoint;
    const { localHost } = this.#options;
    const buffer = new ReusedReadBuffer();
    const socket = connect({
      host,
      port,
      noDelay: true,
      onread: buffer,
      ...(localHost === undefined ? {} : { localAddress: localHost }),
    });
    candidate.isConnecting = true;
    this.#sockets.add(socket);
    let problem = `no answer in ${CONNECT_TIMEOUT_MS / 1_000} s`;
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy());
    const fail = (): void => {
      candidate.isConnecting = false;
      this.#sockets.delete(socket);
      this.scheduleRetry(candidate.endpoint);
      if (!this.#isStopped) this.#options.onFailed(candidate.endpoint, problem);
    };
    socket.once('error', ({ message, code }: NodeJS.ErrnoException) => {
      // An error of several addresses has no message.
      problem = message || (code ?? problem);
    });
    socket.once('close', fail);
    socket.once('connect', () => {
      socket.off('close', fail);
      socket.setTimeout(0);
      candidate.isConnecting = false;
      this.#sockets.delete(socket);
      this.#options.onConnected(socket, candidate.endpoint, buffer);
    });
  }
}
