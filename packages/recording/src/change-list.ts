/**
 * Changes as objects, for programs that read a recording once from start to end: in order of time,
 * and at the same time by AS. `SwarmState` applies changes without making objects.
 */

import type { ChangeVisitor, Moment } from './changes.ts';
import { COUNTERS, type CounterName, type DepartureReason } from './format.ts';
import type { Holdings, RecordedRole } from './format.ts';
import type { Frame } from './frame.ts';
import type { RecordingHeader } from './header.ts';
import { rateKbpsOf } from './rate-code.ts';
import { FlowTable } from './state/flow-table.ts';

/** When a change happened, in whole ms of simulated time, and the AS that has recorded it. */
interface At {
  readonly atMs: number;
  readonly as: number;
}

/** A connection from the side of one of its peers. */
interface OfConnection extends At {
  readonly peer: number;
  readonly subTorrent: number;
  readonly remote: number;
}

/** A flow between two peers. */
interface OfFlow extends At {
  readonly from: number;
  readonly to: number;
  readonly subTorrent: number;
}

/** A change in a swarm; `ChangeVisitor` says what each kind means. */
export type Change =
  | (At & {
      readonly kind: 'arrived';
      readonly peer: number;
      readonly stay: number;
      readonly isComplete: boolean;
    })
  | (At & { readonly kind: 'started'; readonly peer: number; readonly holdings: Holdings })
  | (At & { readonly kind: 'left'; readonly peer: number; readonly reason: DepartureReason })
  | (At & {
      readonly kind: 'role';
      readonly peer: number;
      readonly subTorrent: number;
      readonly role: RecordedRole;
      readonly leaders: readonly number[];
    })
  | (At & {
      readonly kind: 'stored';
      readonly peer: number;
      readonly piece: number;
      readonly from: number;
    })
  | (OfConnection & { readonly kind: 'connected'; readonly mayDownload: boolean })
  | (OfConnection & { readonly kind: 'disconnected' })
  | (OfConnection & { readonly kind: 'unchoked'; readonly isUnchoked: boolean })
  | (OfFlow & { readonly kind: 'flowOpened' })
  | (OfFlow & { readonly kind: 'flowClosed' })
  | (OfFlow & { readonly kind: 'rate'; readonly kbps: number })
  | (At & {
      readonly kind: 'fault';
      readonly index: number;
      readonly step: number;
      readonly peersHit: number;
    })
  | (At & { readonly kind: 'counters' } & {
      /** What the counter has come to since the start. */
      readonly [Name in CounterName]: number;
    })
  | (At & { readonly kind: 'traffic'; readonly fromAs: number; readonly bits: number });

/** Lists the changes of one frame after another. */
export class ChangeLists implements ChangeVisitor {
  readonly #flows: FlowTable;
  readonly #counters: Float64Array;
  #list: Change[] = [];
  #counted = -1;

  constructor({ as }: RecordingHeader) {
    this.#flows = new FlowTable(as.name.length);
    this.#counters = new Float64Array(as.name.length * COUNTERS.length);
  }

  /** The changes of the next frame. @throws RecordingError if they make no sense */
  of(frame: Frame): readonly Change[] {
    this.#list = [];
    this.#counted = -1;
    frame.cursor().advance(this);
    // Equal times keep their order: that of the AS.
    return this.#list.sort((a, b) => a.atMs - b.atMs);
  }

  /** See `ChangeVisitor`. */
  arrived({ atMs, as }: Moment, peer: number, stay: number, isComplete: boolean): void {
    this.#list.push({ kind: 'arrived', atMs, as, peer, stay, isComplete });
  }

  /** See `ChangeVisitor`. */
  started({ atMs, as }: Moment, peer: number, holdings: Holdings): void {
    this.#list.push({ kind: 'started', atMs, as, peer, holdings });
  }

  /** See `ChangeVisitor`. */
  left({ atMs, as }: Moment, peer: number, reason: DepartureReason): void {
    this.#list.push({ kind: 'left', atMs, as, peer, reason });
  }

  /** See `ChangeVisitor`. */
  role(
    { atMs, as }: Moment,
    peer: number,
    subTorrent: number,
    role: RecordedRole,
    leaders: readonly number[],
  ): void {
    this.#list.push({ kind: 'role', atMs, as, peer, subTorrent, role, leaders });
  }

  /** See `ChangeVisitor`. */
  stored({ atMs, as }: Moment, peer: number, piece: number, from: number): void {
    this.#list.push({ kind: 'stored', atMs, as, peer, piece, from });
  }

  /** See `ChangeVisitor`. */
  connected(
    { atMs, as }: Moment,
    peer: number,
    subTorrent: number,
    remote: number,
    mayDownload: boolean,
  ): void {
    this.#list.push({ kind: 'connected', atMs, as, peer, subTorrent, remote, mayDownload });
  }

  /** See `ChangeVisitor`. */
  disconnected({ atMs, as }: Moment, peer: number, subTorrent: number, remote: number): void {
    this.#list.push({ kind: 'disconnected', atMs, as, peer, subTorrent, remote });
  }

  /** See `ChangeVisitor`. */
  unchoked(
    { atMs, as }: Moment,
    peer: number,
    subTorrent: number,
    remote: number,
    isUnchoked: boolean,
  ): void {
    this.#list.push({ kind: 'unchoked', atMs, as, peer, subTorrent, remote, isUnchoked });
  }

  /** See `ChangeVisitor`. */
  flowOpened(
    { atMs, as }: Moment,
    flow: number,
    from: number,
    subTorrent: number,
    to: number,
  ): void {
    this.#flows.open(as, flow, from, to, subTorrent);
    this.#list.push({ kind: 'flowOpened', atMs, as, from, to, subTorrent });
  }

  /** See `ChangeVisitor`. */
  flowClosed(moment: Moment, flow: number): void {
    this.#list.push({ kind: 'flowClosed', ...this.#endsOf(moment, flow) });
    this.#flows.close(moment.as, flow);
  }

  /** See `ChangeVisitor`. */
  rate(moment: Moment, flow: number, delta: number): void {
    this.#flows.change(moment.as, flow, delta);
    const kbps = rateKbpsOf(this.#flows.codeOf(moment.as, flow));
    this.#list.push({ kind: 'rate', ...this.#endsOf(moment, flow), kbps });
  }

  /** See `ChangeVisitor`. */
  fault({ atMs, as }: Moment, index: number, step: number, peersHit: number): void {
    this.#list.push({ kind: 'fault', atMs, as, index, step, peersHit });
  }

  /** See `ChangeVisitor`. The counters of an AS are one change. */
  counter({ atMs, as }: Moment, counter: CounterName, delta: number): void {
    const start = as * COUNTERS.length;
    this.#counters[start + COUNTERS.indexOf(counter)]! += delta;
    const totals = COUNTERS.map((name, i) => [name, this.#counters[start + i]!]);
    const values = Object.fromEntries(totals) as Record<CounterName, number>;
    if (this.#counted === as) this.#list.pop();
    this.#counted = as;
    this.#list.push({ kind: 'counters', atMs, as, ...values });
  }

  /** See `ChangeVisitor`. */
  traffic({ atMs, as }: Moment, fromAs: number, bits: number): void {
    this.#list.push({ kind: 'traffic', atMs, as, fromAs, bits });
  }

  #endsOf({ atMs, as }: Moment, flow: number) {
    const [from, to] = [this.#flows.fromOf(as, flow), this.#flows.toOf(as, flow)];
    return { atMs, as, from, to, subTorrent: this.#flows.subTorrentOf(as, flow) };
  }
}
