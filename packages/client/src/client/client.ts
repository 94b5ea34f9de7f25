/**
 * A BitTorrent client for one torrent, with CacheTorrent. It checks the files on the disk,
 * announces itself, connects to peers, and downloads and uploads until it is stopped.
 *
 *     const client = new Client({ torrent, folder: '.', port: 0 });
 *     await client.start();
 *     await client.completed;
 *     await client.stop();
 *
 * If the tracker supports CacheTorrent, the client is a leader or a follower in its AS.
 */

import type { Socket } from 'node:net';
import { type PeerId, Turnover } from '@cachetorrent/protocol';
import {
  type AnnounceResponse,
  type CloseReason,
  type Endpoint,
  type CacheTorrentResponse,
  type SessionEvent,
  type SessionRole,
  type SessionTorrent,
} from '@cachetorrent/protocol/wire';
import { printable, seededRandom } from '@cachetorrent/std';

import { type CancelTimer, type Clock, SYSTEM_CLOCK } from '../clock.ts';
import { AddressBook, formatEndpoint } from '../connections/address-book.ts';
import { evictionCandidate } from '../connections/eviction.ts';
import {
  type IdentifiedConnection,
  PendingConnections,
} from '../connections/pending-connections.ts';
import type { RemotePeer } from '../connections/remote-peer.ts';
import { turnoverPeerOf } from '../connections/turnover-peer.ts';
import { Connector } from '../net/connector.ts';
import { Listener } from '../net/listener.ts';
import type { ReusedReadBuffer } from '../net/reused-read-buffer.ts';
import { type ConnectionHandler, hostOf, TcpConnection } from '../net/tcp-connection.ts';
import { FileStore } from '../storage/file-store.ts';
import { prepareDownload } from '../storage/prepare-download.ts';
import type { Torrent } from '../torrent/torrent.ts';
import { Announcer } from '../trackers/announcer.ts';
import { TorrentTransfer } from '../transfer/torrent-transfer.ts';
import type { ClientOptions } from './options.ts';
import { isSameRole, roleFrom } from './role-assignment.ts';
import {
  announceRequestOf,
  randomPeerId,
  responderOf,
  sessionOptionsOf,
  sessionTorrentOf,
} from './session-setup.ts';
import { type ClientStatus, statusOf } from './status.ts';

type ClosedEvent = Extract<SessionEvent, { type: 'closed' }>;

const TICK_MS = 500;
const CONNECTIONS_MAX = 80;
const WARNING_LENGTH_MAX = 1_000;
const WAITING_FOR_ROLE = 'role';
/** How long others wait for our role: a little more than an election takes to reach all. */
const ROLE_WAIT_MS = 2_000;

const NO_ENCRYPTION = 'encrypted connections, MSE, are not supported';
const CLOSED_EARLY =
  'the peer hangs up before its handshake: it does not serve this torrent, is full, or demands ' +
  `encryption (${NO_ENCRYPTION})`;

/** The ordinary reasons to close a connection, of which the user is not warned. */
const ORDINARY_REASONS: ReadonlySet<CloseReason> = new Set<CloseReason>([
  'peer-closed',
  'connection-failed',
  'redundant',
  'too-many-connections',
  'stopping',
  'duplicate-peer',
]);

