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
  CONNECT_RETRY_MS,
  type Connection,
  type Peer,
  type PeerId,
  type PieceIndex,
  pieceOf,
} from '@cachetorrent/protocol';
import type { PeerMemory } from '@cachetorrent/protocol/internal';
import { assert } from '@cachetorrent/std';

import type { ActorContext, Behaviour } from '../../engine/behaviour.ts';
import * as kinds from '../event-kinds.ts';
import { FaultSchedule } from '../faults/schedule.ts';
import { LogWriter } from '../log/writer.ts';
import { Census } from '../plan/census.ts';
import type { Departure } from '../plan/dynamics.ts';
import { type Plan, TRACKER } from '../plan/plan.ts';
import { countersOf } from '../recording/counters.ts';
import { Recorder } from '../recording/recorder.ts';
import { Needs } from '../results/needs.ts';
import { type AsReport, lastPiecesOf, Observations, sourcesOf } from '../results/observations.ts';
import {
  callPeerMessage,
  connectionOf,
  connectionOfSpan,
  countOfSpan,
  isUploadOnly,
} from '../transport/message-fields.ts';
import { Borders, CONNECTION_TIMEOUT_MS } from '../transport/borders.ts';
import { NO_ROW } from '../transport/rows.ts';
import { Transport } from '../transport/transport.ts';
import { FLOW_UPDATES, readRecipientCount } from '../transport/wire-format.ts';
import { AsTimeline } from './as-timeline.ts';
import { BorderMeter } from './border-meter.ts';
import { Capacities } from './capacities.ts';
import { Copies } from './copies.ts';
import { Cuts } from './cuts.ts';
import { Flows } from './flows.ts';
import type { ConnectionBound } from './connection-bound.ts';
import type { HostedPeer } from './hosted-peer.ts';
import { LeaderCounts } from './leader-counts.ts';
import { Members } from './members.ts';
import type { Node, NodeEnvironment } from './node.ts';
import { Population } from './population.ts';
import { PROSPECTS, Prospects } from './prospects.ts';
import { RunEnd } from './run-end.ts';
import { type Reason, REASONS, Stays } from './stays.ts';
import { firstPieces } from './sub-torrents.ts';
import { makeTrackerNode, type TrackerNode } from './tracker-node.ts';

/**
 * After the last message that makes an AS active, so many messages may follow, each because of the
 * one before, until one makes an AS active again: a leader forwards a `have`, for instance, and a
 * follower becomes interested.
 */
const MESSAGES_IN_A_ROW = 4;
/** How often a node looks whether its number of connections makes it announce itself. */
const ANNOUNCE_CHECK_MS = 60_000;
/** A slot that has become free is given away at the next whole second (libtorrent: `on_tick`). */
const TICK_MS = 1_000;
const NO_CAPACITY = { uploadKbps: 0, downloadKbps: 0 };

