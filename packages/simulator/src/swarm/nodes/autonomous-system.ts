/**
 * An autonomous system as an actor: it owns its nodes, their peers and what they send, and knows
 * of other AS only what their messages say.
 *
 * Events of its queue are messages that arrive, and what its nodes have to do at some time. At
 * the instants of allocation all AS meet to set the rates of all flows (`flows.ts`).
 */

import type { Connection, Peer, PeerId, PieceIndex } from '@cachetorrent/protocol';
import type { PeerMemory, PeerTables } from '@cachetorrent/protocol/internal';
import { assert } from '@cachetorrent/std';

import type { Behaviour, ActorContext } from '../../engine/behaviour.ts';
import { Payloads } from '../transport/payloads.ts';
import { MessageSender } from '../transport/send.ts';
import { piecesHeldBy, rolesOf, sourcesOf } from '../results/reporting.ts';
import { RemoteEndpoints } from '../transport/remote-endpoints.ts';
import { FLOW_UPDATES, readCopies } from '../transport/wire-format.ts';
import { Flows } from './flows.ts';
import { Haves } from '../transport/haves.ts';
import { HostedPeer, type PeerEnvironment } from './hosted-peer.ts';
import * as kinds from '../event-kinds.ts';
import { LogWriter } from '../log/writer.ts';
import { MessageReceiver } from '../transport/receive.ts';
import { Node } from './node.ts';
import { Observations, type AsReport, totalOf } from '../results/observations.ts';
import { firstPieces, makeTables } from './sub-torrents.ts';
import { type Plan, TRACKER } from '../plan/plan.ts';
import { type TimelineSample, TimelineRecorder } from '../results/timeline.ts';
import { TrackerNode } from './tracker-node.ts';

export class AutonomousSystem implements Behaviour, PeerEnvironment {
  readonly plan: Plan;
  readonly system: number;
  readonly carrier: MessageSender;
  readonly ends: RemoteEndpoints;
  readonly #world: ActorContext;
  readonly #parcels = new Payloads();
  readonly #mail: MessageReceiver;
  readonly #observations: Observations;
  readonly #flows: Flows;
  readonly #nodes: Node[] = [];
  readonly #machines: HostedPeer[] = [];
  /** The peers of these machines, once they have begun. */
  readonly #peers: Peer[] = [];
  /** The tables that these peers share; a machine's row has its number. */
  readonly #tables: PeerTables;
  readonly #haves: Haves;
  readonly #tracker: TrackerNode | undefined;
  readonly #log: LogWriter | undefined;
  readonly #timeline: TimelineRecorder | undefined;
  /** When the timeline is to be looked after: before anything at or after this time. */
  #lookAtMs = Infinity;
  /** The first piece of each sub-torrent. */
  readonly #firstPieces: readonly number[];
  #incomplete: number;
  #peerCount: number;
  lastActiveMs = 0;

  constructor(plan: Plan, world: ActorContext) {
    const { swarm } = plan;
    const ids = plan.idsOf(world.id);
    this.plan = plan;
    this.system = world.id;
    this.#world = world;
    if (plan.log !== undefined) this.#log = new LogWriter(plan.log, plan, world.id);
    const machines = ids.length * swarm.subTorrents;
    this.#tables = makeTables(swarm, machines);
    this.#haves = new Haves(plan, world, this.#tables, this.#peers);
    this.ends = new RemoteEndpoints(this.#tables);
    this.carrier = new MessageSender(
      world,
      this.ends,
      this.#haves,
      this.#parcels,
      swarm.pieceBits,
      this.#log,
    );
    this.#mail = new MessageReceiver(world, this.#haves, this.#parcels);
    this.#observations = new Observations(plan, world.id, ids.length);
    this.#flows = new Flows(plan, world, this.#machines, this.ends, (from, on, piece) =>
      this.#pieceSent(from, on, piece),
    );
    this.#firstPieces = firstPieces(swarm);
    for (const [rank, id] of ids.entries()) this.#settle(id as PeerId, rank);
    if (plan.asOf(TRACKER) === world.id) this.#tracker = new TrackerNode(this);
    if (plan.timelineMs !== undefined) {
      this.#timeline = new TimelineRecorder(plan.timelineMs);
      this.#lookAtMs = plan.timelineMs;
    }
    this.#peerCount = ids.filter((id) => id !== TRACKER).length;
    this.#incomplete = this.#peerCount;
  }

