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
import { type Plan, TRACKER } from '../plan/plan.ts';
import {
  type AsReport,
  interestOf,
  lastPiecesOf,
  Observations,
  piecesHeldBy,
  rolesOf,
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
import { Transport } from '../transport/transport.ts';
import { FLOW_UPDATES, readRecipientCount } from '../transport/wire-format.ts';
import { Flows } from './flows.ts';
import { HostedPeer, type PeerEnvironment } from './hosted-peer.ts';
import { Node } from './node.ts';
import { PROSPECTS, Prospects } from './prospects.ts';
import { firstPieces, makeTables } from './sub-torrents.ts';
import { TrackerNode } from './tracker-node.ts';

/**
 * After the last message that makes an AS active, so many messages may follow, each because of the
 * one before, until one makes an AS active again: a leader forwards a `have`, for instance, and a
 * follower becomes interested.
 */
const MESSAGES_IN_A_ROW = 4;
/** A slot that has become free is given away at the next whole second (libtorrent: `on_tick`). */
const TICK_MS = 1_000;

export class AutonomousSystem implements Behaviour, PeerEnvironment {
  readonly plan: Plan;
  readonly asId: number;
  readonly transport: Transport;
  readonly #context: ActorContext;
  readonly #observations: Observations;
  readonly #flows: Flows;
  readonly #prospects: Prospects;
  /** The nodes, by their index in the AS. */
  readonly #nodes: Node[] = [];
  /** The hosts of the peers, by the index of the peer in the AS. */
  readonly #hostedPeers: HostedPeer[] = [];
  /** The peers that have started, by their index in the AS. */
  readonly #peers: Peer[] = [];
  /** When the choker of each peer runs next. */
  readonly #rechokeAtMs: number[] = [];
  /** The tables that the peers share; the row of a peer is its index in the AS. */
  readonly #tables: PeerTables;
  readonly #tracker: TrackerNode | undefined;
  readonly #log: LogWriter | undefined;
  readonly #timeline: TimelineRecorder | undefined;
  /** The next sample of the timeline is taken before anything at or after this time. */
  #nextSampleMs = Infinity;
  /** The first piece of each sub-torrent. */
  readonly #firstPieces: readonly number[];
  #incompleteCount: number;
  /** The number of nodes that have not arrived yet. */
  #awaitedCount: number;
  readonly #peerCount: number;
  lastActiveMs = 0;

  constructor(plan: Plan, context: ActorContext) {
    const { swarm } = plan;
    const ids = plan.idsOf(context.id);
    this.plan = plan;
    this.asId = context.id;
    this.#context = context;
    if (plan.log !== undefined) this.#log = new LogWriter(plan.log, plan, context.id);
    this.#tables = makeTables(swarm, ids.length * swarm.subTorrents);
    this.transport = new Transport({
      plan,
      context,
      tables: this.#tables,
      peers: this.#peers,
      log: this.#log,
    });
    this.#observations = new Observations(plan, context.id, ids.length);
    this.#flows = new Flows(
      plan,
      context,
      this.#hostedPeers,
      this.transport.endpoints,
      (from, connection, block, count) => this.#handleSent(from, connection, block, count),
    );
    this.#prospects = new Prospects(plan, this.transport.endpoints);
    this.#firstPieces = firstPieces(swarm);
    for (const [localNode, id] of ids.entries()) this.#addNode(id as PeerId, localNode);
    if (plan.asOf(TRACKER) === context.id) this.#tracker = new TrackerNode(plan, this.transport);
    if (plan.timelineMs !== undefined) {
      this.#timeline = new TimelineRecorder(plan.timelineMs);
      this.#nextSampleMs = plan.timelineMs;
    }
    this.#peerCount = ids.filter((id) => id !== TRACKER).length;
    this.#incompleteCount = this.#peerCount;
    this.#awaitedCount = this.#peerCount;
  }

  // What the engine asks.

  get needsSync(): boolean {
    return this.#flows.needsAllocation;
  }

  get pendingCount(): number {
    return this.#incompleteCount;
  }

  get doneCount(): number {
    return this.#peerCount - this.#incompleteCount;
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
    if (this.#awaitedCount > 0 || this.#flows.needsAllocation) return true;
    const onTheWayMs = MESSAGES_IN_A_ROW * this.transport.maxLatencyMs;
    if (quietMs <= onTheWayMs + this.plan.swarm.rechokeIntervalMs) return true;
    const hostedPeers = this.#hostedPeers;
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
    if (kind === kinds.PIECE) {
      return this.#handlePiece(this.#hostedPeers[a]!, b, c as BlockIndex);
    }
    if (kind < kinds.FIRST_NODE_MESSAGE) {
      return callPeerMessage(this.#peers[a]!, kind, b, c, this.transport.payloads);
    }
    switch (kind) {
      case kinds.PIECE_SENT:
        return this.#flows.handlePieceSent(a, b);
      case kinds.RECHOKE:
        return this.#handleRechoke(a);
      case kinds.ARRIVE:
        this.lastActiveMs = this.nowMs;
        this.#awaitedCount--;
        return this.#nodes[a]!.arrive();
      default:
        return this.#handleNodeMessage(this.#hostedPeers[a]!, kind, b, c);
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
    const { completedAtMs, imports, receivedBlocks, bitsFrom, bitsTo, classBits } =
      this.#observations;
    const { leecherBits, nearlyCompletedAtMs } = this.#observations;
    const roles = rolesOf(this.#nodes, this.plan);
    const messages = this.transport.sentCounts;
    const sources = sourcesOf(this.#hostedPeers, this.plan);
    const prospects = this.#countProspects();
    const report = {
      completedAtMs,
      imports,
      receivedBlocks,
      bitsFrom,
      bitsTo,
      classBits,
      leecherBits,
      nearlyCompletedAtMs,
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

  memoryOf(id: PeerId, subTorrent: number): PeerMemory {
    const row = this.plan.localPeerOf(id, subTorrent);
    return { tables: this.#tables, row, deferredHaves: this.transport.deferredHaves };
  }

  peerStarted({ localPeer }: HostedPeer, peer: Peer): void {
    this.#peers[localPeer] = peer;
    if (peer.role === 'leader') this.transport.addLeader(localPeer);
    else if (peer.isSuperSeed) this.transport.addSuperSeed(localPeer);
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

  subTorrentCompleted({ id }: HostedPeer): void {
    const localNode = this.plan.localNodeOf(id);
    const node = this.#nodes[localNode]!;
    node.incompleteSubTorrents--;
    if (node.incompleteSubTorrents > 0) return;
    this.#observations.completed(localNode, this.nowMs);
    this.#incompleteCount--;
    this.lastActiveMs = this.nowMs;
  }

  #addNode(id: PeerId, localNode: number): void {
    const { plan } = this;
    const peers = Array.from({ length: plan.swarm.subTorrents }, (_, subTorrent) => {
      const localPeer = plan.localPeerOf(id, subTorrent);
      const hosted = new HostedPeer(id, subTorrent, localPeer, this);
      this.#hostedPeers[localPeer] = hosted;
      return hosted;
    });
    this.#nodes[localNode] = new Node(id, peers, this, plan.randomOf(id, 0));
    if (id === TRACKER) return;
    this.#context.schedule(plan.arrivesAtMs(id), kinds.ARRIVE, localNode, 0, 0);
  }

  // Events.

  /** A message to a node; `first` and `second` are its fields. */
  #handleNodeMessage(to: HostedPeer, kind: number, first: number, second: number): void {
    this.lastActiveMs = this.nowMs;
    const node = this.#nodes[this.plan.localNodeOf(to.id)]!;
    const { payloads } = this.transport;
    switch (kind) {
      case kinds.CONN_REQ:
        return to.connReq(first as PeerId, connectionOf(second), isUploadOnly(second));
      case kinds.TRACKER_REQ:
        return node.trackerReq(first as PeerId);
      case kinds.TRACKER_RES:
        return node.trackerRes();
      case kinds.NEIGHBOURS:
        return node.neighbours(payloads.take(first, 'neighbours').ids);
      case kinds.LEADERS:
        return node.leaders(to.subTorrent, payloads.take(first, 'leaders').ids);
      case kinds.SEED_RES: {
        node.seedRes(first);
        for (const { localPeer } of node.peers)
          this.#scheduleRechoke(localPeer, this.plan.swarm.rechokeIntervalMs);
        return;
      }
      default:
        assert(this.#tracker !== undefined, 'only the tracker receives messages to the tracker');
        this.#tracker.handle(kind, first, second);
    }
  }

  #handleRechoke(localPeer: number): void {
    // It may have run earlier, because a slot became free.
    if (this.nowMs !== this.#rechokeAtMs[localPeer]) return;
    this.#peers[localPeer]!.rechoke();
    this.#scheduleRechoke(localPeer, this.plan.swarm.rechokeIntervalMs);
  }

  rechokeSoon({ localPeer }: HostedPeer): void {
    const leftMs = this.#rechokeAtMs[localPeer]! - this.nowMs;
    if (leftMs > TICK_MS) this.#scheduleRechoke(localPeer, leftMs % TICK_MS || TICK_MS);
  }

  #scheduleRechoke(localPeer: number, delayMs: number): void {
    const atMs = this.nowMs + delayMs;
    this.#rechokeAtMs[localPeer] = atMs;
    this.#context.schedule(atMs, kinds.RECHOKE, localPeer, 0, 0);
  }

  #handleSent(from: HostedPeer, connection: Connection, block: BlockIndex, count: number): void {
    const { blockLayout } = this.plan;
    const piece = pieceOf(block, blockLayout.blocksPerPiece);
    assert(from.peer.hasPiece(piece), 'a peer sends only pieces that it holds');
    const toAsId = this.transport.endpoints.asId(from.localPeer, connection);
    const bits = bitsOfSpan(blockLayout, block, count);
    this.#observations.sent(toAsId, bits);
    const remotePeer = this.transport.endpoints.remotePeer(from.localPeer, connection);
    const to = this.plan.idOfLocalPeer(toAsId, remotePeer) as PeerId;
    const [fromClass, toClass] = [this.plan.classOf(from.id), this.plan.classOf(to)];
    this.#observations.sentByClass(this.plan.localNodeOf(from.id), fromClass, toClass, bits);
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
    const fromAsId = this.transport.endpoints.asId(to.localPeer, connection);
    const bits = bitsOfSpan(blockLayout, block, count);
    this.#observations.received(fromAsId, filePiece, count, bits);
    const remotePeer = this.transport.endpoints.remotePeer(to.localPeer, connection);
    const from = this.plan.idOfLocalPeer(fromAsId, remotePeer) as PeerId;
    this.#observations.receivedByClass(this.plan.classOf(from), this.plan.classOf(to.id), bits);
    this.lastActiveMs = this.nowMs;
    to.peer.piece(connection, block, count);
    this.#observeLastPieces(to.id);
  }

  /** Records when a node lacks only the last pieces. */
  #observeLastPieces(id: PeerId): void {
    const localNode = this.plan.localNodeOf(id);
    if (!this.#observations.lacksMoreThanLast(localNode)) return;
    const { pieces } = this.plan.swarm;
    let stored = 0;
    for (const { peer } of this.#nodes[localNode]!.peers) stored += peer.storedCount;
    if (stored < pieces - lastPiecesOf(pieces)) return;
    this.#observations.nearlyCompleted(localNode, this.nowMs);
  }

  /** What the nodes that lack pieces wait for, if there are any; see `AsReport.prospects`. */
  #countProspects(): Uint32Array | undefined {
    if (this.#incompleteCount === 0) return undefined;
    const counts = new Uint32Array(PROSPECTS.length);
    for (const { id, peers } of this.#nodes) {
      if (id === TRACKER) continue;
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
    const piecesHeld = piecesHeldBy(this.#hostedPeers);
    const { leecherConnections, interestedConnections } = interestOf(this.#hostedPeers);
    const { outsideBits, insideBits } = this.#observations;
    const { activeCount: activeConnections, sentBits } = this.#flows;
    return {
      piecesHeld,
      activeConnections,
      outsideBits,
      insideBits,
      sentBits,
      leecherConnections,
      interestedConnections,
    };
  }
}
