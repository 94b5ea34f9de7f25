/**
 * An autonomous system as an actor: it owns its nodes, their peers and their flows, and knows about
 * other AS only what their messages say.
 *
 * The events of its queue are messages that arrive, and what its nodes do at a given time. At
 * allocation instants all AS synchronize to set the rates of all flows (`flows.ts`).
 */

import {
  bitsOfSpan,
  type BlockIndex,
  type Connection,
  type Peer,
  type PeerId,
  type PieceIndex,
  pieceOf,
} from '@cachetorrent/protocol';
import type { PeerMemory, PeerTables } from '@cachetorrent/protocol/internal';
import { assert } from '@cachetorrent/std';

import type { ActorContext, Behaviour } from '../../engine/behaviour.ts';
import * as kinds from '../event-kinds.ts';
import { LogWriter } from '../log/writer.ts';
import type { Departure } from '../plan/dynamics.ts';
import { type Plan, TRACKER } from '../plan/plan.ts';
import {
  type AsReport,
  Observations,
  piecesHeldBy,
  roleOf,
  sourcesOf,
  totalOf,
} from '../results/observations.ts';
import { TimelineRecorder, type TimelineSample } from '../results/timeline.ts';
import {
  callPeerMessage,
  connectionOf,
  connectionOfSpan,
  countOfSpan,
  isUploadOnly,
} from '../transport/message-fields.ts';
import { NO_ROW, Rows } from '../transport/rows.ts';
import { Transport } from '../transport/transport.ts';
import { FLOW_UPDATES, readRecipientCount } from '../transport/wire-format.ts';
import { Flows } from './flows.ts';
import { HostedPeer } from './hosted-peer.ts';
import { Node, type NodeEnvironment } from './node.ts';
import { PROSPECTS, Prospects } from './prospects.ts';
import { CONNECTION_TIMEOUT_MS, type Reason, REASONS, Stays } from './stays.ts';
import { firstPieces, makeTables } from './sub-torrents.ts';
import { makeTrackerNode, type TrackerNode } from './tracker-node.ts';

/**
 * After the last message that makes an AS active, so many messages may follow, each because of the
 * one before, until one makes an AS active again: a leader forwards a `have`, for instance, and a
 * follower becomes interested.
 */
const MESSAGES_IN_A_ROW = 4;

export class AutonomousSystem implements Behaviour, NodeEnvironment {
  readonly plan: Plan;
  readonly asId: number;
  readonly transport: Transport;
  readonly #context: ActorContext;
  readonly #observations: Observations;
  readonly #flows: Flows;
  readonly #prospects: Prospects;
  /** The nodes that are in the swarm, by their index in the AS. */
  readonly #nodes: (Node | undefined)[] = [];
  /** The row of each of their peers. */
  readonly #rows: Rows;
  /** The hosts of their peers, by row. */
  readonly #hostedPeers: (HostedPeer | undefined)[] = [];
  /** Their peers that have started, by row. */
  readonly #peers: (Peer | undefined)[] = [];
  /** The tables that the peers share. */
  readonly #tables: PeerTables;
  readonly #stays: Stays;
  /** For each node that will come back, the pieces that it holds, by sub-torrent. */
  readonly #held = new Map<number, readonly Uint32Array[]>();
  readonly #tracker: TrackerNode | undefined;
  readonly #log: LogWriter | undefined;
  readonly #timeline: TimelineRecorder | undefined;
  /** The next sample of the timeline is taken before anything at or after this time. */
  #nextSampleMs = Infinity;
  /** The first piece of each sub-torrent. */
  readonly #firstPieces: readonly number[];
  /** The number of nodes that lack pieces, and are there or will come. */
  #incompleteCount: number;
  #completeCount = 0;
  /** The number of nodes that will arrive, for the first time or again. */
  #awaitedCount: number;
  lastActiveMs = 0;

