/**
 * Takes messages from the peers of one AS to their receivers, in the same AS or in another.
 *
 * A caller names the sender and calls the method of a message, which sends it. The method
 * determines the kind of the message, and the connection determines the receiver.
 *
 *     transport.sendFrom(peer).interested(connection);
 *     transport.sendToNode(from, to).trackerReq(from);
 *
 * Nine in ten messages are a `have`. This is its path:
 *
 *     Peer ─▶ HostedPeer.broadcastHave ─▶ broadcastHave: all subscribers, AS by AS
 *                                              │
 *               of the same AS ┌───────────────┴─────────────┐ of another AS
 *                              │                    one record for all of them
 *                              │                    (wire-format.ts), in a mailbox
 *                              │                             │
 *                              │            AutonomousSystem.receive ─▶ receive
 *                              │                             │
 *                              └──────────────┬──────────────┘
 *                                        #deferHave: can it change what the receiver does
 *                                             │      when it arrives?
 *                           no ┌──────────────┴──────────────┐ yes
 *                              │                  event of the kind HAVE, at its arrival time
 *                 DeferredHaves keep it,                     │
 *                 or it is dropped          AutonomousSystem.handle ─▶ handleHave
 *                              │                             │
 *                              └──────────▶ PeerTables ◀─────┴─▶ Peer, where it has to act
 *
 * All other messages become an event, but for repeated chokes without effect (`sent-chokes.ts`). A
 * message is not an object: sending it allocates nothing, unless it has a payload
 * (`message-fields.ts`).
 */

import {
  type BlockIndex,
  type BootstrapMessages,
  type Connection,
  decode,
  Encoder,
  FIXED_BYTES_MAX,
  listBytes,
  MESSAGE_KINDS,
  NO_PIECE,
  type Peer,
  type PeerId,
  type PeerMessages,
  type PieceIndex,
  pieceOf,
} from '@cachetorrent/protocol';
import {
  DeferredHaves,
  type DeferredHavesHost,
  DELIVER,
  NO_ACTION,
  type PeerTables,
  type RowColumn,
} from '@cachetorrent/protocol/internal';
import { assert, grown } from '@cachetorrent/std';

import type { ActorContext } from '../../engine/behaviour.ts';
import * as kinds from '../event-kinds.ts';
import type { LogWriter } from '../log/writer.ts';
import { type Borders, type Closure, isLong } from './borders.ts';
import { NO_ROW, type Rows } from './rows.ts';
import { SentChokes } from './sent-chokes.ts';
import type { Plan } from '../plan/plan.ts';
import {
  callNodeMessage,
  callPeerMessage,
  connectionOf,
  connectionOfSpan,
  countOfSpan,
  MessageFields,
  onConnection,
  Payloads,
} from './message-fields.ts';
import {
  AS_ID,
  LATENCY_MS,
  REMOTE_CONNECTION,
  REMOTE_PEER,
  RemoteEndpoints,
} from './remote-endpoints.ts';
import {
  headerBytes,
  readConnection,
  readLatencyMs,
  readLocalPeer,
  readRecipientCount,
  TO_NODE,
  writeRecipient,
  writeRecipientCount,
} from './wire-format.ts';

/** How long a peer waits for a connection (libtorrent: `peer_connect_timeout`). */
const CONNECT_TIMEOUT_MS = 15_000;
/** The bytes of a `have`. */
const HAVE_BYTES = 9;

/** The messages to and from the tracker of a swarm in which peers come and go. */
const OF_TRACKER: ReadonlySet<number> = new Set([
  kinds.ANNOUNCE,
  kinds.LEADER_LOST,
  kinds.NEIGHBOURS,
  kinds.LEADERS,
]);

/** What a peer does with a `have` beside recording it. */
const PLAIN = 0;
const LEADER = 1;
const SUPER_SEED = 2;

/** A peer that sends on its connections. */
export interface SendingPeer {
  readonly id: PeerId;
  /** Its row in the tables of its AS. */
  readonly row: number;
}

