/**
 * A swarm in which peers come and go, simulated in this thread and watched: who is there, who has
 * left and how, and who has sent each message. `plain-model.ts` compares its tables with a plain
 * model.
 */

import {
  MESSAGE_KINDS,
  type Connection,
  Peer,
  type PeerId,
  type PeerMessages,
} from '@cachetorrent/protocol';
import { assert } from '@cachetorrent/std';

import type { ActorContext } from '../../src/engine/behaviour.ts';
import { runHere } from '../../src/engine/threads/run-here.ts';
import { runPlanOf } from '../../src/simulate.ts';
import * as kinds from '../../src/swarm/event-kinds.ts';
import { AutonomousSystem } from '../../src/swarm/nodes/autonomous-system.ts';
import type { HostedPeer } from '../../src/swarm/nodes/hosted-peer.ts';
import type { Node } from '../../src/swarm/nodes/node.ts';
import { type Plan, TRACKER } from '../../src/swarm/plan/plan.ts';
import type { AsReport } from '../../src/swarm/results/observations.ts';
import { connectionOfSpan } from '../../src/swarm/transport/message-fields.ts';

/** More than the latency between any two nodes of the swarms of these tests. */
export const LATENCY_MAX_MS = 1_000;
/** A tracker forgets one who has crashed after two and a half intervals of half an hour. */
const FORGOTTEN_AFTER_MS = 4_500_000;

/** What a peer hears on its connections. */
const MESSAGES = [
  'choke',
  'unchoke',
  'interested',
  'notInterested',
  'have',
  'bitfield',
  'request',
  'piece',
  'cancel',
  'allowedFast',
  'leaderStart',
  'uploadOnly',
] as const satisfies readonly (keyof PeerMessages)[];

/** A peer that has started and not left. */
export interface Present {
  readonly hosted: HostedPeer;
  readonly peer: Peer;
  readonly system: WatchedAs;
  /** For each connection, when it was opened last. */
  readonly openedAtMs: number[];
}

/** How a node has left. */
export interface Gone {
  readonly atMs: number;
  readonly isCrash: boolean;
}

export class WatchedSwarm {
  readonly plan: Plan;
  readonly systems: WatchedAs[] = [];
  /** Who has sent the message with an order. */
  readonly senders: Map<number, PeerId> = new Map();
  /** The peers that are there. */
  readonly present: Map<string, Present> = new Map();
  /** The nodes that have left and not come back. */
  readonly gone: Map<PeerId, Gone> = new Map();
  /** When each node has started last. */
  readonly startedAtMs: Map<PeerId, number> = new Map();
  /** The number of nodes that have left, time after time. */
  departures = 0;
  /** The number of events on connections, and how many of them were for one who had left. */
  messages = 0;
  lateMessages = 0;
  /** Called at allocation instants, before anything happens at their time. */
  readonly #onInstant: (swarm: WatchedSwarm, atMs: number) => void;
  /** Who sends what is being sent. */
  sender: PeerId = TRACKER;

  constructor(plan: Plan, onInstant: (swarm: WatchedSwarm, atMs: number) => void) {
    this.plan = plan;
    this.#onInstant = onInstant;
  }

  /** Simulates the swarm; returns the reports of its AS. */
  run(): readonly AsReport[] {
    const { ending, reports } = runHere(runPlanOf(this.plan), (context) => {
      const system = new WatchedAs(this, new WatchedContext(context, this));
      this.systems.push(system);
      return system;
    });
    if (ending.kind === 'failed') throw ending.failure!.error;
    assert(ending.kind === 'ended' && ending.outcome === 'finished', 'the run reaches its end');
    return reports as readonly AsReport[];
  }

  /** The peer of a node in a sub-torrent, if it is there. */
  peerOf(id: PeerId, subTorrent: number): Present | undefined {
    return this.present.get(`${id}/${subTorrent}`);
  }

  /** An allocation instant begins in one of the AS: the first of them stands for all. */
  instant(system: WatchedAs, atMs: number): void {
    if (system === this.systems[0]) this.#onInstant(this, atMs);
  }

  entered(id: PeerId): void {
    this.gone.delete(id);
  }

