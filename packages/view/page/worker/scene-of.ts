/** Makes scenes of a state: columns of numbers that the page draws. */

import type { RecordingHeader, SwarmState } from '@cachetorrent/recording';

import { type Look, NODE, type NodeColumns, type Scene, type SystemColumns } from '../scene.ts';
import { openAsOf } from './heat-map.ts';
import { detailsOf } from './peer-details.ts';
import { followsAnywhere, leadsAnywhere } from './roles.ts';
import type { TrafficLog } from './traffic-log.ts';

/** Makes the scenes of one run. */
export class SceneMaker {
  readonly #arrivals: TrafficLog;
  readonly #isCache: Uint8Array;
  /** The peers by AS, those of one AS by id; and the first of each AS. */
  readonly #members: Uint32Array;
  readonly #first: Uint32Array;

  constructor({ as, peers, caches }: RecordingHeader, arrivals: TrafficLog) {
    this.#arrivals = arrivals;
    this.#isCache = new Uint8Array(peers.as.length);
    for (const id of caches) this.#isCache[id] = 1;
    this.#first = new Uint32Array(as.name.length + 1);
    // Node 0 is the tracker.
    for (let id = 1; id < peers.as.length; id++) this.#first[peers.as[id]! + 1]!++;
    for (let i = 0; i < as.name.length; i++) this.#first[i + 1]! += this.#first[i]!;
    this.#members = new Uint32Array(peers.as.length - 1);
    const next = this.#first.slice();
    for (let id = 1; id < peers.as.length; id++) this.#members[next[peers.as[id]!]!++] = id;
  }

  /** What is to be seen of a state, which is that at a time, in ms. */
  sceneOf(state: SwarmState, atMs: number, { as, peer }: Look): Scene {
    const { header } = state;
    const nodes = this.#nodesOf(state);
    return {
      atMs,
      totals: state.totals,
      redundancy: state.redundancy,
      ...this.#arrivals.averagesAt(atMs),
      systems: this.#systemsOf(state, nodes),
      traffic: this.#arrivals.pairsAt(atMs),
      nodes,
      copies: state.copies.slice(),
      ...(isIn(as, header.as.name) && { openAs: openAsOf(state, as, this.#membersOf(as)) }),
      ...(isIn(peer, header.peers.as) && peer > 0 && { peer: detailsOf(state, peer) }),
    };
  }

  #membersOf(as: number): Uint32Array {
    return this.#members.subarray(this.#first[as]!, this.#first[as + 1]!);
  }

  #nodesOf(state: SwarmState): NodeColumns {
    const { pieces } = state.header;
    const count = this.#isCache.length;
    const progress = new Uint8Array(count);
    const flags = new Uint8Array(count);
    for (let id = 1; id < count; id++) {
      if (!state.isPresent(id)) continue;
      const isComplete = state.isComplete(id);
      progress[id] = isComplete ? 255 : Math.floor((255 * state.piecesHeldBy(id)) / pieces);
      flags[id] =
        NODE.present +
        (isComplete ? NODE.complete : 0) +
        (leadsAnywhere(state, id) ? NODE.leader : 0) +
        (followsAnywhere(state, id) ? NODE.follower : 0) +
        (this.#isCache[id] === 1 ? NODE.cache : 0) +
        (state.receives(id) ? NODE.receives : 0);
    }
    return { progress, flags };
  }

  #systemsOf(state: SwarmState, { flags }: NodeColumns): SystemColumns {
    const { blocksPerPiece, pieces, as } = state.header;
    const count = as.name.length;
    const columns = {
      leechers: new Uint32Array(count),
      seeds: new Uint32Array(count),
      leaders: new Uint32Array(count),
      progress: new Float32Array(count),
      outsideBits: new Float64Array(count),
      redundancy: new Float32Array(count),
    };
    for (let i = 0; i < count; i++) {
      columns.leechers[i] = state.totalOf(i, 'leechers');
      columns.seeds[i] = state.totalOf(i, 'seeds');
      columns.leaders[i] = state.totalOf(i, 'leaders');
      columns.outsideBits[i] = state.totalOf(i, 'outsideBits');
      const importedPieces = state.totalOf(i, 'importedPieces');
      const importedBlocks = state.totalOf(i, 'importedBlocks');
      columns.redundancy[i] =
        importedPieces === 0 ? NaN : importedBlocks / importedPieces / blocksPerPiece;
      let held = 0;
      let present = 0;
      for (let at = this.#first[i]!; at < this.#first[i + 1]!; at++) {
        const id = this.#members[at]!;
        // What a cache holds is no progress of its AS.
        if ((flags[id]! & (NODE.present | NODE.cache)) !== NODE.present) continue;
        held += state.isComplete(id) ? pieces : state.piecesHeldBy(id);
        present++;
      }
      columns.progress[i] = present === 0 ? 0 : held / (present * pieces);
    }
    return columns;
  }
}

/** Whether a place is one in a list; it may come from the address of the page. */
function isIn(place: number | undefined, list: readonly unknown[]): place is number {
  return place !== undefined && Number.isInteger(place) && place >= 0 && place < list.length;
}

/** The memory of a scene, which can be handed over instead of copied. */
export function buffersOf({ systems, traffic, nodes, copies, openAs }: Scene): ArrayBuffer[] {
  const heat = openAs === undefined ? [] : [openAs.peers, openAs.held];
  const columns = [systems, traffic, nodes].flatMap((each) => Object.values(each));
  return [...columns, copies, ...heat].map((array) => array.buffer as ArrayBuffer);
}
