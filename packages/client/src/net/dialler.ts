/**
 * Decides whom to dial, and when: each address that we know of, while there is room, and again
 * later where it failed or hung up, twice as long after every failure.
 */

import { connect, type Socket } from 'node:net';
import type { Endpoint } from '@cachetorrent/protocol/wire';

import { keyOf } from '../address-book.ts';
import { ReusedReads } from './reused-reads.ts';

export interface DiallerOptions {
  /** The address to dial from; undefined for whichever the system likes. */
  readonly localHost: string | undefined;
  /** Connections, in both directions, above which nobody is dialled. */
  readonly connectionsMax: number;
  /** How many there are. */
  readonly connectionCount: () => number;
  /** Whether we are connected to whoever listens there. */
  readonly isConnected: (endpoint: Endpoint) => boolean;
  readonly onConnected: (socket: Socket, endpoint: Endpoint, reading: ReusedReads) => void;
}

const DIALLING_MAX = 20;
const CONNECT_MS = 10_000;
const RETRY_MS = { first: 5_000, most: 300_000 } as const;
const ADDRESSES_MAX = 2_000;

interface Contact {
  readonly endpoint: Endpoint;
  /** When it may be dialled again, and how long after the next failure. */
  dueMs: number;
  retryMs: number;
  isDialling: boolean;
}

export class Dialler {
  readonly #options: DiallerOptions;
  readonly #contacts = new Map<string, Contact>();
  readonly #sockets = new Set<Socket>();
  #isStopped = false;

  constructor(options: DiallerOptions) {
    this.#options = options;
  }

  /** Somebody listens there: to be dialled when there is room. */
  add(endpoint: Endpoint): void {
    const key = keyOf(endpoint);
    if (this.#contacts.has(key) || this.#contacts.size >= ADDRESSES_MAX) return;
    const contact = { endpoint, dueMs: 0, retryMs: RETRY_MS.first, isDialling: false };
    this.#contacts.set(key, contact);
  }

  /** Not to be dialled any more: it is ourselves, or it misbehaved. */
  forget(endpoint: Endpoint): void {
    const contact = this.#contacts.get(keyOf(endpoint));
    if (contact !== undefined) contact.dueMs = Infinity;
  }

  /** A connection has ended in peace or not: it may be dialled again after a while. */
  ended(endpoint: Endpoint, nowMs: number): void {
    const contact = this.#contacts.get(keyOf(endpoint));
    if (contact === undefined) return;
    contact.dueMs = Math.max(contact.dueMs, nowMs + contact.retryMs);
    contact.retryMs = Math.min(RETRY_MS.most, 2 * contact.retryMs);
  }

  /** It has turned out to be a good address. */
  succeeded(endpoint: Endpoint): void {
    const contact = this.#contacts.get(keyOf(endpoint));
    if (contact !== undefined) contact.retryMs = RETRY_MS.first;
  }

  /** Dials those whose time has come. */
  dial(nowMs: number): void {
    for (const contact of this.#contacts.values()) {
      if (this.#isStopped || this.#sockets.size >= DIALLING_MAX) return;
      if (this.#options.connectionCount() + this.#sockets.size >= this.#options.connectionsMax)
        return;
      if (contact.isDialling || nowMs < contact.dueMs) continue;
      if (!this.#options.isConnected(contact.endpoint)) this.#dialOne(contact);
    }
  }

  stop(): void {
    this.#isStopped = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  #dialOne(contact: Contact): void {
    const { host, port } = contact.endpoint;
    const { localHost } = this.#options;
    const reading = new ReusedReads();
    const socket = connect({
      host,
      port,
      noDelay: true,
      onread: reading,
      ...(localHost === undefined ? {} : { localAddress: localHost }),
    });
    contact.isDialling = true;
    this.#sockets.add(socket);
    socket.setTimeout(CONNECT_MS, () => socket.destroy());
    const finish = (): void => {
      contact.isDialling = false;
      this.#sockets.delete(socket);
      this.ended(contact.endpoint, performance.now());
    };
    socket.once('error', () => {});
    socket.once('close', finish);
    socket.once('connect', () => {
      socket.off('close', finish);
      socket.setTimeout(0);
      contact.isDialling = false;
      this.#sockets.delete(socket);
      this.#options.onConnected(socket, contact.endpoint, reading);
    });
  }
}