  started(system: WatchedAs, hosted: HostedPeer, peer: Peer): void {
    const present: Present = { hosted, peer, system, openedAtMs: [] };
    this.present.set(`${hosted.id}/${hosted.subTorrent}`, present);
    const connect = peer.connect.bind(peer);
    peer.connect = (remote, intraAs, purpose) => {
      const connection = connect(remote, intraAs, purpose);
      present.openedAtMs[connection] = system.nowMs;
      return connection;
    };
    for (const name of MESSAGES) this.#hearsOnOpenConnections(present, name);
    const leave = hosted.leave.bind(hosted);
    hosted.leave = (noticedAfterMs) => {
      leave(noticedAfterMs);
      this.#left(present, noticedAfterMs > 0);
      endOf(peer);
    };
  }

  #hearsOnOpenConnections({ peer, hosted }: Present, name: (typeof MESSAGES)[number]): void {
    const hear = peer[name].bind(peer) as (connection: Connection, ...rest: unknown[]) => void;
    Object.defineProperty(peer, name, {
      configurable: true,
      value: (connection: Connection, ...rest: unknown[]) => {
        assert(peer.isOpen(connection), `${hosted.id} hears ${name} on a closed connection`);
        hear(connection, ...rest);
      },
    });
  }

  #left({ hosted, peer, system }: Present, isCrash: boolean): void {
    const { id, subTorrent } = hosted;
    this.present.delete(`${id}/${subTorrent}`);
    if (subTorrent < this.plan.swarm.subTorrents - 1) return;
    this.departures++;
    this.gone.set(id, { atMs: system.nowMs, isCrash });
    assert(this.#hasReason(id, peer.isComplete, system.nowMs), `peer ${id} has a reason to leave`);
  }

  /** Whether a node has one of the reasons of its present stay. */
  #hasReason(id: PeerId, isComplete: boolean, nowMs: number): boolean {
    const { seedsForMs, shareRatio, ...times } = this.plan.sessions!;
    const stayMs = nowMs - this.startedAtMs.get(id)!;
    const after = [times.crashesAfterMs, times.leavesAfterMs, times.patienceMs];
    if (after.some((each) => Math.abs(each[id]! - stayMs) < 1e-6)) return true;
    return isComplete && (stayMs >= seedsForMs[id]! || shareRatio[id]! < Infinity);
  }

  /** A message on a connection arrives: it is from the peer at its other end. */
  arrives(system: WatchedAs, localPeer: number, connection: Connection): void {
    this.messages++;
    const { subTorrents } = this.plan.swarm;
    const id = this.plan.idOfLocalPeer(system.asId, localPeer) as PeerId;
    const to = this.peerOf(id, localPeer % subTorrents);
    if (to === undefined) this.lateMessages++;
    if (to === undefined || !to.peer.isOpen(connection)) return;
    const from = this.senders.get(system.nowOrder);
    assert(
      to.peer.remoteOf(connection) === from,
      `peer ${id} hears ${from} on its connection to ${to.peer.remoteOf(connection)}`,
    );
  }

  /** Somebody sends a message: one who has left says nothing any more. */
  sends(from: PeerId): void {
    this.sender = from;
    assert(!this.gone.has(from), `peer ${from} sends after it has left`);
  }

  /** The tracker names neighbours or leaders: those who have left are not among them. */
  names(ids: Iterable<number>, nowMs: number): void {
    for (const id of ids) {
      const gone = this.gone.get(id as PeerId);
      if (gone === undefined) continue;
      const forMs = gone.isCrash ? FORGOTTEN_AFTER_MS : LATENCY_MAX_MS;
      assert(nowMs - gone.atMs <= forMs, `the tracker names ${id}, who left at ${gone.atMs} ms`);
    }
  }
}

/** No method of a peer that has left is called. */
function endOf(peer: Peer): void {
  for (const name of Object.getOwnPropertyNames(Peer.prototype)) {
    const { value } = Object.getOwnPropertyDescriptor(Peer.prototype, name)!;
    if (typeof value !== 'function' || name === 'constructor') continue;
    Object.defineProperty(peer, name, {
      value: () => assert(false, `${name} of a peer that has left is called`),
    });
  }
}

