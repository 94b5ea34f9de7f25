/**
 * The events of a run, in order of time, and not too many of them for a time line.
 *
 * In each frame, events of a kind in one AS are one. That is all for the first `FINE` events of a
 * kind. After them the kind becomes coarser: all AS are one, and an event stands for all since the
 * one before, which is a span of time ago. The span doubles with every `STEP` events. So a run of
 * 20,000 frames has at most some 5,000 events, even if there are some of every kind in each of
 * them; and kinds that are rare, which people look for, are never merged.
 *
 *     fine      crashed AS 1   crashed AS 4   crashed AS 1   …
 *     coarse           crashed: 40, within 4 s in 7 AS              crashed: 95, within 8 s in 9 AS
 */

import type { EventKind, SwarmEvent } from '../scene.ts';

/** How many events of a kind are each of one frame and one AS. */
const FINE = 300;

/** After so many more, the span of an event doubles. */
const STEP = 50;

/** Events of a kind in one frame and AS. */
interface Merged {
  atMs: number;
  readonly as: number;
  peer: number;
  count: number;
  readonly detail: string;
}

/** What a coarse kind has come to since its last event. */
interface Waiting {
  readonly fromMs: number;
  count: number;
  readonly systems: Set<number>;
  readonly details: Set<string>;
  last: Merged;
}

/** What has become of a kind so far. */
interface Series {
  sent: number;
  lastMs: number;
  waiting: Waiting | undefined;
}

export class EventLog {
  readonly #frameMs: number;
  /** Those of this frame: by kind, by AS and detail. */
  readonly #frame = new Map<EventKind, Map<string, Merged>>();
  readonly #series = new Map<EventKind, Series>();
  #events: SwarmEvent[] = [];
  #lastMs = 0;

  constructor(frameMs: number) {
    this.#frameMs = frameMs;
  }

  /** Something has happened in this frame. */
  add(kind: EventKind, atMs: number, as: number, peer: number, count = 1, detail = ''): void {
    let ofKind = this.#frame.get(kind);
    if (ofKind === undefined) {
      ofKind = new Map();
      this.#frame.set(kind, ofKind);
    }
    const key = `${as} ${detail}`;
    const merged = ofKind.get(key);
    if (merged === undefined) {
      ofKind.set(key, { atMs, as, peer, count, detail });
      return;
    }
    merged.count += count;
    if (atMs >= merged.atMs) return;
    merged.atMs = atMs;
    merged.peer = peer;
  }

  /** The frame is over. */
  endFrame(): void {
    const events: SwarmEvent[] = [];
    for (const [kind, ofKind] of this.#frame) {
      const all = [...ofKind.values()].toSorted((a, b) => a.atMs - b.atMs || a.as - b.as);
      const series = this.#seriesOf(kind);
      if (series.sent + all.length <= FINE) {
        for (const { detail, ...event } of all) {
          events.push({ ...event, kind, ...(detail !== '' && { detail }) });
        }
        series.sent += all.length;
        series.lastMs = all.at(-1)!.atMs;
      } else {
        for (const each of all) wait(series, each);
        const level = 1 + Math.floor(Math.max(0, series.sent - FINE) / STEP);
        const isDue = all[0]!.atMs >= series.lastMs + this.#frameMs * 2 ** level;
        if (isDue) events.push(this.#takeWaiting(kind, series, all[0]!));
      }
    }
    this.#frame.clear();
    this.#append(events);
  }

  /** No more frames will come: what waits for the next event of its kind is one now. */
  end(): void {
    const events: SwarmEvent[] = [];
    for (const [kind, series] of this.#series) {
      if (series.waiting === undefined) continue;
      const { last } = series.waiting;
      const atMs = Math.max(last.atMs, this.#lastMs);
      events.push(this.#takeWaiting(kind, series, { ...last, atMs }));
    }
    this.#append(events);
  }

  /** The events that are new since the last call. */
  take(): readonly SwarmEvent[] {
    const taken = this.#events;
    this.#events = [];
    return taken;
  }

  #seriesOf(kind: EventKind): Series {
    let series = this.#series.get(kind);
    if (series === undefined) {
      series = { sent: 0, lastMs: -Infinity, waiting: undefined };
      this.#series.set(kind, series);
    }
    return series;
  }

  /** All that waits, as an event where `place` is. */
  #takeWaiting(kind: EventKind, series: Series, { atMs, as, peer }: Merged): SwarmEvent {
    const { fromMs, count, systems, details } = series.waiting!;
    series.waiting = undefined;
    series.sent++;
    series.lastMs = atMs;
    const seconds = Math.ceil((atMs - fromMs + this.#frameMs) / 1_000);
    const extent = systems.size === 1 ? '' : `within ${seconds} s in ${systems.size} AS`;
    const what = details.size === 1 ? [...details] : [];
    const detail = [...what, extent].filter((text) => text !== '').join(', ');
    return { atMs, kind, as, peer, count, ...(detail !== '' && { detail }) };
  }

  #append(events: SwarmEvent[]): void {
    if (events.length === 0) return;
    this.#events.push(...events.toSorted((a, b) => a.atMs - b.atMs || a.as - b.as));
    this.#lastMs = this.#events.at(-1)!.atMs;
  }
}

function wait(series: Series, event: Merged): void {
  const { atMs: fromMs, as, count, detail } = event;
  series.waiting ??= { fromMs, count: 0, systems: new Set(), details: new Set(), last: event };
  const { waiting } = series;
  waiting.count += count;
  waiting.systems.add(as);
  waiting.details.add(detail);
  waiting.last = event;
}