/** A BitTorrent client for one torrent, with CacheTorrent. */
export class Client {
  readonly #options: ClientOptions;
  readonly #torrent: Torrent;
  readonly #sessionTorrent: SessionTorrent;
  readonly #connectionsMax: number;
  readonly #clock: Clock;
  readonly #peerId: Uint8Array = randomPeerId();
  readonly #addressBook = new AddressBook();
  readonly #store: FileStore;
  readonly #listener: Listener;
  readonly #connector: Connector;
  readonly #connectionHandler: ConnectionHandler = {
    handleEvent: (tcp, event) => this.#handleEvent(tcp, event),
    handleReadyToSend: () => this.#transfer!.sendPending(),
  };
  readonly #announcer: Announcer;
  readonly #pending: PendingConnections;
  /** All connections, pending or identified. */
  readonly #connections = new Set<TcpConnection>();
  /** The endpoints that the user has named, in text; true for those of which we have warned. */
  readonly #named = new Map<string, boolean>();
  #transfer: TorrentTransfer | undefined;
  readonly #turnover: Turnover;
  /** The leaders of ours to which no connection could be made when we tried last. */
  readonly #unreachable = new Set<PeerId>();
  /** Whether another peer has ever connected to us. */
  #everIncoming = false;
  #port = 0;
  /** Our address, as the tracker sees it. */
  #externalHost: string | undefined;
  /**
   * Whether our role is known. Before that, only peers that the user has named are connected to,
   * and others that connect to us wait, but no longer than `ROLE_WAIT_MS`.
   */
  #hasRole = false;
  /** When our role should be known: the tracker has answered, and the election is over. */
  #roleDueMs = Infinity;
  #cancelTick: CancelTimer | undefined;
  #completion!: { resolve: () => void; reject: (error: Error) => void };
  /**
   * Resolves when all pieces are stored. Rejects with a StorageFailure if the download cannot
   * continue.
   */
  readonly completed: Promise<void>;

  constructor(options: ClientOptions) {
    const { torrent, folder, clock = SYSTEM_CLOCK } = options;
    this.#options = options;
    this.#torrent = torrent;
    this.#clock = clock;
    this.#sessionTorrent = sessionTorrentOf(torrent);
    this.#connectionsMax = options.connectionsMax ?? CONNECTIONS_MAX;
    this.#turnover = new Turnover(this.#connectionsMax, clock.nowMs());
    this.completed = new Promise((resolve, reject) => {
      this.#completion = { resolve, reject };
    });
    this.completed.catch(() => {});
    this.#store = new FileStore({ torrent, folder, isWritable: options.isSeed !== true });
    this.#pending = new PendingConnections(this.#peerId, clock, (connection) =>
      this.#handleIdentified(connection),
    );
    this.#listener = new Listener((socket) => this.#accept(socket));
    this.#connector = new Connector({
      clock,
      localHost: options.host,
      connectionsMax: this.#connectionsMax / 2,
      connectionCount: () => this.#outgoingCount,
      isWanted: (endpoint) => !this.#isConnected(endpoint) && this.#isTrusted(endpoint),
      onFailed: (endpoint, problem) => this.#handleFailed(endpoint, problem),
      onConnected: (socket, endpoint, buffer) => {
        if (!this.#makeRoom(endpoint.host)) socket.destroy();
        else
          this.#add(socket, { role: 'initiator', torrent: this.#sessionTorrent }, endpoint, buffer);
      },
    });
    this.#announcer = new Announcer({
      clock,
      trackers: options.trackers ?? torrent.trackers,
      localHost: options.host,
      request: () =>
        announceRequestOf(options, this.#peerId, this.#port, this.status, this.#lostLeaders),
      connections: () => ({
        open: this.#transfer!.remotes.count,
        everIncoming: this.#everIncoming,
        hasLostLeader: this.#unreachable.size > 0,
      }),
      onResponse: (response) => this.#handleResponse(response),
      onNoResponse: () => this.#handleNoResponse(),
      onWarning: (warning) => this.#warn(warning),
    });
  }

  /**
   * Checks the files, listens, and announces itself.
   *
   * @throws ClientError if the files cannot be used, or the port is taken.
   * @throws the reason of `signal` if that is aborted while the files are checked.
   */
  async start(signal?: AbortSignal): Promise<void> {
    const { host, port = 0 } = this.#options;
    const pieces = await this.#findPieces(signal);
    this.#transfer = this.#createTransfer(pieces);
    this.#port = await this.#listener.start(host, port);
    this.#cancelTick = this.#clock.every(TICK_MS, () => this.#tick());
    if (this.#transfer.peer.isComplete) this.#completion.resolve();
    this.#roleDueMs = this.#clock.nowMs() + ROLE_WAIT_MS;
    this.#announcer.start();
  }

  /** Closes all connections and files. */
  async stop(): Promise<void> {
    this.#cancelTick?.();
    this.#transfer?.stop();
    this.#listener.stop();
    this.#connector.stop();
    for (const tcp of this.#connections) tcp.close('stopping');
    await Promise.all([this.#announcer.stop(), this.#store.close()]);
  }

  /** Connects to a peer that no tracker has named. */
  connectTo(endpoint: Endpoint): void {
    const key = formatEndpoint(endpoint);
    if (!this.#named.has(key)) this.#named.set(key, false);
    this.#connector.add(endpoint, true);
    this.#connector.connectDue();
  }

  #connect(endpoint: Endpoint): void {
    this.#connector.add(endpoint);
    this.#connector.connectDue();
  }

  /** The port at which the client listens. */
  get port(): number {
    return this.#port;
  }

  /** The progress of the client. */
  get status(): ClientStatus {
    return statusOf(this.#transfer, this.#torrent);
  }

  /** Returns the pieces on the disk; a seed has all. */
  async #findPieces(signal: AbortSignal | undefined): Promise<readonly number[]> {
    const { torrent, folder, isSeed, overwrite = false, onChecked } = this.#options;
    const { pieceCount } = torrent.layout;
    if (isSeed === true) return Array.from({ length: pieceCount }, (_, piece) => piece);
    return prepareDownload({
      torrent,
      folder,
      store: this.#store,
      overwrite,
      onProgress: (checked) => onChecked?.(checked, pieceCount),
      signal,
    });
  }

  #handleEvent(tcp: TcpConnection, event: SessionEvent): void {
    if (event.type === 'closed') return this.#handleClosed(tcp, event);
    if (this.#pending.handleEvent(tcp, event)) return;
    const remote = this.#transfer!.remotes.byTcp(tcp);
    if (remote !== undefined) this.#transfer!.handleEvent(remote, event);
  }

  #createTransfer(pieces: readonly number[]): TorrentTransfer {
    const { uploadSlots = 7, optimisticSlots = 1, uploadBytesPerS = Infinity } = this.#options;
    return new TorrentTransfer(
      {
        torrent: this.#torrent,
        store: this.#store,
        addressBook: this.#addressBook,
        random: seededRandom(Buffer.from(this.#peerId).toString('hex')),
        clock: this.#clock,
        uploadSlots,
        optimisticSlots,
        uploadBytesPerS,
        connectTo: (endpoint, isUrgent) => {
          if (isUrgent) this.#connector.connectNow(endpoint);
          else this.#connect(endpoint);
        },
        needsLeaders: () => this.#announcer.needsLeaders(),
        onCompleted: () => {
          this.#announcer.announceCompleted();
          this.#store.checkAllThere().then(this.#completion.resolve, this.#completion.reject);
        },
        onFailure: (error) => this.#completion.reject(error),
        onWarning: (warning) => this.#warn(warning),
      },
      pieces,
    );
  }

  #accept(socket: Socket): void {
    const host = hostOf(socket);
    if (this.#transfer!.trusts.isBad(host) || !this.#makeRoom(host)) socket.destroy();
    else this.#add(socket, responderOf(this.#sessionTorrent), undefined);
  }

  /** Closes a connection if there is no room for a further one. Returns whether there is room. */
  #makeRoom(newcomer: string): boolean {
    const connectionsMax = this.#connectionsMax;
    if (this.#connections.size < connectionsMax) return true;
    const pending = this.#pending;
    const { remotes } = this.#transfer!;
    const context = { pending, remotes, connectionsMax, newcomer };
    evictionCandidate(context, this.#clock.nowMs())?.close('too-many-connections');
    return this.#connections.size < connectionsMax;
  }

  /** Adds a connection. `target` is the endpoint that we connected to, if we did. */
  #add(
    socket: Socket,
    sessionRole: SessionRole,
    target: Endpoint | undefined,
    buffer?: ReusedReadBuffer,
  ): void {
    const session = sessionOptionsOf({
      sessionRole,
      peerId: this.#peerId,
      port: this.#port,
      asn: this.#transfer!.role.asn,
      remoteHost: socket.remoteAddress,
      isOwn: (endpoint) => this.#isOwn(endpoint),
      limits: this.#options.limits ?? {},
    });
    const tcp = new TcpConnection({
      socket,
      isOutgoing: target !== undefined,
      session,
      handler: this.#connectionHandler,
      clock: this.#clock,
      buffer,
    });
    this.#connections.add(tcp);
    this.#pending.add(tcp, target);
    const isNamed = target !== undefined;
    if (!isNamed && !this.#hasRole && this.#clock.nowMs() < this.#roleDueMs) this.#hold(tcp);
  }

  /** Reads nothing from a connection until our role is known, for a limited time. */
  #hold(tcp: TcpConnection): void {
    tcp.pause(WAITING_FOR_ROLE);
    this.#clock.after(ROLE_WAIT_MS, () => tcp.resume(WAITING_FOR_ROLE));
  }

  #handleIdentified({ tcp, endpoint: stated, claimedAsn }: IdentifiedConnection): void {
    const asn = this.#addressBook.asnOf(stated ?? tcp) ?? claimedAsn;
    const known = stated === undefined ? undefined : this.#remoteAt(stated);
    if (known !== undefined && (tcp.isOutgoing || known.tcp.isOutgoing)) {
      tcp.close('duplicate-peer', 'another peer is connected that listens at the same endpoint');
      return;
    }
    // Peers that connect to us may state any port, also that of another: neither is believed then.
    const endpoint = known === undefined ? stated : undefined;
    const isRelay = tcp.isOutgoing && this.#isRelayTarget(endpoint!);
    const id = this.#idOf(endpoint, tcp.isOutgoing && !isRelay);
    this.#transfer!.addRemote(tcp, { id, endpoint, asn, isRelay });
    if (!tcp.isOutgoing) this.#everIncoming = true;
    this.#unreachable.delete(id);
    if (this.#transfer!.role.leaders.includes(id)) this.#announcer.hasLeaders();
  }

  /** No connection to this endpoint could be made. */
  #handleFailed(endpoint: Endpoint, problem: string): void {
    this.#warnOfNamed(endpoint, `cannot connect (${problem})`);
    const id = this.#addressBook.find(endpoint);
    if (id === undefined) return;
    const { role } = this.#transfer!;
    if (role.leaders.includes(id)) this.#unreachable.add(id);
    this.#transfer!.unreachable(id);
  }

  /** The leaders of ours that are gone, as far as we can tell. */
  get #lostLeaders(): readonly Endpoint[] {
    return [...this.#unreachable].flatMap((id) => this.#addressBook.endpointOf(id) ?? []);
  }

  #idOf(endpoint: Endpoint | undefined, isProven: boolean): PeerId {
    if (endpoint === undefined) return this.#addressBook.anonymousId();
    return isProven ? this.#addressBook.idOf(endpoint) : this.#addressBook.statedIdOf(endpoint);
  }

  #handleClosed(tcp: TcpConnection, { reason, detail }: ClosedEvent): void {
    const transfer = this.#transfer!;
    const remote = transfer.remotes.byTcp(tcp);
    this.#connections.delete(tcp);
    const pending = this.#pending.remove(tcp);
    if (!ORDINARY_REASONS.has(reason)) this.#warn(closedWarning(tcp.host, reason, detail));
    const endpoint = remote?.endpoint ?? pending?.target;
    if (endpoint !== undefined) {
      const isRedundant = remote !== undefined && transfer.isRedundant(remote);
      const isUseless = isRedundant || reason === 'bad-pieces' || reason === 'own-peer-id';
      const isUsed = remote !== undefined && remote.receivedBytes + remote.sentBytes > 0;
      if (isUsed) this.#connector.resetDelay(endpoint);
      if (isUseless) this.#connector.ban(endpoint);
      else this.#connector.scheduleRetry(endpoint);
      const isCut = reason === 'peer-closed' || reason === 'connection-failed';
      const isShaken = pending === undefined || pending.peerId !== undefined;
      if (isCut && !isShaken) this.#warnOfNamed(endpoint, CLOSED_EARLY);
    }
    if (remote === undefined) return;
    transfer.removeRemote(remote);
    this.#addressBook.releaseId(remote.id);
  }

  #handleResponse({ externalIp, peers, cacheTorrent }: AnnounceResponse): void {
    this.#externalHost = externalIp ?? this.#externalHost;
    if (cacheTorrent?.isPending === true) {
      this.#roleDueMs = this.#clock.nowMs() + ROLE_WAIT_MS;
      return;
    }
    for (const peer of peers) {
      if (peer.asn !== undefined) this.#addressBook.setAsn(peer, peer.asn);
      if (!this.#isOwn(peer)) this.#connector.add({ host: peer.host, port: peer.port });
    }
    this.#assignRole(cacheTorrent);
    this.#connector.connectDue();
  }

  /**
   * No tracker answers. Without an answer we are a plain peer, until a tracker assigns a role; a
   * follower that has lost all leaders leads itself rather than wait.
   */
  #handleNoResponse(): void {
    const { role, peer } = this.#transfer!;
    if (!this.#hasRole) this.#assignRole(undefined);
    else if (role.role === 'follower' && peer.leaders.length === 0) {
      this.#transfer!.assignRole({ role: 'leader', leaders: [], asn: role.asn });
    }
  }

  /** Takes the role that the tracker assigns, and starts to read connections that wait for it. */
  #assignRole(leadership: CacheTorrentResponse | undefined): void {
    const transfer = this.#transfer!;
    const named = roleFrom(leadership, this.#addressBook, (endpoint) => this.#isOwn(endpoint));
    for (const id of this.#unreachable)
      if (!named.leaders.includes(id)) this.#unreachable.delete(id);
    // Those that could not be reached are tried again only if there are no others.
    const reachable = named.leaders.filter((id) => !this.#unreachable.has(id));
    const role = reachable.length === 0 ? named : { ...named, leaders: reachable };
    const hasLost = transfer.peer.leaders.length < role.leaders.length;
    if (hasLost || !isSameRole(role, transfer.role)) transfer.assignRole(role);
    if (role.role === 'leader') this.#announcer.hasLeaders();
    if (this.#hasRole) return;
    this.#hasRole = true;
    for (const tcp of this.#connections) tcp.resume(WAITING_FOR_ROLE);
  }

  #isOwn({ host, port }: Endpoint): boolean {
    return port === this.#port && (host === this.#externalHost || host === this.#options.host);
  }

  #isConnected(endpoint: Endpoint): boolean {
    if (this.#pending.hasTarget(endpoint)) return true;
    return this.#remoteAt(endpoint) !== undefined;
  }

  #remoteAt(endpoint: Endpoint): RemotePeer | undefined {
    const id = this.#addressBook.find(endpoint);
    return id === undefined ? undefined : this.#transfer!.remoteOf(id);
  }

  /** Whether pieces from this address are sound, as far as we know, or the user has named it. */
  #isTrusted(endpoint: Endpoint): boolean {
    if (this.#named.has(formatEndpoint(endpoint))) return true;
    return !this.#transfer!.trusts.isBad(endpoint.host);
  }

  get #outgoingCount(): number {
    let count = 0;
    for (const { isOutgoing } of this.#connections) if (isOutgoing) count++;
    return count;
  }

  /** Whether we connect to this endpoint only since followers of ours need it. */
  #isRelayTarget(endpoint: Endpoint): boolean {
    const id = this.#addressBook.find(endpoint);
    const { relayTargets, role } = this.#transfer!;
    if (id === undefined || !relayTargets.has(id)) return false;
    return this.#addressBook.asnOf(endpoint) !== role.asn;
  }

  #tick(): void {
    const nowMs = this.#clock.nowMs();
    for (const tcp of this.#connections) tcp.tick(nowMs);
    this.#pending.tick(nowMs);
    this.#transfer!.tick(nowMs);
    this.#connector.connectDue();
    this.#announcer.tick();
    if (this.#turnover.isDue(nowMs)) this.#turnOver(nowMs);
  }

  /** Closes some connections for others, if almost all are in use. */
  #turnOver(nowMs: number): void {
    const { remotes, role } = this.#transfer!;
    const peers = [...remotes].map((remote) => turnoverPeerOf(remote, role));
    const closed = this.#turnover.choose(peers, this.#connector.candidateCount, nowMs);
    for (const { tcp } of closed) tcp.close('too-many-connections');
  }

  /** Warns, the first time only, that an endpoint which the user has named is of no use. */
  #warnOfNamed(endpoint: Endpoint, problem: string): void {
    const key = formatEndpoint(endpoint);
    if (this.#named.get(key) !== false) return;
    this.#named.set(key, true);
    this.#warn(`${key}: ${problem}`);
  }

  #warn(warning: string): void {
    this.#options.onWarning?.(printable(warning, WARNING_LENGTH_MAX));
  }
}

/** Returns a warning that says why a connection was closed. */
function closedWarning(host: string, reason: CloseReason, detail: string): string {
  const cause = detail.startsWith(reason) ? detail : `${reason}: ${detail}`;
  const why = reason === 'not-bittorrent' ? `${cause} (${NO_ENCRYPTION})` : cause;
  return `${host}: connection closed, ${why}`;
}
