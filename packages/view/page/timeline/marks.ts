/**
 * Events on the time line: which mark stands for which of them, and which is the next or the
 * previous one. Events are in order of time.
 */

import type { EventKind, SwarmEvent } from '../scene.ts';
import { timesOf } from './event-kinds.ts';

/** A mark for events of one kind that are close to one another. */
export interface Mark {
  readonly kind: EventKind;
  /** Its place: 0 is the start of the time line, 1 the end. */
  readonly place: number;
  /** The first of its events. */
  readonly event: SwarmEvent;
  /** How often it has happened. */
  readonly count: number;
}

/**
 * The marks of events on a time line.
 *
 * @param events in order of time
 * @param untilMs the end of the time line
 * @param cells in how many parts the time line is cut; events of a kind in one have one mark
 */
export function marksOf(
  events: readonly SwarmEvent[],
  untilMs: number,
  cells: number,
): readonly Mark[] {
  if (untilMs <= 0 || cells < 1) return [];
  const marks = new Map<string, Mark>();
  for (const event of events) {
    const place = Math.min(event.atMs / untilMs, 1);
    const cell = Math.min(Math.floor(place * cells), cells - 1);
    const key = `${event.kind} ${cell}`;
    const mark = marks.get(key) ?? { kind: event.kind, place, event, count: 0 };
    marks.set(key, { ...mark, count: mark.count + timesOf(event) });
  }
  return [...marks.values()];
}

/**
 * The time of the clock at which an event is seen, in ms: a state at a whole ms does not have what
 * happens within this ms.
 */
export function seenAtMs(event: SwarmEvent): number {
  return Math.floor(event.atMs) + 1;
}

/** The first event that is seen after a time, in ms; undefined if there is none. */
export function eventAfter(events: readonly SwarmEvent[], ms: number): SwarmEvent | undefined {
  return events[countSeen(events, ms)];
}

/** The last event that is seen before a time, in ms; undefined if there is none. */
export function eventBefore(events: readonly SwarmEvent[], ms: number): SwarmEvent | undefined {
  return events[countSeen(events, Math.ceil(ms) - 1) - 1];
}

/** How many events are seen at a time, in ms. */
export function countSeen(events: readonly SwarmEvent[], ms: number): number {
  return countUntil(events, (event) => seenAtMs(event) <= ms);
}

/** The length of the beginning of a list in which `holds`; found by halving. */
export function countUntil<Item>(items: readonly Item[], holds: (item: Item) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(items[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}
