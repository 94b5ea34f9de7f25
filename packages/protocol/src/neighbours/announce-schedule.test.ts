/** When a peer asks the tracker again: the rules of docs/protocol.md, section Trackers. */

import { describe, expect, test } from 'vitest';

import { AnnounceSchedule, type TrackerAnswer } from './announce-schedule.ts';

const MANY = { open: 20, everIncoming: false };
const FEW = { open: 19, everIncoming: false };
const SECOND = 1_000;

function answered(answer: Partial<TrackerAnswer> = {}, atMs = 0): AnnounceSchedule {
  const schedule = new AnnounceSchedule();
  schedule.answered({ intervalS: 1_800, ...answer }, atMs);
  return schedule;
}

describe('a peer asks the tracker', () => {
  test('at once at first', () => {
    expect(new AnnounceSchedule().dueMs(MANY)).toBe(-Infinity);
  });

  test.each([
    { rule: 'after the interval', answer: {}, counts: MANY, afterS: 1_800 },
    { rule: 'after 5 minutes with few connections', answer: {}, counts: FEW, afterS: 300 },
    {
      rule: 'after the interval with 7 of them, if others connect to it',
      answer: {},
      counts: { open: 7, everIncoming: true },
      afterS: 1_800,
    },
    {
      rule: 'after 5 minutes with 6 of them, even so',
      answer: {},
      counts: { open: 6, everIncoming: true },
      afterS: 300,
    },
    {
      rule: 'after 5 minutes if it has lost one of several leaders',
      answer: {},
      counts: { ...MANY, hasLostLeader: true },
      afterS: 300,
    },
    {
      rule: 'after an interval that is shorter',
      answer: { intervalS: 60 },
      counts: FEW,
      afterS: 60,
    },
    {
      rule: 'not before the minimum interval',
      answer: { minIntervalS: 900 },
      counts: FEW,
      afterS: 900,
    },
    {
      rule: 'after a second while the first election is pending',
      answer: { isElectionPending: true, minIntervalS: 900 },
      counts: MANY,
      afterS: 1,
    },
  ])('$rule', ({ answer, counts, afterS }) => {
    expect(answered(answer, 7).dueMs(counts)).toBe(7 + afterS * SECOND);
  });

  test('after 5 s when no tracker answers, then after twice the time, up to 5 minutes', () => {
    const schedule = answered();
    const delaysS = Array.from({ length: 8 }, (_, i) => {
      schedule.failed(i);
      schedule.needsLeaders(i);
      return (schedule.dueMs(FEW) - i) / SECOND;
    });
    expect(delaysS).toEqual([5, 10, 20, 40, 80, 160, 300, 300]);
    schedule.answered({ intervalS: 60 }, 0);
    schedule.failed(0);
    expect(schedule.dueMs(FEW)).toBe(5 * SECOND);
  });

  test('at once when it has no leader', () => {
    const schedule = answered();
    schedule.needsLeaders(10 * SECOND);
    schedule.needsLeaders(11 * SECOND);
    expect(schedule.dueMs(MANY)).toBe(10 * SECOND);
  });

  test('for a leader not before the minimum interval', () => {
    const schedule = answered({ minIntervalS: 30 });
    schedule.needsLeaders(10 * SECOND);
    expect(schedule.dueMs(MANY)).toBe(30 * SECOND);
  });

  test('more and more rarely while it gets none that it can reach', () => {
    const schedule = answered();
    const delaysS: number[] = [];
    let nowMs = 0;
    for (let n = 0; n < 12; n++) {
      schedule.needsLeaders(nowMs);
      delaysS.push((schedule.dueMs(MANY) - nowMs) / SECOND);
      nowMs = schedule.dueMs(MANY);
      schedule.answered({ intervalS: 1_800 }, nowMs);
    }
    expect(delaysS).toEqual([0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    schedule.hasLeaders();
    schedule.needsLeaders(nowMs);
    expect(schedule.dueMs(MANY)).toBe(nowMs);
  });
});

test.each([
  [0, 50],
  [39, 50],
  [40, 0],
])('with %s connections it asks for %s peers', (open, wanted) => {
  expect(new AnnounceSchedule().numWant({ open, everIncoming: false })).toBe(wanted);
});
