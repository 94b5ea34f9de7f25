/**
 * Reads the chunk of one AS in one frame, change by change, and checks that all numbers are
 * possible. Whether changes fit together is checked by who applies them (`state/swarm-state.ts`).
 */

import { ByteReader } from './bytes.ts';
import type { ChangeVisitor, Moment } from './changes.ts';
import { Malformed } from './errors.ts';
import { COUNTERS, DEPARTURES, HOLDINGS, OP, OPS, ROLES } from './format.ts';
import type { Places } from './places.ts';

export class ChunkDecoder implements Moment {
  readonly as: number;
  /** When the next change happens; Infinity if there is none. */
  atMs: number;
  readonly #bytes: ByteReader;
  readonly #places: Places;
  /** The time at which the frame ends. */
  readonly #toMs: number;
  readonly #nodes: Uint32Array;
  /** The kind of the next change. */
  #op = 0;
  #lastMs: number;
  #isAtCounters = false;

  constructor(chunk: Uint8Array, as: number, fromMs: number, toMs: number, places: Places) {
    this.as = as;
    this.#bytes = new ByteReader(chunk);
    this.#places = places;
    this.#toMs = toMs;
    this.#nodes = places.nodesOf(as);
    this.#lastMs = fromMs;
    this.atMs = fromMs;
    this.#readTag();
  }

  /**
   * Calls `visitor` for each change before `untilMs`, and for the counters and the traffic if the
   * frame has ended by then.
   *
   * @throws Malformed if a number is not possible
   */
  advance(visitor: ChangeVisitor, untilMs: number): void {
    while (this.atMs < untilMs || (this.atMs === untilMs && this.#isAtCounters)) {
      this.#read(visitor);
      this.#readTag();
    }
  }

  #readTag(): void {
    if (this.#bytes.isAtEnd) {
      this.atMs = Infinity;
      return;
    }
    const tag = this.#bytes.uint();
    this.#op = tag % OPS;
    if (this.#op <= OP.traffic) {
      if (tag >= OPS) throw new Malformed('has counters with a time');
      this.#isAtCounters = true;
      this.atMs = this.#toMs;
      return;
    }
    if (this.#isAtCounters) throw new Malformed('has a change after its counters');
    this.#lastMs += Math.floor(tag / OPS);
    this.atMs = this.#lastMs;
    if (this.atMs >= this.#toMs)
      throw new Malformed(`has a change after its end, ${this.#toMs} ms`);
  }

  #read(visitor: ChangeVisitor): void {
    switch (this.#op) {
      case OP.counters:
        return this.#counters(visitor);
      case OP.traffic:
        return this.#traffic(visitor);
      case OP.arrived: {
        const peer = this.#node();
        const stay = this.#bytes.uint();
        return visitor.arrived(this, peer, Math.floor(stay / 2), stay % 2 === 1);
      }
      case OP.started:
        return visitor.started(this, this.#node(), this.#oneOf(HOLDINGS, 'a holding'));
      case OP.left:
        return visitor.left(this, this.#node(), this.#oneOf(DEPARTURES, 'a departure'));
      case OP.role: {
        const localPeer = this.#localPeer();
        const role = this.#oneOf(ROLES, 'a role');
        const leaders: number[] = [];
        for (let count = this.#bytes.uint(); count > 0; count--) leaders.push(this.#remote());
        return visitor.role(this, this.#idOf(localPeer), this.#subOf(localPeer), role, leaders);
      }
      case OP.stored: {
        const peer = this.#node();
        const piece = this.#bytes.below(this.#places.pieces, 'piece');
        return visitor.stored(this, peer, piece, this.#remote());
      }
      case OP.connected:
      case OP.unchoked: {
        const localPeer = this.#localPeer();
        const [peer, sub] = [this.#idOf(localPeer), this.#subOf(localPeer)];
        const value = this.#bytes.below(2 * this.#places.nodeCount, 'twice a peer');
        const [remote, flag] = [value >> 1, (value & 1) === 1];
        if (this.#op === OP.connected) return visitor.connected(this, peer, sub, remote, flag);
        return visitor.unchoked(this, peer, sub, remote, flag);
      }
      case OP.disconnected: {
        const localPeer = this.#localPeer();
        const remote = this.#remote();
        return visitor.disconnected(this, this.#idOf(localPeer), this.#subOf(localPeer), remote);
      }
      case OP.flowOpened: {
        const flow = this.#bytes.uint();
        const localPeer = this.#localPeer();
        const [peer, sub] = [this.#idOf(localPeer), this.#subOf(localPeer)];
        return visitor.flowOpened(this, flow, peer, sub, this.#remote());
      }
      case OP.flowClosed:
        return visitor.flowClosed(this, this.#bytes.uint());
      case OP.rates:
        return this.#rates(visitor);
      case OP.fault: {
        const index = this.#bytes.below(this.#places.faultCount, 'fault');
        const step = this.#bytes.uint();
        return visitor.fault(this, index, step, this.#bytes.uint());
      }
      default:
        throw new Malformed(`has a change of the unknown kind ${this.#op}`);
    }
  }

  #rates(visitor: ChangeVisitor): void {
    let flow = -1;
    for (let count = this.#bytes.uint(); count > 0; count--) {
      flow += 1 + this.#bytes.uint();
      visitor.rate(this, flow, this.#bytes.sint());
    }
  }

  #counters(visitor: ChangeVisitor): void {
    const mask = this.#bytes.below(1 << COUNTERS.length, 'a set of counters');
    for (const [i, name] of COUNTERS.entries()) {
      if ((mask & (1 << i)) !== 0) visitor.counter(this, name, this.#bytes.sint());
    }
  }

  #traffic(visitor: ChangeVisitor): void {
    let as = -1;
    for (let count = this.#bytes.uint(); count > 0; count--) {
      as += 1 + this.#bytes.uint();
      const { asCount } = this.#places;
      if (as >= asCount) throw new Malformed(`has AS ${as}, and there are ${asCount}`);
      visitor.traffic(this, as, this.#bytes.uint());
    }
  }

  #oneOf<Name extends string>(names: readonly Name[], what: string): Name {
    return names[this.#bytes.below(names.length, what)]!;
  }

  #node(): number {
    return this.#nodes[this.#bytes.below(this.#nodes.length, 'a peer of the AS with the place')]!;
  }

  #localPeer(): number {
    const count = this.#nodes.length * this.#places.subTorrents;
    return this.#bytes.below(count, 'a peer of the AS with the place');
  }

  #idOf(localPeer: number): number {
    return this.#nodes[Math.floor(localPeer / this.#places.subTorrents)]!;
  }

  #subOf(localPeer: number): number {
    return localPeer % this.#places.subTorrents;
  }

  #remote(): number {
    return this.#bytes.below(this.#places.nodeCount, 'peer');
  }
}
