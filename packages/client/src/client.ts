/**
 * A BitTorrent client for one torrent, with CacheTorrent: finds what is on the disk, announces
 * itself, connects to peers, and downloads and serves until it is stopped.
 *
 *     const client = new Client({ torrent, folder: '.', port: 0 });
 *     await client.start();
 *     await client.completed;
 *     await client.stop();
 *
 * Where the tracker speaks CacheTorrent we lead our autonomous system, or follow who leads it.
 */

import type { Socket } from 'node:net';
import {
  type AnnounceResponse,
  type Endpoint,
  type CacheTorrentResponse,
  type SessionEvent,
  type SessionRole,
  type SessionTorrent,
} from '@cachetorrent/protocol/wire';
import { seededRandom } from '@cachetorrent/std';

import { AddressBook, keyOf } from './address-book.ts';
import type { ClientOptions } from './client-options.ts';
import { leastUseful } from './crowd.ts';
import { type Introduction, Introductions } from './introductions.ts';
import { hear } from './link-events.ts';
import { Dialler } from './net/dialler.ts';
import { Listener } from './net/listener.ts';
import type { ReusedReads } from './net/reused-reads.ts';
import { type ConnectionListener, TcpConnection } from './net/tcp-connection.ts';
import { findPieces } from './storage/check-pieces.ts';
import { FileStore } from './storage/file-store.ts';
import { type ClientStatus, statusOf } from './status.ts';
import {
  acceptedFor,
  announcementOf,
  hungUp,
  isPeaceful,
  newPeerId,
  sessionOptionsOf,
  sessionTorrentOf,
} from './offers.ts';
import { isSameRole, roleIn } from './role.ts';
import { Swarm } from './swarm.ts';
import type { Torrent } from './torrent/torrent.ts';
import { Announcer } from './trackers/announcer.ts';

type Closed = Extract<SessionEvent, { type: 'closed' }>;

const TICK_MS = 500;
const CONNECTIONS_MAX = 80;
const WAITING_FOR_ROLE = 'role';

export class Client implements ConnectionListener {
  readonly #options: ClientOptions;
  readonly #torrent: Torrent;
  readonly #sessionTorrent: SessionTorrent;
  readonly #connectionsMax: number;
  readonly #peerId: Uint8Array = newPeerId();
  readonly #book = new AddressBook();
  readonly #store: FileStore;
  readonly #listener: Listener;
  readonly #dialler: Dialler;
  readonly #announcer: Announcer;
  readonly #introductions: Introductions;
  readonly #connections = new Set<TcpConnection>();
  /** Addresses to connect to for followers of ours. */
  readonly #onBehalf = new Set<string>();
  #swarm: Swarm | undefined;
  #port = 0;
  #externalHost: string | undefined;
  /** We know what to be: before that nobody is talked to. */
  #hasRole = false;
  #ticking: NodeJS.Timeout | undefined;
  #finish!: { resolve: () => void; reject: (error: Error) => void };
  /** Resolves when all pieces are there; rejects where the download cannot go on. */
  readonly completed: Promise<void>;

