import { describe, expect, test } from 'vitest';

import type { EventKind, SwarmEvent } from '../scene.ts';
import { eventText } from './event-kinds.ts';
import { countSeen, eventAfter, eventBefore, marksOf } from './marks.ts';

const event = (atMs: number, kind: EventKind = 'crashed', count = 1): SwarmEvent => ({
  atMs,
  kind,
  as: 1,
  peer: 7,
  count,
});

describe('marks', () => {
  test('events of a kind that are close have one mark, at the first of them', () => {
    const marks = marksOf([event(100), event(140, 'crashed', 4), event(900)], 1000, 10);
    expect(marks.map(({ place, count }) => [place, count])).toEqual([
      [0.1, 5],
      [0.9, 1],
    ]);
  });

  test('kinds have marks of their own', () => {
    const marks = marksOf([event(100), event(100, 'election')], 1000, 10);
    expect(marks.map(({ kind }) => kind)).toEqual(['crashed', 'election']);
  });

  test('an event at the end, or after it, is at the end', () => {
    expect(marksOf([event(1000), event(1001)], 1000, 10)).toMatchObject([{ place: 1, count: 2 }]);
  });

  test('a fault has happened once, whatever its count, which is of the peers hit', () => {
    expect(marksOf([event(1, 'fault', 9), event(2, 'fault', 0)], 1000, 10)).toMatchObject([
      { count: 2 },
    ]);
  });

  test('a time line without length has none', () => {
    expect(marksOf([event(0)], 0, 10)).toEqual([]);
  });
});

describe('the next and the previous event', () => {
  const events = [event(10), event(20), event(20, 'election'), event(30.5)];

  test('an event is seen a millisecond after it has begun to happen', () => {
    expect([10, 11, 20, 21, 31, 32].map((ms) => countSeen(events, ms))).toEqual([0, 1, 1, 3, 4, 4]);
  });

  test('going on from event to event passes each time once', () => {
    expect(eventAfter(events, 0)?.atMs).toBe(10);
    expect(eventAfter(events, 11)?.atMs).toBe(20);
    expect(eventAfter(events, 21)?.atMs).toBe(30.5);
    expect(eventAfter(events, 31)).toBeUndefined();
  });

  test('so does going back', () => {
    expect(eventBefore(events, 31)?.atMs).toBe(20);
    expect(eventBefore(events, 30.9)?.atMs).toBe(20);
    expect(eventBefore(events, 21)?.atMs).toBe(10);
    expect(eventBefore(events, 11)).toBeUndefined();
    expect(eventBefore(events, 99)?.atMs).toBe(30.5);
  });
});

describe('the text of an event', () => {
  const names = ['backbone', 'AS 1'];
  const detail = 'within 8 s in 9 AS';
  test.each([
    [event(0), 'peer has crashed: peer 7 in AS 1'],
    [{ ...event(0, 'leader lost'), detail: 'it' }, 'leader lost: peer 7 in AS 1, it'],
    [event(0, 'crashed', 3), '3 peers have crashed: AS 1'],
    [{ ...event(0, 'crashed', 30), detail }, '30 peers have crashed: within 8 s in 9 AS'],
    [{ ...event(0, 'fault', 4), detail: 'crash' }, 'fault: AS 1, crash, 4 peers hit'],
    [{ ...event(0, 'fault', 0), detail: 'outage' }, 'fault: AS 1, outage'],
    [event(0, 'all complete', 19), 'all leechers complete: 19 so far'],
  ])('%#', (what, text) => {
    expect(eventText(what, names)).toBe(text);
  });
});