  // What the engine asks.

  get needsSync(): boolean {
    return this.#flows.isAnyActive;
  }

  get pendingCount(): number {
    return this.#incomplete;
  }

  get doneCount(): number {
    return this.#peerCount - this.#incomplete;
  }

  get messageCount(): number {
    return totalOf(this.carrier.sent);
  }

  handle(kind: number, a: number, b: number, c: number): void {
    if (this.#world.nowMs >= this.#lookAtMs) this.#look();
    switch (kind) {
      case kinds.HAVE:
        return this.#haves.hear(a, b as Connection, c as PieceIndex);
      case kinds.CHOKE:
        return this.#peers[a]!.choke(b as Connection);
      case kinds.UNCHOKE:
        return this.#peers[a]!.unchoke(b as Connection);
      case kinds.INTERESTED:
        return this.#peers[a]!.interested(b as Connection);
      case kinds.NOT_INTERESTED:
        return this.#peers[a]!.notInterested(b as Connection);
      case kinds.REQUEST:
        return this.#peers[a]!.request(b as Connection, c as PieceIndex);
      case kinds.PIECE:
        return this.#pieceArrived(this.#machines[a]!, b as Connection, c as PieceIndex);
      case kinds.LEADER_START:
        return this.#peers[a]!.leaderStart(b as Connection, c as PeerId);
      case kinds.PIECE_SENT:
        return this.#flows.pieceSent(a, b);
      case kinds.RECHOKE:
        return this.#rechoke(a);
      default:
        return this.#handleRare(kind, a, b, c);
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
    if (readCopies(bytes, offset) === FLOW_UPDATES) return this.#flows.hear(bytes, offset, length);
    this.#mail.open(sentMs, order, bytes, offset, offset + length);
  }

  synchronize(round: number, atMs: number): boolean {
    if (atMs >= this.#lookAtMs) this.#look();
    this.#log?.meet(round, atMs);
    return this.#flows.meet(round, atMs);
  }

  report(): AsReport {
    this.#log?.end();
    const { completedAtMs, imports, bitsFrom, bitsTo } = this.#observations;
    const roles = rolesOf(this.#nodes, this.plan);
    const messages = this.carrier.sent;
    const sources = sourcesOf(this.#machines, this.plan);
    const report = { completedAtMs, imports, bitsFrom, bitsTo, messages, roles, sources };
    if (this.#timeline === undefined) return report;
    return { ...report, timeline: this.#timeline.finish(this.#standing()) };
  }

  // What its nodes ask.

  get nowMs(): number {
    return this.#world.nowMs;
  }

  latencyMs(from: PeerId, to: PeerId): number {
    return this.plan.latencyMs(from, to);
  }

  memoryOf(id: PeerId, part: number): PeerMemory {
    const { early } = this.#haves;
    return { tables: this.#tables, row: this.plan.machineOf(id, part), deferredHaves: early };
  }

  began(hosted: HostedPeer, peer: Peer): void {
    this.#peers[hosted.machine] = peer;
    if (peer.role === 'leader') this.#haves.leads(hosted.machine);
  }

  startSending(from: HostedPeer, on: Connection): void {
    this.#flows.start(from, on);
  }

  stopSending(from: HostedPeer, on: Connection): void {
    this.#flows.stop(from, on);
  }

  partCompleted({ id }: HostedPeer): void {
    const rank = this.plan.rankOf(id);
    const node = this.#nodes[rank]!;
    node.partsMissing--;
    if (node.partsMissing > 0) return;
    this.#observations.completed(rank, this.nowMs);
    this.#incomplete--;
    this.lastActiveMs = this.nowMs;
  }

  // What happens.

  #settle(id: PeerId, rank: number): void {
    const { plan } = this;
    const peers = Array.from({ length: plan.swarm.subTorrents }, (_, part) => {
      const hosted = new HostedPeer(id, part, plan.machineOf(id, part), this);
      this.#machines[hosted.machine] = hosted;
      return hosted;
    });
    this.#nodes[rank] = new Node(id, peers, this, plan.randomOf(id, 0));
    if (id !== TRACKER) this.#world.schedule(plan.arrivesAtMs(id), kinds.ARRIVE, rank, 0, 0);
  }

  #handleRare(kind: number, a: number, b: number, c: number): void {
    if (kind === kinds.ARRIVE) {
      this.lastActiveMs = this.nowMs;
      return this.#nodes[a]!.arrive();
    }
    const hosted = this.#machines[a]!;
    const node = this.#nodes[this.plan.rankOf(hosted.id)]!;
    switch (kind) {
      case kinds.CONN_REQ:
        return hosted.connReq(b as PeerId, (c < 0 ? ~c : c) as Connection, c < 0);
      case kinds.TRACKER_REQ:
        return node.trackerReq(b as PeerId);
      case kinds.TRACKER_RES:
        return node.trackerRes();
      case kinds.NEIGHBOURS: {
        const parcel = this.#parcels.take(b);
        assert(parcel.kind === 'neighbours', 'the parcel is what its event says');
        return node.neighbours(parcel.ids);
      }
      case kinds.LEADERS: {
        const parcel = this.#parcels.take(b);
        assert(parcel.kind === 'leaders', 'the parcel is what its event says');
        return node.leaders(hosted.part, parcel.ids);
      }
      case kinds.SEED_RES: {
        node.seedRes(b);
        for (const { machine } of node.peers) this.#scheduleRechoke(machine);
        return;
      }
      default:
        assert(this.#tracker !== undefined, 'only the tracker is asked what the tracker knows');
        this.#tracker.hear(kind, b, c, this.#parcels);
    }
  }

  #rechoke(machine: number): void {
    this.#machines[machine]!.peer.rechoke();
    this.#scheduleRechoke(machine);
  }

  #scheduleRechoke(machine: number): void {
    const atMs = this.nowMs + this.plan.swarm.rechokeIntervalMs;
    this.#world.schedule(atMs, kinds.RECHOKE, machine, 0, 0);
  }

  #pieceSent(from: HostedPeer, on: Connection, piece: PieceIndex): void {
    assert(from.peer.hasPiece(piece), 'nobody sends a piece that it does not hold');
    this.#observations.sent(this.ends.system(from.machine, on));
    from.deliver(on, piece);
    this.lastActiveMs = this.nowMs;
  }

  #pieceArrived(to: HostedPeer, on: Connection, piece: PieceIndex): void {
    assert(to.peer.mayDownloadOn(on), 'a follower is never fed from another AS');
    const filePiece = this.#firstPieces[to.part]! + piece;
    this.#observations.received(this.ends.system(to.machine, on), filePiece);
    this.lastActiveMs = this.nowMs;
    to.peer.piece(on, piece);
  }

  /** An interval of the timeline has ended, or several. */
  #look(): void {
    const timeline = this.#timeline!;
    timeline.record(this.#standing(), this.nowMs);
    this.#lookAtMs = timeline.dueAtMs;
  }

  #standing(): TimelineSample {
    const piecesHeld = piecesHeldBy(this.#machines);
    const { outsideBits, insideBits, sentBits } = this.#observations;
    const activeConnections = this.#flows.flowing;
    return { piecesHeld, activeConnections, outsideBits, insideBits, sentBits };
  }
}