  constructor(options: ClientOptions) {
    const { torrent, folder } = options;
    this.#options = options;
    this.#torrent = torrent;
    this.#sessionTorrent = sessionTorrentOf(torrent);
    this.#connectionsMax = options.connectionsMax ?? CONNECTIONS_MAX;
    this.completed = new Promise((resolve, reject) => {
      this.#finish = { resolve, reject };
    });
    this.completed.catch(() => {});
    this.#store = new FileStore({ torrent, folder, isWritable: options.isSeed !== true });
    this.#introductions = new Introductions(this.#peerId, (who) => this.#introduced(who));
    this.#listener = new Listener((socket) => this.#accept(socket));
    this.#dialler = new Dialler({
      localHost: options.host,
      connectionsMax: this.#connectionsMax / 2,
      connectionCount: () => this.#connections.size,
      isConnected: (endpoint) => this.#isConnected(endpoint),
      onConnected: (socket, endpoint, reading) => {
        const torrent = this.#sessionTorrent;
        this.#add(socket, { role: 'initiator', torrent }, endpoint, reading);
      },
    });
    this.#announcer = new Announcer({
      trackers: options.trackers ?? torrent.trackers,
      localHost: options.host,
      request: () => announcementOf(options, this.#peerId, this.#port, this.status),
      onResponse: (response) => this.#announced(response),
      // Who gets no role from anybody is a plain peer, until somebody gives it one.
      onSilence: () => this.#hasRole || this.#play(undefined),
      onTrouble: (trouble) => options.onTrouble?.(trouble),
    });
  }

  /** Looks at the disk, listens, and announces itself. Throws ClientError. */
  async start(): Promise<void> {
    const { host, port = 0, isSeed, onChecked } = this.#options;
    const { pieceCount } = this.#torrent.layout;
    const pieces =
      isSeed === true
        ? Array.from({ length: pieceCount }, (_, piece) => piece)
        : await findPieces(this.#torrent, this.#store, (n) => onChecked?.(n, pieceCount));
    if (isSeed !== true) await this.#store.makeEmptyFiles();
    this.#swarm = this.#newSwarm(pieces);
    this.#port = await this.#listener.start(host, port);
    this.#ticking = setInterval(() => this.#tick(), TICK_MS);
    if (this.#swarm.peer.isComplete) this.#finish.resolve();
    this.#announcer.start();
  }

  /** Hangs up, and closes files. */
  async stop(): Promise<void> {
    clearInterval(this.#ticking);
    this.#swarm?.stop();
    this.#listener.stop();
    this.#dialler.stop();
    for (const connection of this.#connections) connection.close('stopping');
    await this.#announcer.stop();
    await this.#store.close();
  }

  /** Connects to a peer that no tracker has named. */
  connectTo(endpoint: Endpoint): void {
    this.#dialler.add(endpoint);
    this.#dialler.dial(performance.now());
  }

  /** Where it listens. */
  get port(): number {
    return this.#port;
  }

  /** How far it is. */
  get status(): ClientStatus {
    return statusOf(this.#swarm, this.#torrent);
  }

  heard(connection: TcpConnection, event: SessionEvent): void {
    if (event.type === 'closed') return this.#closed(connection, event);
    if (this.#introductions.hear(connection, event)) return;
    const link = this.#swarm!.linkOf(connection);
    if (link !== undefined) hear(this.#swarm!, link, event);
  }

  settled(): void {
    this.#swarm!.settle();
  }

  #newSwarm(pieces: readonly number[]): Swarm {
    const { uploads = 7, optimistics = 1, uploadBytesPerS = Infinity } = this.#options;
    const torrent = this.#torrent;
    return new Swarm(
      {
        torrent,
        store: this.#store,
        book: this.#book,
        random: seededRandom(Buffer.from(this.#peerId).toString('hex')),
        uploads,
        optimistics,
        uploadBytesPerS,
        reach: (endpoint) => this.#reach(endpoint),
        onCompleted: () => {
          this.#announcer.completed();
          this.#finish.resolve();
        },
        onFailure: (error) => this.#finish.reject(error),
        onTrouble: (trouble) => this.#options.onTrouble?.(trouble),
      },
      pieces,
    );
  }

  #accept(socket: Socket): void {
    const isFull = (): boolean => this.#connections.size >= this.#connectionsMax;
    if (isFull())
      leastUseful(this.#introductions, this.#swarm!.links)?.close('too-many-connections');
    if (isFull()) socket.destroy();
    else this.#add(socket, acceptedFor(this.#sessionTorrent), undefined);
  }

  #add(
    socket: Socket,
    sessionRole: SessionRole,
    dialled: Endpoint | undefined,
    reading?: ReusedReads,
  ): void {
    const options = sessionOptionsOf({
      sessionRole,
      peerId: this.#peerId,
      port: this.#port,
      system: this.#swarm!.role.system,
      theirHost: socket.remoteAddress,
      isOwn: (endpoint) => this.#isOwn(endpoint),
      limits: this.#options.limits ?? {},
    });
    const connection = new TcpConnection(socket, dialled !== undefined, options, this, reading);
    this.#connections.add(connection);
    this.#introductions.add(connection, dialled);
    if (!this.#hasRole) connection.hold(WAITING_FOR_ROLE);
  }

  #introduced({ connection, endpoint, claimedSystem }: Introduction): void {
    if (endpoint !== undefined) this.#dialler.succeeded(endpoint);
    const system = this.#book.systemOf(endpoint ?? connection) ?? claimedSystem;
    const id = endpoint === undefined ? this.#book.stranger() : this.#book.idOf(endpoint);
    if (this.#swarm!.linkTo(id) !== undefined) {
      connection.close('duplicate-peer', 'somebody else listens at that address');
      return;
    }
    const isOnBehalf = connection.isOutgoing && this.#onBehalf.delete(keyOf(endpoint!));
    this.#swarm!.meet(connection, { id, endpoint, system, isOnBehalf });
  }

  #closed(connection: TcpConnection, { reason, detail }: Closed): void {
    const link = this.#swarm!.linkOf(connection);
    this.#connections.delete(connection);
    this.#introductions.remove(connection);
    if (!isPeaceful(reason)) this.#options.onTrouble?.(hungUp(connection.host, reason, detail));
    const endpoint = link?.endpoint ?? (connection.isOutgoing ? connection : undefined);
    if (endpoint !== undefined) {
      if (reason === 'bad-pieces' || reason === 'own-peer-id') this.#dialler.forget(endpoint);
      else this.#dialler.ended(endpoint, performance.now());
    }
    if (link === undefined) return;
    this.#swarm!.lose(link);
    if (link.endpoint === undefined) this.#book.forget(link.id);
    const { role, peer } = this.#swarm!;
    if (!peer.isComplete && role.leaders.includes(link.id)) this.#announcer.hurry();
  }

  // What the tracker says.

  #announced(response: AnnounceResponse): void {
    const { externalIp, peers, cacheTorrent } = response;
    this.#externalHost = externalIp ?? this.#externalHost;
    if (cacheTorrent?.isPending === true) return;
    for (const peer of peers) {
      if (peer.asn !== undefined) this.#book.learnSystem(peer, peer.asn);
      if (!this.#isOwn(peer)) this.#dialler.add({ host: peer.host, port: peer.port });
    }
    this.#play(cacheTorrent);
    this.#dialler.dial(performance.now());
  }

  /** Takes the role that the tracker gives; waiting connections are let in. */
  #play(leadership: CacheTorrentResponse | undefined): void {
    const role = roleIn(leadership, this.#book, (endpoint) => this.#isOwn(endpoint));
    if (!isSameRole(role, this.#swarm!.role)) this.#swarm!.become(role);
    if (this.#hasRole) return;
    this.#hasRole = true;
    for (const connection of this.#connections) connection.release(WAITING_FOR_ROLE);
  }

  #isOwn({ host, port }: Endpoint): boolean {
    return port === this.#port && (host === this.#externalHost || host === this.#options.host);
  }

  #isConnected(endpoint: Endpoint): boolean {
    if (this.#introductions.isExpecting(endpoint)) return true;
    return this.#swarm!.linkTo(this.#book.idOf(endpoint)) !== undefined;
  }

  /** A follower reaches a leader; a leader reaches somebody for a follower. */
  #reach(endpoint: Endpoint): void {
    const { role, system } = this.#swarm!.role;
    const isInside = this.#book.systemOf(endpoint) === system;
    if (role === 'leader' && !isInside) this.#onBehalf.add(keyOf(endpoint));
    this.connectTo(endpoint);
  }

  #tick(): void {
    const nowMs = performance.now();
    for (const connection of this.#connections) connection.tick(nowMs);
    this.#introductions.tick(nowMs);
    this.#swarm!.tick(nowMs);
    if (this.#hasRole) this.#dialler.dial(nowMs);
  }
}