export class AutonomousSystem implements Behaviour, NodeEnvironment {
  readonly plan: Plan;
  readonly asId: number;
  readonly transport: Transport;
  readonly recorder: Recorder | undefined;
  readonly #context: ActorContext;
  readonly #observations: Observations;
  readonly #flows: Flows;
  readonly #prospects: Prospects;
  readonly #members: Members;
  readonly #stays: Stays;
  readonly #tracker: TrackerNode | undefined;
  readonly #log: LogWriter | undefined;
  readonly #population: Population;
  readonly #leaders: LeaderCounts | undefined;
  readonly #needs: Needs;
  readonly #copies: Copies | undefined;
  /** Decides whether the run is over: in the AS of the tracker, if peers come and go. */
  readonly #end: RunEnd | undefined;
  readonly #faults: FaultSchedule;
  readonly #capacities: Capacities;
  readonly #timeline: AsTimeline | undefined;
  readonly #meter: BorderMeter | undefined;
  /** Before anything at or after this time, something is due: see `#catchUp`. */
  #dueAtMs = 0;
  /** When the warm-up is over; Infinity if it is already, or if there is none. */
  #measuresFromMs: number;
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
    const sources = () => ({
      observations: this.#observations,
      flows: this.#flows,
      population: this.#population,
      needs: this.#needs,
    });
    this.recorder = Recorder.of(plan, context, countersOf(sources));
    this.#members = new Members(plan, context.id, ids.length, this);
    const { rows, tables, peers, hostedPeers } = this.#members;
    const hasCuts = swarm.faults?.some(({ fault }) => fault === 'cut') === true;
    const borders = hasCuts ? new Borders(plan, context.id) : undefined;
    this.transport = new Transport({ plan, context, tables, rows, peers, borders, log: this.#log });
    this.#observations = new Observations(plan, context.id, ids.length);
    this.#capacities = new Capacities(plan);
    this.#population = new Population(plan, this.#capacities, ids.length);
    this.#flows = new Flows({
      plan,
      context,
      peers: hostedPeers,
      endpoints: this.transport.endpoints,
      rows,
      borders,
      service: this.#population.service,
      recorder: this.recorder,
      onSent: (from, connection, block, count) => this.#handleSent(from, connection, block, count),
    });
    this.#meter = BorderMeter.of(plan, context.id, this.#flows);
    this.#stays = new Stays(plan, context, ids.length);
    this.#leaders = LeaderCounts.of(plan, context.id);
    this.#needs = new Needs(plan);
    if (plan.copies !== undefined) this.#copies = new Copies(plan, plan.copies);
    this.#measuresFromMs = swarm.warmUpMs ?? Infinity;
    this.#prospects = new Prospects(plan, this.transport.endpoints);
    this.#firstPieces = firstPieces(swarm);
    for (const [localNode, id] of ids.entries()) this.#expect(id as PeerId, localNode);
    if (plan.asOf(TRACKER) === context.id) {
      this.#members.enter(plan.localNodeOf(TRACKER));
      this.#tracker = makeTrackerNode(plan, this.transport, this);
      if (plan.isOpen) this.#end = new RunEnd(plan, this.#copies!);
    }
    if (plan.timelineMs !== undefined) {
      const hasTracker = this.#tracker !== undefined;
      this.#timeline = new AsTimeline(plan.timelineMs, hasTracker, {
        copies: this.#copies!,
        members: this.#members,
        observations: this.#observations,
        flows: this.#flows,
        population: this.#population,
      });
    }
    this.#awaitedCount = ids.filter((id) => id !== TRACKER).length;
    this.#incompleteCount = ids.filter((id) => this.#isWaitedFor(id as PeerId)).length;
    const { endpoints } = this.transport;
    const [members, flows] = [this.#members, this.#flows];
    const cuts = borders && new Cuts({ context, members, endpoints, flows, borders });
    this.#faults = new FaultSchedule(
      {
        plan,
        asId: context.id,
        tracker: this.#tracker,
        bordersChange: () => cuts?.change(),
        capacitiesChange: () => this.#changeCapacities(),
        nodes: () => [...this.#members.nodes],
        leave: (id, reason) => this.#leave(this.#members.node(plan.localNodeOf(id))!, reason),
      },
      context,
    );
  }

  // What the engine asks.

  get needsSync(): boolean {
    // If peers come and go, the run may end at any instant.
    return this.#flows.needsAllocation || this.#end !== undefined;
  }

  get isOver(): boolean {
    return this.#end?.isOver === true;
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
    return this.transport.sentCount;
  }

  /**
   * Nodes arrive, pieces are sent, messages are on their way: all of this may make progress, and
   * what is on its way arrives within a multiple of the greatest latency. What remains are chokers
   * and what they cause, which repeats itself for ever; see `prospects.ts`.
   */
  mayProgress(quietMs: number): boolean {
    const { horizonMs, connectionsMax } = this.plan.swarm;
    if (horizonMs !== undefined) return true;
    // Peers may be about to try each other again, or to close connections for others.
    if (connectionsMax !== undefined && quietMs <= 2 * CONNECT_RETRY_MS.max) return true;
    if (this.#awaitedCount > 0 || this.#flows.needsAllocation) return true;
    if (!this.#faults.isOver) return true;
    // It asks the tracker again until there is an answer.
    if (this.plan.isOpen && [...this.#members.nodes].some(isWaiting)) return true;
    const onTheWayMs = MESSAGES_IN_A_ROW * this.transport.maxLatencyMs;
    if (quietMs <= onTheWayMs + this.plan.swarm.rechokeIntervalMs) return true;
    const hostedPeers = this.#members.present;
    return (
      quietMs <= this.#prospects.chokersTakeMs(hostedPeers) &&
      this.#prospects.someHasSource(hostedPeers)
    );
  }

  handle(kind: number, a: number, b: number, c: number): void {
    if (this.#context.nowMs >= this.#dueAtMs) this.#catchUp(this.#context.nowMs);
    if (kind === kinds.HAVE) {
      return this.transport.handleHave(a, b as Connection, c as PieceIndex);
    }
    if (kind < kinds.FIRST_NODE_MESSAGE) return this.#handlePeerMessage(kind, a, b, c);
    switch (kind) {
      case kinds.PIECE_SENT:
        return this.#flows.handlePieceSent(a, b);
      case kinds.RECHOKE:
        return this.#handleRechoke(a);
      case kinds.ARRIVE:
        return this.#handleArrival(a);
      case kinds.LEAVE:
        return this.#handleReason(a, REASONS[b]!, c);
      case kinds.ANNOUNCE_DUE:
        return this.#handleAnnounceDue(a);
      case kinds.CONNECTIONS_DUE:
        return this.#handleConnectionsDue(a, c);
      case kinds.CONNECT_TIMEOUT:
        return this.#members.hostedPeer(a)?.gaveUp(b as Connection, c as PeerId);
      case kinds.FAULT:
        return this.#handleFault(a, b);
      case kinds.CONNECTION_OVER:
        if (c === this.#stayOf(a)) this.#members.hostedPeer(a)?.releaseNumber(b as Connection);
        return;
      default:
        return this.#handleNodeMessage(a, kind, b, c);
    }
  }

  receive(
    source: number,
    sentMs: number,
    order: number,
    bytes: DataView,
    offset: number,
    length: number,
  ): void {
    if (readRecipientCount(bytes, offset) === FLOW_UPDATES) {
      return this.#flows.receiveUpdates(bytes, offset, length);
    }
    this.transport.receive(source, sentMs, order, bytes, offset, length);
  }

  synchronize(round: number, atMs: number): boolean {
    if (atMs >= this.#dueAtMs) this.#catchUp(atMs);
    if (round === 0) this.#timeline?.instant(atMs);
    if (round === 0) this.#end?.instant(atMs, 2 * this.transport.maxLatencyMs);
    this.#log?.synchronize(round, atMs);
    this.recorder?.synchronize(round);
    return this.#flows.allocate(round, atMs);
  }

  report(): AsReport {
    this.#log?.end();
    const { horizonMs } = this.plan.swarm;
    // At the instant at which the run is over, or at its time; otherwise, where the AS has come to.
    const isOver = new Census(this.plan.census).read('over') > 0;
    const endMs = isOver || horizonMs === undefined ? this.nowMs : horizonMs;
    if (endMs >= this.#measuresFromMs) this.#measure();
    this.recorder?.end(endMs);
    this.#meter?.finish(endMs);
    const { completedAtMs, leftAtMs, departures, roles, imports } = this.#observations;
    const { receivedBlocks, lostBits, bitsFrom, bitsTo, classBits } = this.#observations;
    const { leecherBits, nearlyCompletedAtMs } = this.#observations;
    for (const node of this.#members.nodes) this.#observations.hasRole(node);
    const messages = this.#observations.measuredMessages(this.transport.sentCounts);
    const sources = sourcesOf(this.#members.present, this.plan);
    const prospects = this.#countProspects();
    const leaders = this.#leaders?.report(endMs);
    const report = {
      completedAtMs,
      leftAtMs,
      departures,
      imports,
      receivedBlocks: receivedBlocks - this.#observations.receivedBefore,
      neededPieces: this.#needs.count,
      lostBits: lostBits - this.#observations.lostBefore,
      population: this.#population.report(endMs),
      unservedMs: this.#population.service.totalsMs(endMs),
      ...(this.#end === undefined ? {} : { end: this.#end.report }),
      peersHit: this.#faults.peersHit,
      bitsFrom,
      bitsTo,
      classBits,
      leecherBits,
      nearlyCompletedAtMs,
      messages,
      roles,
      sources,
      ...(prospects === undefined ? {} : { prospects }),
      ...(leaders === undefined ? {} : { leaders }),
    };
    return { ...report, ...this.#timeline?.report(endMs) };
  }

  // What its nodes ask.

  get nowMs(): number {
    return this.#context.nowMs;
  }

  memoryOf({ row }: HostedPeer): PeerMemory {
    const { deferredHaves } = this.transport;
    return { tables: this.#members.tables, row, deferredHaves };
  }

  peerStarted(hosted: HostedPeer, peer: Peer): void {
    this.#members.peers[hosted.row] = peer;
    this.recorder?.role(hosted);
    if (peer.isSuperSeed) this.transport.addSuperSeed(hosted.row);
    else this.roleChanged(hosted);
  }

  roleChanged(hosted: HostedPeer): void {
    this.transport.setLeader(hosted.row, hosted.leads);
    const node = this.#members.node(this.plan.localNodeOf(hosted.id))!;
    if (node.hasStarted) this.#leaders?.roleChanged(hosted, this.nowMs);
  }

  needsLeaders({ id }: HostedPeer): void {
    if (!this.plan.isOpen) return; // Nobody is elected any more.
    const node = this.#members.node(this.plan.localNodeOf(id))!;
    node.needsLeaders();
    this.#lookForAnnounce(node, this.nowMs);
  }

  leaderLost({ id }: HostedPeer, leader: PeerId): void {
    this.#members.node(this.plan.localNodeOf(id))!.leaderLost(leader);
  }

  nodeStarted(node: Node): void {
    const { id, peers } = node;
    const isFirstStay = this.#stayOf(peers[0]!.localPeer) === 0;
    this.recorder?.started(this.plan.localNodeOf(id), peers);
    this.#population.started(id, isFirstStay);
    this.#leaders?.started(node, this.nowMs);
    this.#needs.add(peers);
    if (!isFirstStay) this.#copies?.returned(peers);
    const { rechokeIntervalMs } = this.plan.swarm;
    for (const hosted of peers) this.#scheduleRechoke(hosted, rechokeIntervalMs);
    this.#stays.begin(id);
    node.looksAtMs = -Infinity;
    if (this.plan.isOpen) this.#lookForAnnounce(node, this.nowMs + ANNOUNCE_CHECK_MS);
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

  connectionOver({ localPeer }: HostedPeer, connection: Connection, afterMs = 0): void {
    // The flow of the connection is closed at the next allocation instant, which precedes all
    // events of that time. Then nothing refers to the number of the connection any more.
    const { allocationIntervalMs } = this.plan.swarm;
    const overMs = this.nowMs + afterMs;
    const atMs = (Math.floor(overMs / allocationIntervalMs) + 1) * allocationIntervalMs;
    const stay = this.#stayOf(localPeer);
    this.#context.schedule(atMs, kinds.CONNECTION_OVER, localPeer, connection, stay);
  }

  pieceStored({ subTorrent }: HostedPeer, piece: PieceIndex): void {
    this.#copies?.stored(subTorrent, piece);
  }

  subTorrentCompleted({ id }: HostedPeer): void {
    const localNode = this.plan.localNodeOf(id);
    const node = this.#members.node(localNode)!;
    node.incompleteSubTorrents--;
    if (node.incompleteSubTorrents > 0) return;
    this.lastActiveMs = this.nowMs;
    this.#stays.completed(id);
    if (node.hasStarted) this.#population.completed(id, this.nowMs);
    if (this.#observations.isComplete(localNode)) return; // In an earlier stay.
    this.#observations.completed(localNode, this.nowMs);
    if (this.#isWaitedFor(id)) this.#incompleteCount--;
    this.#completeCount++;
    if (this.plan.isOpen && !this.plan.holdsFile(id)) node.announce('completed');
  }

  /** Whether a run that ends when all are complete does not end before this node is. */
  #isWaitedFor(id: PeerId): boolean {
    return id !== TRACKER && !this.plan.isLateSeed(id) && !this.plan.isCache(id);
  }

  // Arrivals and departures.

  #expect(id: PeerId, localNode: number): void {
    if (id === TRACKER) return;
    this.#population.expected(id, true);
    this.#context.schedule(this.plan.arrivesAtMs(id), kinds.ARRIVE, localNode, 0, 0);
  }

  #handleArrival(localNode: number): void {
    this.lastActiveMs = this.nowMs;
    this.#awaitedCount--;
    const node = this.#members.enter(localNode);
    const isComplete = this.plan.holdsFile(node.id) || this.#observations.isComplete(localNode);
    this.#flows.setCapacity(node.id, this.#capacities.of(node.id));
    this.#population.arrived(node.id, isComplete, this.nowMs);
    this.#observations.arrived(localNode);
    this.recorder?.arrived(localNode, this.#stays.of(localNode), isComplete);
    node.arrive();
    if (this.plan.isOpen) this.#lookForAnnounce(node, node.announcesAtMs);
  }

  /** Capacities may change now. */
  #changeCapacities(): void {
    const nodes = [...this.#members.nodes].filter(({ id }) => id !== TRACKER);
    const ids = nodes.map(({ id }) => id);
    const change = (): void => this.#capacities.advance(this.nowMs);
    this.#population.changeCapacities(ids, this.nowMs, change);
    for (const id of ids) this.#flows.setCapacity(id, this.#capacities.of(id));
  }

  /** A node has a reason to leave, if it is still in the stay in which it has got the reason. */
  #handleReason(localNode: number, reason: Reason, stay: number): void {
    const node = this.#members.node(localNode);
    if (node === undefined || stay !== this.#stays.of(localNode)) return;
    const isComplete = node.incompleteSubTorrents === 0;
    if (reason === 'crash') this.#leave(node, 'crashed');
    else if (!isComplete) this.#leave(node, 'aborted');
    else if (reason === 'end') this.#leave(node, 'finished');
  }

  #leave(node: Node, reason: Departure): void {
    const localNode = this.plan.localNodeOf(node.id);
    const isCrash = reason === 'crashed';
    this.lastActiveMs = this.nowMs;
    this.#observations.hasRole(node);
    this.#observations.left(localNode, this.nowMs, reason);
    this.#population.left(node.id, node.incompleteSubTorrents === 0, reason, this.nowMs);
    this.#leaders?.left(node, this.nowMs);
    if (!isCrash) node.announce('stopped');
    const returns = this.#stays.end(node.id, reason);
    this.#copies?.left(node.peers, returns);
    if (returns) this.#population.expected(node.id, false);
    this.#members.leave(node, isCrash ? CONNECTION_TIMEOUT_MS : 0, returns);
    this.#flows.setCapacity(node.id, NO_CAPACITY);
    this.recorder?.left(localNode, reason);
    if (returns) this.#awaitedCount++;
    else if (!this.#observations.isComplete(localNode) && !this.plan.isCache(node.id)) {
      this.#incompleteCount--;
    }
  }

  /** The number of the present stay of a peer's node. */
  #stayOf(localPeer: number): number {
    return this.#stays.of(this.#members.localNodeOf(localPeer));
  }

  /** An event of time `nowMs` is next: records the state at ends of intervals before it. */
  #catchUp(nowMs: number): void {
    if (nowMs >= this.#measuresFromMs) this.#measure();
    const due = [this.#timeline, this.#meter, this.recorder].filter((each) => each !== undefined);
    for (const each of due) each.sample(nowMs);
    this.#dueAtMs = Math.min(this.#measuresFromMs, ...due.map(({ dueAtMs }) => dueAtMs));
  }

  /** The warm-up is over: from now on, figures count. */
  #measure(): void {
    const atMs = this.#measuresFromMs;
    this.#measuresFromMs = Infinity;
    this.#observations.measure(this.transport.sentCounts);
    this.#population.measure(atMs);
    this.#meter?.measure(atMs);
    this.#needs.reset();
    this.#needs.add(this.#members.present.filter(({ hasStarted }) => hasStarted));
  }

  // Events.

  /** A message on a connection; `first` and `second` are its fields. */
  #handlePeerMessage(kind: number, localPeer: number, first: number, second: number): void {
    const { rows, peers, hostedPeers } = this.#members;
    const row = rows.of(localPeer);
    if (row === NO_ROW) return this.#lose(kind, first, second);
    const peer = peers[row]!;
    const connection = connectionOfSpan(first);
    if (kind === kinds.CLOSE) return hostedPeers[row]!.closedByOther(connection);
    if (!peer.isOpen(connection)) return this.#lose(kind, first, second);
    switch (kind) {
      case kinds.UPLOAD_ONLY:
        return hostedPeers[row]!.uploadOnly(connection, second !== 0);
      case kinds.PIECE:
        return this.#handlePiece(hostedPeers[row]!, first, second as BlockIndex);
      default:
        callPeerMessage(peer, kind, first, second, this.transport.payloads);
    }
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
    const node = this.#members.node(this.#members.localNodeOf(localPeer));
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

  #handleFault(index: number, step: number): void {
    this.lastActiveMs = this.nowMs;
    this.#faults.handle(index, step);
    const peersHit = this.#faults.peersHit[index]!;
    if (peersHit === 0 && this.#tracker === undefined) return;
    this.recorder?.fault(index, step, peersHit);
  }

  #handleAnnounceDue(localNode: number): void {
    const node = this.#members.node(localNode);
    if (node === undefined || this.nowMs !== node.looksAtMs) return;
    const dueMs = node.announceIfDue();
    // The number of connections may fall in the meantime, so that it is due earlier.
    this.#lookForAnnounce(node, Math.min(dueMs, this.nowMs + ANNOUNCE_CHECK_MS));
  }

  #lookForAnnounce(node: Node, atMs: number): void {
    if (node.looksAtMs > this.nowMs && node.looksAtMs <= atMs) return;
    node.looksAtMs = Math.max(atMs, this.nowMs + 1);
    const localNode = this.plan.localNodeOf(node.id);
    this.#context.schedule(node.looksAtMs, kinds.ANNOUNCE_DUE, localNode, 0, 0);
  }

  lookAtConnections({ localPeer }: HostedPeer, bound: ConnectionBound, atMs: number): void {
    if (bound.looksAtMs > this.nowMs && bound.looksAtMs <= atMs) return;
    bound.looksAtMs = atMs;
    const stay = this.#stayOf(localPeer);
    this.#context.schedule(atMs, kinds.CONNECTIONS_DUE, localPeer, 0, stay);
  }

  #handleConnectionsDue(localPeer: number, stay: number): void {
    const bound = this.#members.hostedPeer(localPeer)?.bound;
    if (stay === this.#stayOf(localPeer) && this.nowMs === bound?.looksAtMs) bound.look();
  }

  #handleRechoke(localPeer: number): void {
    const hosted = this.#members.hostedPeer(localPeer);
    // It may have run earlier, because a slot became free.
    if (hosted === undefined || this.nowMs !== hosted.rechokeAtMs) return;
    hosted.peer.rechoke();
    this.#scheduleRechoke(hosted, this.plan.swarm.rechokeIntervalMs);
    const localNode = this.plan.localNodeOf(hosted.id);
    const node = this.#members.node(localNode)!;
    // Where all come at once, roles are decided once, as in the original.
    if (this.plan.isOpen && hosted.peer.isLetDown()) node.leadItself(hosted.subTorrent);
    if (node.incompleteSubTorrents > 0) return;
    const shareRatio = this.#observations.uploadedBits[localNode]! / this.plan.fileBits;
    if (this.#stays.hasGivenEnough(hosted.id, shareRatio)) this.#leave(node, 'finished');
  }

  rechokeSoon(hosted: HostedPeer): void {
    const leftMs = hosted.rechokeAtMs - this.nowMs;
    if (leftMs > TICK_MS) this.#scheduleRechoke(hosted, leftMs % TICK_MS || TICK_MS);
  }

  #scheduleRechoke(hosted: HostedPeer, delayMs: number): void {
    hosted.rechokeAtMs = this.nowMs + delayMs;
    this.#context.schedule(hosted.rechokeAtMs, kinds.RECHOKE, hosted.localPeer, 0, 0);
  }

  #handleSent(from: HostedPeer, connection: Connection, block: BlockIndex, count: number): void {
    const { blockLayout } = this.plan;
    const piece = pieceOf(block, blockLayout.blocksPerPiece);
    assert(from.peer.hasPiece(piece), 'a peer sends only pieces that it holds');
    const toAsId = this.transport.endpoints.asId(from.row, connection);
    const localNode = this.plan.localNodeOf(from.id);
    const bits = bitsOfSpan(blockLayout, block, count);
    this.#observations.sent(localNode, toAsId, bits);
    this.#meter?.sent(this.transport.endpoints.flow(from.row, connection), toAsId, bits);
    const remotePeer = this.transport.endpoints.remotePeer(from.row, connection);
    const to = this.plan.idOfLocalPeer(toAsId, remotePeer) as PeerId;
    const [fromClass, toClass] = [this.plan.classOf(from.id), this.plan.classOf(to)];
    this.#observations.sentByClass(localNode, fromClass, toClass, bits);
    from.sendBlocks(connection, block, count);
    from.bound?.sent(connection);
    this.lastActiveMs = this.nowMs;
  }

  #handlePiece(to: HostedPeer, packed: number, block: BlockIndex): void {
    const { blockLayout } = this.plan;
    const connection = connectionOfSpan(packed);
    const count = countOfSpan(packed);
    // A leader that has become a follower may still receive what it has requested before.
    const mayReceive = this.plan.isOpen || to.peer.mayDownloadOn(connection);
    assert(mayReceive, 'a follower receives no piece from another AS');
    const piece = pieceOf(block, blockLayout.blocksPerPiece);
    const filePiece = this.#firstPieces[to.subTorrent]! + piece;
    const fromAsId = this.transport.endpoints.asId(to.row, connection);
    const bits = bitsOfSpan(blockLayout, block, count);
    this.#observations.received(fromAsId, filePiece, count, bits);
    this.recorder?.received(fromAsId, bits);
    const remotePeer = this.transport.endpoints.remotePeer(to.row, connection);
    const from = this.plan.idOfLocalPeer(fromAsId, remotePeer) as PeerId;
    this.#observations.receivedByClass(this.plan.classOf(from), this.plan.classOf(to.id), bits);
    this.lastActiveMs = this.nowMs;
    to.bound?.received(connection, bits);
    const storedBefore = to.peer.storedCount;
    to.peer.piece(connection, block, count);
    if (to.peer.storedCount > storedBefore) {
      this.recorder?.stored(this.plan.localNodeOf(to.id), filePiece, from);
    }
    this.#observeLastPieces(to.id);
  }

  /** Records when a node lacks only the last pieces. */
  #observeLastPieces(id: PeerId): void {
    const localNode = this.plan.localNodeOf(id);
    if (!this.#observations.lacksMoreThanLast(localNode)) return;
    const { pieces } = this.plan.swarm;
    let stored = 0;
    for (const { peer } of this.#members.node(localNode)!.peers) stored += peer.storedCount;
    if (stored < pieces - lastPiecesOf(pieces)) return;
    this.#observations.nearlyCompleted(localNode, this.nowMs);
  }

  /** What the nodes that lack pieces wait for, if there are any; see `AsReport.prospects`. */
  #countProspects(): Uint32Array | undefined {
    if (this.#incompleteCount === 0) return undefined;
    const counts = new Uint32Array(PROSPECTS.length);
    for (const { id, peers } of this.#members.nodes) {
      if (id === TRACKER) continue;
      const lacking = peers.filter((hosted) => !hosted.hasStarted || !hosted.peer.isComplete);
      const each = lacking.map((hosted) => PROSPECTS.indexOf(this.#prospects.of(hosted)));
      if (each.length > 0) counts[Math.min(...each)]!++;
    }
    return counts;
  }
}

/** Whether a node has not heard from the tracker yet. */
function isWaiting({ id, hasStarted }: Node): boolean {
  return id !== TRACKER && !hasStarted;
}
