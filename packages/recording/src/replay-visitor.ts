/** Passes each change of a recording to a visitor, and then to the state that it changes. */

import type { ChangeVisitor, Moment } from './changes.ts';
import type { CounterName, DepartureReason, Holdings, RecordedRole } from './format.ts';

/** Follows a recording while it is read: see `ReplayOptions`. */
export interface ReadingVisitor extends Partial<ChangeVisitor> {
  /** All changes of a frame have been applied. It has this interval of simulated time, in ms. */
  frameRead?(fromMs: number, toMs: number): void;
}

export class VisitedChanges implements ChangeVisitor {
  readonly #visitor: ReadingVisitor;
  readonly #state: ChangeVisitor;

  constructor(visitor: ReadingVisitor, state: ChangeVisitor) {
    this.#visitor = visitor;
    this.#state = state;
  }

  arrived(moment: Moment, peer: number, stay: number, isComplete: boolean): void {
    this.#visitor.arrived?.(moment, peer, stay, isComplete);
    this.#state.arrived(moment, peer, stay, isComplete);
  }

  started(moment: Moment, peer: number, holdings: Holdings): void {
    this.#visitor.started?.(moment, peer, holdings);
    this.#state.started(moment, peer, holdings);
  }

  left(moment: Moment, peer: number, reason: DepartureReason): void {
    this.#visitor.left?.(moment, peer, reason);
    this.#state.left(moment, peer, reason);
  }

  role(
    moment: Moment,
    peer: number,
    sub: number,
    role: RecordedRole,
    leaders: readonly number[],
  ): void {
    this.#visitor.role?.(moment, peer, sub, role, leaders);
    this.#state.role(moment, peer, sub, role, leaders);
  }

  stored(moment: Moment, peer: number, piece: number, from: number): void {
    this.#visitor.stored?.(moment, peer, piece, from);
    this.#state.stored(moment, peer, piece, from);
  }

  connected(moment: Moment, peer: number, sub: number, remote: number, mayDownload: boolean): void {
    this.#visitor.connected?.(moment, peer, sub, remote, mayDownload);
    this.#state.connected(moment, peer, sub, remote, mayDownload);
  }

  disconnected(moment: Moment, peer: number, sub: number, remote: number): void {
    this.#visitor.disconnected?.(moment, peer, sub, remote);
    this.#state.disconnected(moment, peer, sub, remote);
  }

  unchoked(moment: Moment, peer: number, sub: number, remote: number, isUnchoked: boolean): void {
    this.#visitor.unchoked?.(moment, peer, sub, remote, isUnchoked);
    this.#state.unchoked(moment, peer, sub, remote, isUnchoked);
  }

  flowOpened(moment: Moment, flow: number, peer: number, sub: number, remote: number): void {
    this.#visitor.flowOpened?.(moment, flow, peer, sub, remote);
    this.#state.flowOpened(moment, flow, peer, sub, remote);
  }

  flowClosed(moment: Moment, flow: number): void {
    this.#visitor.flowClosed?.(moment, flow);
    this.#state.flowClosed(moment, flow);
  }

  rate(moment: Moment, flow: number, delta: number): void {
    this.#visitor.rate?.(moment, flow, delta);
    this.#state.rate(moment, flow, delta);
  }

  fault(moment: Moment, index: number, step: number, peersHit: number): void {
    this.#visitor.fault?.(moment, index, step, peersHit);
    this.#state.fault(moment, index, step, peersHit);
  }

  counter(moment: Moment, counter: CounterName, delta: number): void {
    this.#visitor.counter?.(moment, counter, delta);
    this.#state.counter(moment, counter, delta);
  }

  traffic(moment: Moment, fromAs: number, bits: number): void {
    this.#visitor.traffic?.(moment, fromAs, bits);
    this.#state.traffic(moment, fromAs, bits);
  }
}
