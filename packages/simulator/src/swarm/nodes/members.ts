/**
 * The nodes of an AS that are in the swarm, with their peers and the rows of these in the tables.
 * A node is made when it arrives and forgotten when it leaves, with all that it has kept.
 */

import type { Peer, PeerId } from '@cachetorrent/protocol';
import { assert } from '@cachetorrent/std';
import type { PeerTables } from '@cachetorrent/protocol/internal';

import type { Plan } from '../plan/plan.ts';
import { NO_ROW, Rows } from '../transport/rows.ts';
import { HostedPeer } from './hosted-peer.ts';
import { Node, type NodeEnvironment } from './node.ts';
import { makeTables } from './sub-torrents.ts';

/** The pieces that a node holds which comes for the first time. */
const NOTHING: readonly Uint32Array[] = [];

export class Members {
  /** The hosts of the peers that are there, by row. */
  readonly hostedPeers: (HostedPeer | undefined)[] = [];
  /** Those of them that have started, by row. */
  readonly peers: (Peer | undefined)[] = [];
  readonly rows: Rows;
  /** The tables that the peers share. */
  readonly tables: PeerTables;
  readonly #plan: Plan;
  readonly #asId: number;
  readonly #environment: NodeEnvironment;
  /** The nodes that are there, by their index in the AS. */
  readonly #nodes = new Map<number, Node>();
  /** For each node that will come back, the pieces that it holds, by sub-torrent. */
  readonly #held = new Map<number, readonly Uint32Array[]>();

  /** For the `nodeCount` nodes that ever come to the AS. */
  constructor(plan: Plan, asId: number, nodeCount: number, environment: NodeEnvironment) {
    const { swarm, isOpen } = plan;
    this.#plan = plan;
    this.#asId = asId;
    this.#environment = environment;
    this.rows = new Rows(nodeCount * swarm.subTorrents);
    this.tables = makeTables(swarm, isOpen ? 0 : nodeCount * swarm.subTorrents);
  }

  /** The nodes that are there, in the order in which they came. */
  get nodes(): Iterable<Node> {
    return this.#nodes.values();
  }

  /** The hosts of all peers that are there. */
  get present(): readonly HostedPeer[] {
    return this.hostedPeers.filter((hosted) => hosted !== undefined);
  }

  /** The node with an index in the AS; undefined if it is not there. */
  node(localNode: number): Node | undefined {
    return this.#nodes.get(localNode);
  }

  /** The index of the node of a peer, both in this AS. */
  localNodeOf(localPeer: number): number {
    return Math.floor(localPeer / this.#plan.swarm.subTorrents);
  }

  /** The host of a peer that is there, by its index in the AS; undefined if it is not. */
  hostedPeer(localPeer: number): HostedPeer | undefined {
    const row = this.rows.of(localPeer);
    return row === NO_ROW ? undefined : this.hostedPeers[row];
  }

  /** A node comes into the swarm. */
  enter(localNode: number): Node {
    assert(!this.#nodes.has(localNode), 'a node is in the swarm once');
    const id = this.#plan.idOfLocalNode(this.#asId, localNode) as PeerId;
    const peers = Array.from({ length: this.#plan.swarm.subTorrents }, (_, subTorrent) => {
      const row = this.rows.take(this.#plan.localPeerOf(id, subTorrent));
      this.tables.growRows(row + 1);
      const hosted = new HostedPeer(id, subTorrent, row, this.#environment);
      this.hostedPeers[row] = hosted;
      return hosted;
    });
    const held = this.#held.get(localNode) ?? NOTHING;
    this.#held.delete(localNode);
    const random = this.#plan.randomOf(id, 0);
    const node = new Node({ id, peers, environment: this.#environment, random, held });
    this.#nodes.set(localNode, node);
    return node;
  }

  /**
   * A node leaves the swarm. Its neighbours notice it after `noticedAfterMs`. If it `returns`, its
   * pieces are kept.
   */
  leave(node: Node, noticedAfterMs: number, returns: boolean): void {
    const localNode = this.#plan.localNodeOf(node.id);
    if (returns) {
      this.#held.set(
        localNode,
        node.peers.map((hosted) => hosted.storedPieces()),
      );
    }
    for (const hosted of node.peers) {
      hosted.leave(noticedAfterMs);
      this.rows.release(hosted.localPeer);
      this.hostedPeers[hosted.row] = undefined;
      this.peers[hosted.row] = undefined;
    }
    this.#nodes.delete(localNode);
  }
}