export interface TransportOptions {
  readonly plan: Plan;
  readonly context: ActorContext;
  /** The tables of the peers of the AS, and the row of each peer. */
  readonly tables: PeerTables;
  readonly rows: Rows;
  /** The peers of the AS by row; a peer is added before its first connection. */
  readonly peers: readonly (Peer | undefined)[];
  /** Absent if no AS is ever cut off. */
  readonly borders: Borders | undefined;
  readonly log: LogWriter | undefined;
}

export class Transport implements DeferredHavesHost, RowColumn {
  readonly endpoints: RemoteEndpoints;
  /** The payloads of messages that have become events. */
  readonly payloads: Payloads = new Payloads();
  /** Keeps each `have` that has no immediate effect until its receiver needs it. */
  readonly deferredHaves: DeferredHaves;
  /** The number of messages sent, by kind. A `have` that is broadcast counts for each receiver. */
  readonly sentCounts: Float64Array = new Float64Array(MESSAGE_KINDS.length);
  /** The sum of these counts, which is read after every window. */
  sentCount = 0;
  /** The greatest latency of all messages so far: every connection begins with one to a node. */
  maxLatencyMs = 0;
  readonly #plan: Plan;
  readonly #context: ActorContext;
  readonly #tables: PeerTables;
  readonly #rows: Rows;
  readonly #peers: readonly (Peer | undefined)[];
  readonly #borders: Borders | undefined;
  /** Absent if all chokes are delivered. */
  readonly #sentChokes: SentChokes | undefined;
  readonly #log: LogWriter | undefined;
  /** For each peer, LEADER if it may forward a `have` that it receives, SUPER_SEED if it is one. */
  #role = new Uint8Array(0);
  readonly #duplicateForwards: boolean;
  readonly #sendsRedundantHaves: boolean;
  readonly #encoder: Encoder;
  readonly #outgoing = new MessageFields(this.payloads, () => this.#send());
  readonly #incoming = new MessageFields(this.payloads);

  // The message that is being sent: its sender, its receiver, and its latency.
  #from = 0 as PeerId;
  #row = 0;
  #toAsId = 0;
  #toPeer = 0;
  #toConnection = 0;
  #latencyMs = Infinity;
  #delayMs = 0;

  constructor({ plan, context, tables, rows, peers, borders, log }: TransportOptions) {
    const { client, quirks } = plan.swarm;
    this.#plan = plan;
    this.#context = context;
    this.#tables = tables;
    this.#rows = rows;
    this.#peers = peers;
    this.#borders = borders;
    this.#log = log;
    this.#duplicateForwards = quirks.duplicateForwards;
    this.#sendsRedundantHaves = client.redundantHaves || quirks.wholePieces;
    this.#encoder = new Encoder(new DataView(new ArrayBuffer(0)));
    this.endpoints = new RemoteEndpoints(tables);
    this.deferredHaves = new DeferredHaves(tables, this, quirks.countDuplicateHaves);
    tables.addRowColumn(this);
    // Where an AS is cut off, messages of one instant may be held or lost apart.
    if (SentChokes.areRepeated(plan) && borders === undefined) {
      this.#sentChokes = new SentChokes(plan, context, tables, this.endpoints);
    }
  }

  growRows(rows: number): void {
    this.#role = grown(this.#role, rows);
  }

  clearRow(row: number): void {
    this.#role[row] = PLAIN;
  }

  /** The peer of a row is a leader from now on, or none any more. */
  setLeader(row: number, isLeader: boolean): void {
    this.#role[row] = isLeader ? LEADER : PLAIN;
  }

  /** Registers the peer of a row as a super-seed. Call before its first connection. */
  addSuperSeed(row: number): void {
    this.#role[row] = SUPER_SEED;
  }

  // Sending.

  /**
   * Each call of a method sends a message of `peer` on an established connection. Chokes and
   * unchokes are sent by the methods below.
   */
  sendFrom({ id, row }: SendingPeer): PeerMessages {
    this.#from = id;
    this.#row = row;
    this.#delayMs = 0;
    return this.#outgoing;
  }

