/**
 * What is collected of a recording while it is read, once: the figures of each frame, the events,
 * and the traffic between AS. It sees each change before it is applied to the state.
 */

import type {
  DepartureReason,
  Moment,
  ReadingVisitor,
  RecordedRole,
  RecordingHeader,
  SwarmState,
  Totals,
} from '@cachetorrent/recording';

import type { FramePoint, SwarmEvent } from '../scene.ts';
import { EventLog } from './event-log.ts';
import { TrafficLog } from './traffic-log.ts';

/**
 * When an AS has its first leader, others follow at once, since a swarm begins. Leaders that are
 * elected within so many ms of the first one are no events.
 */
const FIRST_ELECTIONS_MS = 10_000;

export class RecordingIndex implements ReadingVisitor {
  /** What has arrived in each frame. */
  readonly arrivals: TrafficLog;
  readonly #state: SwarmState;
  readonly #header: RecordingHeader;
  readonly #events: EventLog;
  readonly #caches: ReadonlySet<number>;
  /** When each AS has had its first leader. */
  readonly #firstLeaderMs: Float64Array;
  #points: FramePoint[] = [];
  #before: FramePoint | undefined;
  /** The last peer that has completed the file in this frame. */
  #completed: { readonly atMs: number; readonly as: number; readonly peer: number } | undefined;
  /** The faults of this frame: by index. */
  readonly #faults = new Map<number, { atMs: number; as: number; peersHit: number }[]>();

  constructor(state: SwarmState) {
    const { header } = state;
    const asCount = header.as.name.length;
    this.#state = state;
    this.#header = header;
    this.#caches = new Set(header.caches);
    this.arrivals = new TrafficLog(asCount);
    this.#events = new EventLog(header.frameMs);
    this.#firstLeaderMs = new Float64Array(asCount).fill(NaN);
  }

  /** The figures and events that are new since the last call. */
  take(): { readonly points: readonly FramePoint[]; readonly events: readonly SwarmEvent[] } {
    const points = this.#points;
    this.#points = [];
    return { points, events: this.#events.take() };
  }

  /** No more frames will come. */
  end(): void {
    this.#events.end();
  }

  left({ atMs, as }: Moment, peer: number, reason: DepartureReason): void {
    this.#events.add(reason, atMs, as, peer);
    if (this.#leads(peer)) this.#events.add('leader lost', atMs, as, peer, 1, LOST[reason]);
  }

  role({ atMs, as }: Moment, peer: number, sub: number, role: RecordedRole): void {
    const leadsElsewhere = this.#leads(peer, sub);
    const led = leadsElsewhere || this.#state.roleOf(peer, sub) === 'leader';
    const leads = leadsElsewhere || role === 'leader';
    if (led === leads) return;
    if (led) return this.#events.add('leader lost', atMs, as, peer, 1, 'it leads no longer');
    const firstMs = this.#firstLeaderMs[as]!;
    if (Number.isNaN(firstMs)) this.#firstLeaderMs[as] = atMs;
    else if (atMs >= firstMs + FIRST_ELECTIONS_MS) this.#events.add('election', atMs, as, peer);
  }

  stored({ atMs, as }: Moment, peer: number): void {
    if (this.#state.piecesHeldBy(peer) + 1 < this.#header.pieces || this.#caches.has(peer)) return;
    if (atMs >= (this.#completed?.atMs ?? 0)) this.#completed = { atMs, as, peer };
  }

  fault({ atMs, as }: Moment, index: number, step: number, peersHit: number): void {
    // The later times of a fault are those at which it ends.
    if (step > 0) return;
    const places = this.#faults.get(index) ?? [];
    places.push({ atMs, as, peersHit });
    this.#faults.set(index, places);
  }

  traffic({ as }: Moment, fromAs: number, bits: number): void {
    this.arrivals.add(fromAs, as, bits);
  }

  frameRead(fromMs: number, toMs: number): void {
    const { totals, redundancy } = this.#state;
    this.#addPoints(totals, redundancy, fromMs, toMs);
    this.arrivals.endFrame(toMs, totals);
    this.#addFaults();
    if (this.#completed !== undefined && totals.leechers === 0) {
      const { atMs, as, peer } = this.#completed;
      this.#events.add('all complete', atMs, as, peer, totals.completions);
    }
    this.#completed = undefined;
    this.#events.endFrame();
  }

  #addPoints(totals: Totals, redundancy: number, fromMs: number, toMs: number): void {
    const before = this.#before;
    const changed = (name: 'outsideBits' | 'insideBits' | 'sentBits' | 'capacityBits'): number =>
      totals[name] - (before?.totals[name] ?? 0);
    const capacityBits = changed('capacityBits');
    const point: FramePoint = {
      atMs: toMs,
      totals,
      redundancy,
      borderKbps: changed('outsideBits') / (toMs - fromMs),
      insideKbps: changed('insideBits') / (toMs - fromMs),
      utilisation: capacityBits > 0 ? Math.min(1, changed('sentBits') / capacityBits) : 0,
    };
    if (before !== undefined && before.atMs < fromMs) {
      // Frames in which nothing happens are left out of a recording. Curves need their ends.
      const quiet = { ...before, borderKbps: 0, insideKbps: 0, utilisation: 0 };
      const firstEndMs = before.atMs + this.#header.frameMs;
      if (firstEndMs < fromMs) this.#points.push({ ...quiet, atMs: firstEndMs });
      this.#points.push({ ...quiet, atMs: fromMs });
    }
    this.#points.push(point);
    this.#before = point;
  }

  /** The AS of the tracker has all faults; where others are hit, it has no part in them. */
  #addFaults(): void {
    for (const [index, places] of this.#faults) {
      const hit = places.filter(({ peersHit }) => peersHit > 0);
      const { event } = this.#header.faults[index]!;
      for (const { atMs, as, peersHit } of hit.length > 0 ? hit : places) {
        this.#events.add('fault', atMs, as, 0, peersHit, event);
      }
    }
    this.#faults.clear();
  }

  /** Whether a peer leads in any sub-torrent but one. */
  #leads(peer: number, except = -1): boolean {
    for (let sub = 0; sub < this.#header.subTorrents; sub++) {
      if (sub !== except && this.#state.roleOf(peer, sub) === 'leader') return true;
    }
    return false;
  }
}

/** What has become of a leader that has left. */
const LOST: Readonly<Record<DepartureReason, string>> = {
  finished: 'it has left with the file',
  aborted: 'it has given up',
  crashed: 'it has crashed',
};
