/**
 * New connections, until we know whom they lead to: the handshake says which peer, the extended
 * handshake where it listens and in which autonomous system it is.
 *
 * A client says its extended handshake first or, as Transmission does, half a second later. It is
 * waited for only so long, and anything else that comes first ends the waiting.
 */

import type { Endpoint, ExtendedHandshake, SessionEvent } from '@cachetorrent/protocol/wire';
import { keepsConnection } from '@cachetorrent/protocol/wire';

import type { TcpConnection } from './net/tcp-connection.ts';

/** A connection, and what is known of its other side. */
export interface Introduction {
  readonly connection: TcpConnection;
  readonly peerId: Uint8Array;
  /** Where it listens: known if we dialled it, or it has said so. */
  readonly endpoint: Endpoint | undefined;
  /** What it says of its AS. */
  readonly claimedSystem: number | undefined;
}

interface Newcomer {
  readonly connection: TcpConnection;
  readonly dialled: Endpoint | undefined;
  peerId: Uint8Array | undefined;
  metAtMs: number;
}

const WAIT_MS = 1_000;

export class Introductions {
  readonly #ownId: Uint8Array;
  readonly #onIntroduced: (introduction: Introduction) => void;
  readonly #newcomers = new Map<TcpConnection, Newcomer>();
  /** Everybody who has shaken hands, by id. */
  readonly #byPeerId = new Map<string, TcpConnection>();

  constructor(ownId: Uint8Array, onIntroduced: (introduction: Introduction) => void) {
    this.#ownId = ownId;
    this.#onIntroduced = onIntroduced;
  }

  /** How many have not been introduced yet. */
  get count(): number {
    return this.#newcomers.size;
  }

  /** Of those that came to us and have not shaken hands, the first; undefined where none is. */
  oldestStranger(): TcpConnection | undefined {
    for (const { connection, dialled, peerId } of this.#newcomers.values()) {
      if (dialled === undefined && peerId === undefined) return connection;
    }
    return undefined;
  }

  add(connection: TcpConnection, dialled: Endpoint | undefined): void {
    this.#newcomers.set(connection, { connection, dialled, peerId: undefined, metAtMs: Infinity });
  }

  /** Whether a connection to this address is about to be introduced. */
  isExpecting(endpoint: Endpoint): boolean {
    for (const { dialled } of this.#newcomers.values()) {
      if (dialled?.host === endpoint.host && dialled.port === endpoint.port) return true;
    }
    return false;
  }

  /** An event of a newcomer; returns whether that was all there is to do about it. */
  hear(connection: TcpConnection, event: SessionEvent): boolean {
    const newcomer = this.#newcomers.get(connection);
    if (newcomer === undefined) return false;
    if (event.type === 'violation') return true;
    if (event.type === 'handshake') {
      this.#met(newcomer, event.peerId, event.features.extensions);
      return true;
    }
    if (event.type === 'closed') return false;
    const handshake = event.type === 'extended-handshake' ? event.handshake : undefined;
    this.#introduce(newcomer, handshake);
    return handshake !== undefined;
  }

  /** Introduces those who have been waited for long enough. */
  tick(nowMs: number): void {
    for (const newcomer of this.#newcomers.values()) {
      if (nowMs >= newcomer.metAtMs + WAIT_MS) this.#introduce(newcomer, undefined);
    }
  }

  /** A connection is gone, introduced or not. */
  remove(connection: TcpConnection): void {
    this.#newcomers.delete(connection);
    for (const [peerId, other] of this.#byPeerId) {
      if (other === connection) this.#byPeerId.delete(peerId);
    }
  }

  #met(newcomer: Newcomer, peerId: Uint8Array, hasExtensions: boolean): void {
    const key = Buffer.from(peerId).toString('latin1');
    const other = this.#byPeerId.get(key);
    if (other !== undefined && !this.#replaces(newcomer.connection, other, peerId)) {
      newcomer.connection.close('duplicate-peer', 'we are connected already');
      return;
    }
    this.#byPeerId.set(key, newcomer.connection);
    other?.close('duplicate-peer', 'it has dialled us at the same time');
    newcomer.peerId = peerId;
    newcomer.metAtMs = performance.now();
    if (!hasExtensions) this.#introduce(newcomer, undefined);
  }

  /** Of two connections that go the same way the first stays; else both sides choose one. */
  #replaces(connection: TcpConnection, other: TcpConnection, peerId: Uint8Array): boolean {
    if (connection.isOutgoing === other.isOutgoing) return false;
    return keepsConnection(this.#ownId, peerId, connection.isOutgoing);
  }

  #introduce(newcomer: Newcomer, handshake: ExtendedHandshake | undefined): void {
    const { connection, peerId, dialled } = newcomer;
    if (peerId === undefined) return;
    this.#newcomers.delete(connection);
    const said =
      handshake?.port === undefined ? undefined : { host: connection.host, port: handshake.port };
    const endpoint = dialled ?? said;
    this.#onIntroduced({ connection, peerId, endpoint, claimedSystem: handshake?.asn });
  }
}