export class WatchedAs extends AutonomousSystem {
  readonly #swarm: WatchedSwarm;
  readonly #watched: ActorContext;

  constructor(swarm: WatchedSwarm, context: ActorContext) {
    super(swarm.plan, context);
    this.#swarm = swarm;
    this.#watched = context;
    const { transport } = this;
    const sendFrom = transport.sendFrom.bind(transport);
    transport.sendFrom = (peer) => {
      swarm.sends(peer.id);
      return sendFrom(peer);
    };
    const broadcastHave = transport.broadcastHave.bind(transport);
    transport.broadcastHave = (peer, piece) => {
      swarm.sends(peer.id);
      broadcastHave(peer, piece);
    };
    const sendToNode = transport.sendToNode.bind(transport);
    transport.sendToNode = (from, to, subTorrent) => {
      // The host of one who has left may answer that nobody is there.
      swarm.sender = from;
      const messages = sendToNode(from, to, subTorrent);
      if (from !== TRACKER) return messages;
      return Object.assign(Object.create(messages) as typeof messages, {
        neighbours: (ids: Uint32Array, asIds: Uint32Array) => {
          swarm.names(ids, this.nowMs);
          messages.neighbours(ids, asIds);
        },
        leaders: (ids: Uint32Array) => {
          swarm.names(ids, this.nowMs);
          messages.leaders(ids);
        },
      });
    };
  }

  /** The order of the event that is being handled. */
  get nowOrder(): number {
    return this.#watched.nowOrder;
  }

  override handle(kind: number, a: number, b: number, c: number): void {
    if (kind === kinds.ARRIVE) {
      this.#swarm.entered(this.plan.idOfLocalNode(this.asId, a) as PeerId);
    } else if (kind < kinds.FIRST_NODE_MESSAGE) {
      this.#swarm.arrives(this, a, connectionOfSpan(b));
    }
    super.handle(kind, a, b, c);
  }

  override peerStarted(hosted: HostedPeer, peer: Peer): void {
    this.#swarm.started(this, hosted, peer);
    super.peerStarted(hosted, peer);
  }

  override nodeStarted(node: Node): void {
    this.#swarm.startedAtMs.set(node.id, this.nowMs);
    super.nodeStarted(node);
  }

  override synchronize(round: number, atMs: number): boolean {
    if (round === 0) this.#swarm.instant(this, atMs);
    return super.synchronize(round, atMs);
  }
}

/** The context of an AS, which also records who sends the message of each order. */
class WatchedContext implements ActorContext {
  readonly #context: ActorContext;
  readonly #swarm: WatchedSwarm;

  constructor(context: ActorContext, swarm: WatchedSwarm) {
    this.#context = context;
    this.#swarm = swarm;
  }

  get id(): number {
    return this.#context.id;
  }
  get nowMs(): number {
    return this.#context.nowMs;
  }
  get nowOrder(): number {
    return this.#context.nowOrder;
  }
  get offset(): number {
    return this.#context.offset;
  }

  schedule(atMs: number, kind: number, a: number, b: number, c: number): void {
    const order = this.#context.takeOrders(0);
    if (kind < MESSAGE_KINDS.length) this.#swarm.senders.set(order, this.#swarm.sender);
    this.#context.schedule(atMs, kind, a, b, c);
  }

  scheduleAs(order: number, atMs: number, kind: number, a: number, b: number, c: number): void {
    this.#context.scheduleAs(order, atMs, kind, a, b, c);
  }

  takeOrders(count: number): number {
    const order = this.#context.takeOrders(count);
    const { senders, sender } = this.#swarm;
    for (let index = 0; index < count; index++) senders.set(order + index, sender);
    return order;
  }

  scheduleArrival(
    atMs: number,
    order: number,
    kind: number,
    a: number,
    b: number,
    c: number,
  ): void {
    this.#context.scheduleArrival(atMs, order, kind, a, b, c);
  }

  beginMessage(target: number, order: number, bytesMax: number): DataView {
    return this.#context.beginMessage(target, order, bytesMax);
  }

  endMessage(byteLength: number): void {
    this.#context.endMessage(byteLength);
  }
}