  constructor(plan: Plan, context: ActorContext) {
    const { swarm } = plan;
    const ids = plan.idsOf(context.id);
    this.plan = plan;
    this.asId = context.id;
    this.#context = context;
    if (plan.log !== undefined) this.#log = new LogWriter(plan.log, plan, context.id);
    this.#rows = new Rows(ids.length * swarm.subTorrents);
    this.#tables = makeTables(swarm, plan.isOpen ? 0 : ids.length * swarm.subTorrents);
    this.transport = new Transport({
      plan,
      context,
      tables: this.#tables,
      rows: this.#rows,
      peers: this.#peers,
      log: this.#log,
    });
    this.#observations = new Observations(plan, context.id, ids.length);
    this.#flows = new Flows({
      plan,
      context,
      peers: this.#hostedPeers,
      endpoints: this.transport.endpoints,
      rows: this.#rows,
      onSent: (from, connection, block, count) => this.#handleSent(from, connection, block, count),
    });
    this.#stays = new Stays(plan, context, ids.length);
    this.#prospects = new Prospects(plan, this.transport.endpoints);
    this.#firstPieces = firstPieces(swarm);
    for (const [localNode, id] of ids.entries()) this.#expect(id as PeerId, localNode);
    if (plan.asOf(TRACKER) === context.id) {
      this.#enter(plan.localNodeOf(TRACKER));
      this.#tracker = makeTrackerNode(plan, this.transport, this);
    }
    if (plan.timelineMs !== undefined) {
      this.#timeline = new TimelineRecorder(plan.timelineMs);
      this.#nextSampleMs = plan.timelineMs;
    }
    this.#awaitedCount = ids.filter((id) => id !== TRACKER).length;
    this.#incompleteCount = this.#awaitedCount;
  }

  // What the engine asks.

  get needsSync(): boolean {
    return this.#flows.needsAllocation;
  }

  get pendingCount(): number {
    // A run with a horizon goes on until then, whoever is complete.
    return this.#incompleteCount + (this.plan.swarm.horizonMs === undefined ? 0 : 1);
  }

  get doneCount(): number {
    return this.#completeCount;
  }

  /** The number of pieces received. */
  get workCount(): number {
    return Math.floor(this.#observations.receivedBlocks / this.plan.blockLayout.blocksPerPiece);
  }

  get messageCount(): number {
    return totalOf(this.transport.sentCounts);
  }

  /**
   * Nodes arrive, pieces are sent, messages are on their way: all of this may make progress, and
   * what is on its way arrives within a multiple of the greatest latency. What remains are chokers
   * and what they cause, which repeats itself for ever; see `prospects.ts`.
   */
  mayProgress(quietMs: number): boolean {
    if (this.plan.swarm.horizonMs !== undefined) return true;
    if (this.#awaitedCount > 0 || this.#flows.needsAllocation) return true;
    const onTheWayMs = MESSAGES_IN_A_ROW * this.transport.maxLatencyMs;
    if (quietMs <= onTheWayMs + this.plan.swarm.rechokeIntervalMs) return true;
    const hostedPeers = this.#presentPeers();
    return (
      quietMs <= this.#prospects.chokersTakeMs(hostedPeers) &&
      this.#prospects.someHasSource(hostedPeers)
    );
  }

  handle(kind: number, a: number, b: number, c: number): void {
    if (this.#context.nowMs >= this.#nextSampleMs) this.#sampleTimeline();
    if (kind === kinds.HAVE) {
      return this.transport.handleHave(a, b as Connection, c as PieceIndex);
    }
    if (kind < kinds.FIRST_NODE_MESSAGE) return this.#handlePeerMessage(kind, a, b, c);
    switch (kind) {
      case kinds.PIECE_SENT:
        return this.#flows.handlePieceSent(a, b);
      case kinds.RECHOKE:
        return this.#handleRechoke(a, b);
      case kinds.ARRIVE:
        return this.#handleArrival(a);
      case kinds.LEAVE:
        return this.#handleReason(a, REASONS[b]!, c);
      case kinds.CONNECTION_OVER: {
        const row = this.#rows.of(a);
        const isSame = row !== NO_ROW && c === this.#stays.of(this.#localNodeOf(a));
        if (isSame) this.#peers[row]!.releaseNumber(b as Connection);
        return;
      }
      default:
        return this.#handleNodeMessage(a, kind, b, c);
    }
  }

  receive(
    _source: number,
    sentMs: number,
    order: number,
    bytes: DataView,
    offset: number,
    length: number,
  ): void {
    if (readRecipientCount(bytes, offset) === FLOW_UPDATES) {
      return this.#flows.receiveUpdates(bytes, offset, length);
    }
    this.transport.receive(sentMs, order, bytes, offset, length);
  }

  synchronize(round: number, atMs: number): boolean {
    if (atMs >= this.#nextSampleMs) this.#sampleTimeline();
    this.#log?.synchronize(round, atMs);
    return this.#flows.allocate(round, atMs);
  }

  report(): AsReport {
    this.#log?.end();
    const { completedAtMs, leftAtMs, departures, roles, imports } = this.#observations;
    const { receivedBlocks, lostBits, bitsFrom, bitsTo, classBits } = this.#observations;
    for (const node of this.#nodes) {
      if (node !== undefined)
        this.#observations.roles[this.plan.localNodeOf(node.id)] = roleOf(node, this.plan);
    }
    const messages = this.transport.sentCounts;
    const sources = sourcesOf(this.#presentPeers(), this.plan);
    const prospects = this.#countProspects();
    const report = {
      completedAtMs,
      leftAtMs,
      departures,
      imports,
      receivedBlocks,
      lostBits,
      bitsFrom,
      bitsTo,
      classBits,
      messages,
      roles,
      sources,
      ...(prospects === undefined ? {} : { prospects }),
    };
    if (this.#timeline === undefined) return report;
    return { ...report, timeline: this.#timeline.finish(this.#sample()) };
  }

  // What its nodes ask.

  get nowMs(): number {
    return this.#context.nowMs;
  }

  memoryOf({ row }: HostedPeer): PeerMemory {
    return { tables: this.#tables, row, deferredHaves: this.transport.deferredHaves };
  }

  peerStarted({ row }: HostedPeer, peer: Peer): void {
    this.#peers[row] = peer;
    if (peer.role === 'leader') this.transport.addLeader(row);
    else if (peer.isSuperSeed) this.transport.addSuperSeed(row);
  }

  nodeStarted({ id, peers }: Node): void {
    for (const { localPeer } of peers) this.#scheduleRechoke(localPeer);
    this.#stays.begin(id);
  }

  startSending(from: HostedPeer, connection: Connection): void {
    this.#flows.start(from, connection);
  }

  blocksBegun(from: HostedPeer, connection: Connection): number {
    return this.#flows.blocksBegun(from, connection);
  }

  shortenSending(from: HostedPeer, connection: Connection): void {
    this.#flows.shorten(from, connection);
  }

  stopSending(from: HostedPeer, connection: Connection): number {
    return this.#flows.stop(from, connection);
  }

  connectionClosed(hosted: HostedPeer, connection: Connection): void {
    this.#flows.closeIncoming(hosted, connection);
  }

  connectionOver({ localPeer }: HostedPeer, connection: Connection): void {
    // The flow of the connection is closed at the next allocation instant, which precedes all
    // events of that time. Then nothing refers to the number of the connection any more.
    const { allocationIntervalMs } = this.plan.swarm;
    const atMs = (Math.floor(this.nowMs / allocationIntervalMs) + 1) * allocationIntervalMs;
    const stay = this.#stays.of(this.#localNodeOf(localPeer));
    this.#context.schedule(atMs, kinds.CONNECTION_OVER, localPeer, connection, stay);
  }

  subTorrentCompleted({ id }: HostedPeer): void {
    const localNode = this.plan.localNodeOf(id);
    const node = this.#nodes[localNode]!;
    node.incompleteSubTorrents--;
    if (node.incompleteSubTorrents > 0) return;
    this.lastActiveMs = this.nowMs;
    this.#stays.completed(id);
    if (this.#observations.isComplete(localNode)) return; // In an earlier stay.
    this.#observations.completed(localNode, this.nowMs);
    this.#incompleteCount--;
    this.#completeCount++;
    if (this.plan.isOpen && !this.plan.holdsFile(id)) node.announce('completed');
  }

  // Arrivals and departures.

  #expect(id: PeerId, localNode: number): void {
    if (id === TRACKER) return;
    this.#context.schedule(this.plan.arrivesAtMs(id), kinds.ARRIVE, localNode, 0, 0);
  }

  #handleArrival(localNode: number): void {
    this.lastActiveMs = this.nowMs;
    this.#awaitedCount--;
    this.#enter(localNode).arrive();
  }

  /** A node comes into the swarm. */
  #enter(localNode: number): Node {
    const { plan } = this;
    const id = plan.idOfLocalNode(this.asId, localNode) as PeerId;
    const peers = Array.from({ length: plan.swarm.subTorrents }, (_, subTorrent) => {
      const row = this.#rows.take(plan.localPeerOf(id, subTorrent));
      this.#tables.growRows(row + 1);
      const hosted = new HostedPeer(id, subTorrent, row, this);
      this.#hostedPeers[row] = hosted;
      return hosted;
    });
    const held = this.#held.get(localNode) ?? [];
    this.#held.delete(localNode);
    const random = plan.randomOf(id, 0);
    const node = new Node({ id, peers, environment: this, random, held });
    this.#nodes[localNode] = node;
    this.#flows.setPresent(localNode, true);
    return node;
  }

  /** A node has a reason to leave, if it is still in the stay in which it has got the reason. */
  #handleReason(localNode: number, reason: Reason, stay: number): void {
    const node = this.#nodes[localNode];
    if (node === undefined || stay !== this.#stays.of(localNode)) return;
    const isComplete = node.incompleteSubTorrents === 0;
    if (reason === 'crash') this.#leave(node, 'crashed');
    else if (!isComplete) this.#leave(node, 'aborted');
    else if (reason === 'end') this.#leave(node, 'finished');
  }

  #leave(node: Node, reason: Departure): void {
    const { id, peers } = node;
    const localNode = this.plan.localNodeOf(id);
    this.lastActiveMs = this.nowMs;
    if (reason !== 'crashed') node.announce('stopped');
    const held = peers.map((hosted) => hosted.storedPieces());
    for (const hosted of peers) {
      hosted.leave(reason === 'crashed' ? CONNECTION_TIMEOUT_MS : 0);
      this.#rows.release(hosted.localPeer);
      this.#hostedPeers[hosted.row] = undefined;
      this.#peers[hosted.row] = undefined;
    }
    this.#flows.setPresent(localNode, false);
    this.#observations.roles[localNode] = roleOf(node, this.plan);
    this.#observations.left(localNode, this.nowMs, reason);
    this.#nodes[localNode] = undefined;
    if (this.#stays.end(id, reason)) {
      this.#awaitedCount++;
      this.#held.set(localNode, held);
    } else if (!this.#observations.isComplete(localNode)) {
      this.#incompleteCount--;
    }
  }

  /** The index of the node of a peer, both in this AS. */
  #localNodeOf(localPeer: number): number {
    return Math.floor(localPeer / this.plan.swarm.subTorrents);
  }

  #presentPeers(): HostedPeer[] {
    return this.#hostedPeers.filter((hosted) => hosted !== undefined);
  }

  // Events.

  /** A message on a connection; `first` and `second` are its fields. */
  #handlePeerMessage(kind: number, localPeer: number, first: number, second: number): void {
    const row = this.#rows.of(localPeer);
    const connection = connectionOfSpan(first);
    if (row !== NO_ROW) {
      if (kind === kinds.CLOSE) return this.#hostedPeers[row]!.closedByOther(connection);
      const peer = this.#peers[row]!;
      if (peer.isOpen(connection)) {
        if (kind === kinds.PIECE) {
          return this.#handlePiece(this.#hostedPeers[row]!, first, second as BlockIndex);
        }
        return callPeerMessage(peer, kind, first, second, this.transport.payloads);
      }
    }
    this.#lose(kind, first, second);
  }

  /** A message has arrived for a peer that has left, or on a connection that is closed. */
  #lose(kind: number, first: number, second: number): void {
    if (kind === kinds.PIECE) {
      const bits = bitsOfSpan(this.plan.blockLayout, second as BlockIndex, countOfSpan(first));
      this.#observations.lostBits += bits;
    } else {
      this.transport.payloads.drop(kind, first, second);
    }
  }

  /** A message to a node; `first` and `second` are its fields. */
  #handleNodeMessage(localPeer: number, kind: number, first: number, second: number): void {
    this.lastActiveMs = this.nowMs;
    const localNode = this.#localNodeOf(localPeer);
    const node = this.#nodes[localNode];
    if (node === undefined) return this.#refuse(localPeer, kind, first, second);
    const to = node.peers[localPeer % this.plan.swarm.subTorrents]!;
    const { payloads } = this.transport;
    switch (kind) {
      case kinds.CONN_REQ:
        return to.connReq(first as PeerId, connectionOf(second), isUploadOnly(second));
      case kinds.REFUSED:
        return to.refused(first as PeerId);
      case kinds.TRACKER_REQ:
        return node.trackerReq(first as PeerId);
      case kinds.TRACKER_RES:
        return node.trackerRes();
      case kinds.NEIGHBOURS:
        return node.neighbours(payloads.take(first, 'neighbours').ids);
      case kinds.LEADERS:
        return node.leaders(to.subTorrent, payloads.take(first, 'leaders').ids);
      case kinds.SEED_RES:
        return node.seedRes(first);
      default:
        assert(this.#tracker !== undefined, 'only the tracker receives messages to the tracker');
        this.#tracker.handle(kind, first, second);
    }
  }

  /** A message has arrived for a node that has left: its host answers that nobody is there. */
  #refuse(localPeer: number, kind: number, first: number, second: number): void {
    if (kind !== kinds.CONN_REQ) return this.transport.payloads.drop(kind, first, second);
    const { subTorrents } = this.plan.swarm;
    const id = this.plan.idOfLocalPeer(this.asId, localPeer) as PeerId;
    const subTorrent = localPeer % subTorrents;
    this.transport.sendToNode(id, first as PeerId, subTorrent).refused(id);
  }

  #handleRechoke(localPeer: number, stay: number): void {
    const row = this.#rows.of(localPeer);
    const localNode = this.#localNodeOf(localPeer);
    if (row === NO_ROW || stay !== this.#stays.of(localNode)) return;
    this.#peers[row]!.rechoke();
    this.#scheduleRechoke(localPeer);
    const { id } = this.#hostedPeers[row]!;
    if (this.#nodes[localNode]!.incompleteSubTorrents > 0) return;
    const fileBits = this.plan.swarm.pieces * this.plan.swarm.pieceBits;
    const shareRatio = this.#observations.uploadedBits[localNode]! / fileBits;
    if (this.#stays.hasGivenEnough(id, shareRatio))
      this.#leave(this.#nodes[localNode]!, 'finished');
  }

  #scheduleRechoke(localPeer: number): void {
    const atMs = this.nowMs + this.plan.swarm.rechokeIntervalMs;
    const stay = this.#stays.of(this.#localNodeOf(localPeer));
    this.#context.schedule(atMs, kinds.RECHOKE, localPeer, stay, 0);
  }

  #handleSent(from: HostedPeer, connection: Connection, block: BlockIndex, count: number): void {
    const { blockLayout } = this.plan;
    const piece = pieceOf(block, blockLayout.blocksPerPiece);
    assert(from.peer.hasPiece(piece), 'a peer sends only pieces that it holds');
    const toAsId = this.transport.endpoints.asId(from.row, connection);
    const localNode = this.plan.localNodeOf(from.id);
    this.#observations.sent(localNode, toAsId, bitsOfSpan(blockLayout, block, count));
    from.sendBlocks(connection, block, count);
    this.lastActiveMs = this.nowMs;
  }

  #handlePiece(to: HostedPeer, packed: number, block: BlockIndex): void {
    const { blockLayout } = this.plan;
    const connection = connectionOfSpan(packed);
    const count = countOfSpan(packed);
    assert(to.peer.mayDownloadOn(connection), 'a follower receives no piece from another AS');
    const piece = pieceOf(block, blockLayout.blocksPerPiece);
    const filePiece = this.#firstPieces[to.subTorrent]! + piece;
    const fromAsId = this.transport.endpoints.asId(to.row, connection);
    const bits = bitsOfSpan(blockLayout, block, count);
    this.#observations.received(fromAsId, filePiece, count, bits);
    const remotePeer = this.transport.endpoints.remotePeer(to.row, connection);
    const from = this.plan.idOfLocalPeer(fromAsId, remotePeer) as PeerId;
    this.#observations.receivedByClass(this.plan.classOf(from), this.plan.classOf(to.id), bits);
    this.lastActiveMs = this.nowMs;
    to.peer.piece(connection, block, count);
  }

  /** What the nodes that lack pieces wait for, if there are any; see `AsReport.prospects`. */
  #countProspects(): Uint32Array | undefined {
    if (this.#incompleteCount === 0) return undefined;
    const counts = new Uint32Array(PROSPECTS.length);
    for (const node of this.#nodes) {
      if (node === undefined || node.id === TRACKER) continue;
      const { peers } = node;
      const lacking = peers.filter((hosted) => !hosted.hasStarted || !hosted.peer.isComplete);
      const each = lacking.map((hosted) => PROSPECTS.indexOf(this.#prospects.of(hosted)));
      if (each.length > 0) counts[Math.min(...each)]!++;
    }
    return counts;
  }

  // The timeline.

  /** Records the state at the end of one or more intervals of the timeline. */
  #sampleTimeline(): void {
    const timeline = this.#timeline!;
    timeline.record(this.#sample(), this.nowMs);
    this.#nextSampleMs = timeline.dueAtMs;
  }

  #sample(): TimelineSample {
    const piecesHeld = piecesHeldBy(this.#presentPeers());
    const { outsideBits, insideBits } = this.#observations;
    const { activeCount: activeConnections, sentBits } = this.#flows;
    return { piecesHeld, activeConnections, outsideBits, insideBits, sentBits };
  }
}