  /** The same for a message that arrives `delayMs` later than others. */
  sendLate(peer: SendingPeer, delayMs: number): PeerMessages {
    this.sendFrom(peer);
    this.#delayMs = delayMs;
    return this.#outgoing;
  }

  /** Sends a choke of `peer`; it is counted and not delivered if it certainly has no effect. */
  choke(peer: SendingPeer, connection: Connection): void {
    const isDelivered = this.#isDelivered(kinds.CHOKE, peer, connection);
    if (isDelivered) this.sendFrom(peer).choke(connection);
  }

  /** The same for an unchoke. */
  unchoke(peer: SendingPeer, connection: Connection): void {
    const isDelivered = this.#isDelivered(kinds.UNCHOKE, peer, connection);
    if (isDelivered) this.sendFrom(peer).unchoke(connection);
  }

  /** Whether a choke or unchoke may have an effect. If not, counts and logs it. */
  #isDelivered(kind: number, peer: SendingPeer, connection: Connection): boolean {
    if (this.#sentChokes?.isWithoutEffect(kind, peer.row, connection) !== true) return true;
    this.sentCounts[kind]!++;
    this.sentCount++;
    if (this.#log === undefined) return false;
    this.sendFrom(peer);
    this.#findEndpoint(connection);
    this.#logMessage(this.#log, kind, connection, 0);
    return false;
  }

  /** The next call of a method sends a message to a node, or to its peer in a sub-torrent. */
  sendToNode(from: PeerId, to: PeerId, subTorrent = 0): BootstrapMessages {
    this.#from = from;
    this.#toAsId = this.#plan.asOf(to);
    this.#toPeer = this.#plan.localPeerOf(to, subTorrent);
    this.#toConnection = TO_NODE;
    this.#latencyMs = this.#plan.latencyMs(from, to);
    this.#delayMs = 0;
    this.maxLatencyMs = Math.max(this.maxLatencyMs, this.#latencyMs);
    return this.#outgoing;
  }

  /**
   * Sends a `have` to all subscribers of `peer`. Those that never download from it ignore the
   * message, so it is counted and logged, but not delivered to them.
   */
  broadcastHave({ id, row }: SendingPeer, piece: PieceIndex): void {
    if (!this.#sendsRedundantHaves) return this.#sendNeededHaves(row, id, piece);
    const { endpoints } = this;
    const count = endpoints.subscriberCount(row);
    this.sentCounts[kinds.HAVE]! += count;
    this.sentCount += count;
    if (this.#log !== undefined) this.#logBroadcast(this.#log, id, row, piece);
    this.#sentChokes?.broadcastHave(row);
    const words = endpoints.endpoints;
    const last = endpoints.downloaderCount(row);
    for (let start = 0; start < last; ) {
      const asId = words[endpoints.endpointOfSubscriber(row, start) + AS_ID]!;
      let end = start + 1;
      while (end < last && words[endpoints.endpointOfSubscriber(row, end) + AS_ID] === asId) end++;
      if (asId === this.#context.id) this.#broadcastWithinAs(row, start, end, piece);
      else this.#broadcastToAs(asId, row, start, end, piece);
      start = end;
    }
  }

  /** Sends a `have` to the subscribers that have not announced the piece, one by one. */
  #sendNeededHaves(row: number, id: PeerId, piece: PieceIndex): void {
    const count = this.endpoints.subscriberCount(row);
    for (let index = 0; index < count; index++) {
      const connection = this.endpoints.subscriberConnection(row, index);
      if (this.#tables.hasAnnounced(row, connection, piece)) continue;
      this.sendFrom({ id, row }).have(connection, piece);
    }
  }

  #logBroadcast(log: LogWriter, from: PeerId, row: number, piece: PieceIndex): void {
    const { endpoints } = this.endpoints;
    for (let index = 0; index < this.endpoints.subscriberCount(row); index++) {
      const at = this.endpoints.endpointOfSubscriber(row, index);
      const [asId, remotePeer] = [endpoints[at + AS_ID]!, endpoints[at + REMOTE_PEER]!];
      log.record(this.#context.nowMs, kinds.HAVE, from, asId, remotePeer, piece);
    }
  }

  /** Announces a piece to the subscribers with an index from `start` to `end - 1`. */
  #broadcastWithinAs(row: number, start: number, end: number, piece: PieceIndex): void {
    const { endpoints, endpointFloats } = this.endpoints;
    for (let index = start; index < end; index++) {
      const at = this.endpoints.endpointOfSubscriber(row, index);
      this.#latencyMs = endpointFloats[at + LATENCY_MS]!;
      this.#deliverHave(endpoints[at + REMOTE_PEER]!, endpoints[at + REMOTE_CONNECTION]!, piece);
    }
  }

  /** The same for subscribers in another AS. */
  #broadcastToAs(asId: number, row: number, start: number, end: number, piece: PieceIndex): void {
    const { endpoints, endpointFloats } = this.endpoints;
    const closure = this.#borders?.closureTo(asId);
    if (closure !== undefined && isLong(closure)) return;
    const isHeld = closure !== undefined && closure.untilMs > this.#context.nowMs;
    const recipients = end - start;
    const header = headerBytes(recipients);
    const order = this.#context.takeOrders(recipients);
    const view = this.#context.beginMessage(asId, order, header + HAVE_BYTES);
    const { offset } = this.#context;
    writeRecipientCount(view, offset, recipients);
    for (let index = 0; index < recipients; index++) {
      const at = this.endpoints.endpointOfSubscriber(row, start + index);
      const latencyMs = endpointFloats[at + LATENCY_MS]! * (isHeld ? -1 : 1);
      const remotePeer = endpoints[at + REMOTE_PEER]!;
      const connection = endpoints[at + REMOTE_CONNECTION]!;
      writeRecipient(view, offset, index, remotePeer, connection, latencyMs);
    }
    this.#encoder.moveTo(view, offset + header);
    this.#encoder.have(0 as Connection, piece);
    this.#context.endMessage(header + HAVE_BYTES);
  }

  /** Sends the message whose fields `#outgoing` holds. */
  #send(): void {
    const { kind, first, second } = this.#outgoing;
    const isOnConnection = kind < kinds.FIRST_NODE_MESSAGE;
    if (isOnConnection) this.#findEndpoint(connectionOfSpan(first));
    const count = isOnConnection ? countOfSpan(first) : 1;
    this.sentCounts[kind]! += count;
    this.sentCount += count;
    if (this.#log !== undefined) this.#logMessage(this.#log, kind, first, second);

    if (this.#toAsId !== this.#context.id) {
      if (this.#sentChokes !== undefined && kind !== kinds.CHOKE && kind !== kinds.UNCHOKE) {
        this.#sentChokes.sentOther(
          kind,
          this.#row,
          connectionOfSpan(first),
          this.#toAsId,
          this.#toPeer,
        );
      }
      const closure = this.#borders?.closureTo(this.#toAsId);
      if (closure !== undefined && !this.#isHeld(closure, kind)) {
        return this.#lose(kind, first, second);
      }
      return this.#sendToAs(kind, first, second);
    }
    if (kind === kinds.HAVE) return this.#deliverHave(this.#toPeer, this.#toConnection, second);
    const arrivalMs = this.#context.nowMs + this.#latencyMs;
    const firstThere = isOnConnection ? onConnection(first, this.#toConnection) : first;
    this.#context.schedule(arrivalMs, kind, this.#toPeer, firstThere, second);
  }

  /**
   * Whether a message that is sent while a border is closed arrives after it opens. Its latency,
   * which counts from then, is negative on its way, so that the receiver knows; see `receive`. A
   * client does not wait for a tracker for so long.
   */
  #isHeld(closure: Closure, kind: number): boolean {
    const heldMs = closure.untilMs - this.#context.nowMs;
    const isPatient = kind === kinds.CONN_REQ && heldMs <= CONNECT_TIMEOUT_MS;
    if (!isPatient && (isLong(closure) || OF_TRACKER.has(kind))) return false;
    // The time after which a crash is noticed passes meanwhile.
    if (this.#delayMs < heldMs) this.#latencyMs = this.#delayMs - this.#latencyMs;
    return true;
  }

  /** A message is lost at a closed border. A request for a connection is given up after a time. */
  #lose(kind: number, first: number, second: number): void {
    this.payloads.drop(kind, first, second);
    if (kind !== kinds.CONN_REQ) return;
    const atMs = this.#context.nowMs + CONNECT_TIMEOUT_MS;
    const localPeer = this.#plan.localPeerOf(
      this.#from,
      this.#toPeer % this.#plan.swarm.subTorrents,
    );
    const remote = this.#plan.idOfLocalPeer(this.#toAsId, this.#toPeer);
    const connection = connectionOf(second);
    this.#context.schedule(atMs, kinds.CONNECT_TIMEOUT, localPeer, connection, remote);
  }

  /** The receiver is at the other end of `connection`. */
  #findEndpoint(connection: Connection): void {
    const { endpoints } = this;
    const row = this.#row;
    this.#toConnection = endpoints.remoteConnection(row, connection);
    assert(this.#toConnection >= 0, 'a connection is established before a message is sent on it');
    this.#toAsId = endpoints.asId(row, connection);
    this.#toPeer = endpoints.remotePeer(row, connection);
    this.#latencyMs = endpoints.latencyMs(row, connection) + this.#delayMs;
  }

  #logMessage(log: LogWriter, kind: number, first: number, second: number): void {
    const { nowMs } = this.#context;
    const [from, toAsId, toPeer] = [this.#from, this.#toAsId, this.#toPeer];
    if (kind === kinds.REQUEST || kind === kinds.PIECE || kind === kinds.CANCEL) {
      const { blocksPerPiece } = this.#plan.blockLayout;
      const piece = pieceOf(second as BlockIndex, blocksPerPiece);
      const block = second - piece * blocksPerPiece;
      log.record(nowMs, kind, from, toAsId, toPeer, piece, block, countOfSpan(first));
    } else {
      const hasPiece = kind === kinds.HAVE || kind === kinds.ALLOWED_FAST;
      log.record(nowMs, kind, from, toAsId, toPeer, hasPiece ? second : NO_PIECE);
    }
  }

  #sendToAs(kind: number, first: number, second: number): void {
    const order = this.#context.takeOrders(1);
    const bytesMax = headerBytes(1) + this.#bytesMax(kind);
    const view = this.#context.beginMessage(this.#toAsId, order, bytesMax);
    const { offset } = this.#context;
    writeRecipientCount(view, offset, 1);
    writeRecipient(view, offset, 0, this.#toPeer, this.#toConnection, this.#latencyMs);
    this.#encoder.moveTo(view, offset + headerBytes(1));
    if (kind < kinds.FIRST_NODE_MESSAGE) {
      callPeerMessage(this.#encoder, kind, first, second, this.payloads);
    } else {
      callNodeMessage(this.#encoder, this.#outgoing, this.payloads);
    }
    this.#context.endMessage(this.#encoder.offset - offset);
  }

  #bytesMax(kind: number): number {
    const { first, second } = this.#outgoing;
    if (kind === kinds.BITFIELD) return listBytes(this.payloads.lengthOf(second));
    if (kind !== kinds.NEIGHBOURS && kind !== kinds.LEADERS) return FIXED_BYTES_MAX;
    return listBytes(this.payloads.lengthOf(first));
  }

  /** Delivers a `have` within the AS, after `#latencyMs`. */
  #deliverHave(localPeer: number, connection: number, piece: number): void {
    const { deferredHaves } = this;
    deferredHaves.atMs = this.#context.nowMs + this.#latencyMs;
    deferredHaves.order = this.#context.takeOrders(1);
    if (this.#deferHave(localPeer, connection as Connection, piece as PieceIndex)) return;
    const { atMs, order } = deferredHaves;
    this.#context.scheduleAs(order, atMs, kinds.HAVE, localPeer, connection, piece);
  }

  // Receiving.

  /**
   * Schedules the message of a record from another AS, `source`, for each of its recipients. The
   * record was sent at `sentMs`. A negative latency counts from when the border opens after that.
   */
  receive(
    source: number,
    sentMs: number,
    order: number,
    bytes: DataView,
    offset: number,
    length: number,
  ): void {
    const recipients = readRecipientCount(bytes, offset);
    const incoming = this.#incoming;
    decode(bytes, offset + headerBytes(recipients), offset + length, 0 as Connection, incoming);
    const { kind, first, second } = incoming;
    for (let index = 0; index < recipients; index++) {
      const localPeer = readLocalPeer(bytes, offset, index);
      const connection = readConnection(bytes, offset, index);
      const latencyMs = readLatencyMs(bytes, offset, index);
      const isHeld = latencyMs < 0;
      const fromMs = isHeld ? this.#borders!.opensMs(source, sentMs) : sentMs;
      const arrivalMs = fromMs + Math.abs(latencyMs);
      if (kind === kinds.HAVE) {
        this.deferredHaves.atMs = arrivalMs;
        this.deferredHaves.order = order + index;
        if (this.#deferHave(localPeer, connection as Connection, second as PieceIndex)) continue;
      }
      const firstHere = connection === TO_NODE ? first : onConnection(first, connection);
      this.#context.scheduleArrival(arrivalMs, order + index, kind, localPeer, firstHere, second);
    }
  }

  /**
   * Defers a `have` that arrives at the time and in the order set in `deferredHaves`, or drops it
   * if the receiver does not need it. Returns false if it may have an effect when it arrives: then
   * it must be delivered at that time.
   */
  #deferHave(localPeer: number, connection: Connection, piece: PieceIndex): boolean {
    const row = this.#rows.of(localPeer);
    if (row === NO_ROW) return true;
    const { deferredHaves } = this;
    const role = this.#role[row]!;
    if (role === SUPER_SEED) return false;
    if (role !== LEADER) return deferredHaves.defer(row, connection, piece, false) !== DELIVER;
    // A leader of the original forwards a piece even if it holds the piece itself.
    if (!this.#duplicateForwards && this.#tables.isStored(row, piece)) return true;
    if (this.#peers[row]!.hasToForward(connection, piece)) return false;
    return deferredHaves.defer(row, connection, piece, this.#duplicateForwards) !== DELIVER;
  }

  /** Handles the event of a `have` that arrives now. */
  handleHave(localPeer: number, connection: Connection, piece: PieceIndex): void {
    const row = this.#rows.of(localPeer);
    if (row === NO_ROW) return;
    if (this.#role[row] !== PLAIN) return this.#haveWithRole(row, connection, piece);
    const outcome = this.#tables.have(row, connection, piece);
    if (outcome !== NO_ACTION) this.#peers[row]!.afterHave(connection, piece, outcome);
  }

  #haveWithRole(row: number, connection: Connection, piece: PieceIndex): void {
    const peer = this.#peers[row]!;
    if (peer.isOpen(connection)) peer.have(connection, piece);
  }

  // What the deferred haves need of their host.

  get nowMs(): number {
    return this.#context.nowMs;
  }

  get nowOrder(): number {
    return this.#context.nowOrder;
  }

  /** A deferred `have` may have an effect after all: schedules its arrival. */
  deliver(
    row: number,
    connection: Connection,
    piece: PieceIndex,
    atMs: number,
    order: number,
  ): void {
    const localPeer = this.#rows.peerOf(row);
    this.#context.scheduleAs(order, atMs, kinds.HAVE, localPeer, connection, piece);
  }
}
