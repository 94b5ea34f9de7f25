import { expect, test } from 'vitest';

import { PageState, RunState } from '../state.ts';
import { speedFor, SPEEDS, stepSpeed, suitSpeed } from './speeds.ts';

function pageOf(isLive: boolean, untilMs: number): PageState {
  const run = new RunState({ name: 'a', recording: { kind: 'embedded', id: 'a' }, isLive }, 0);
  run.untilMs.value = untilMs;
  return new PageState([run]);
}

test.each([
  [10_000, 0.1],
  [1_200_000, 20],
  [172_800_000, 3600],
  [1e12, 3600],
])('a run of %i ms is shown at %d times its speed', (untilMs, speed) => {
  expect(speedFor(untilMs)).toBe(speed);
});

test('the next speed is taken, and none beyond the last', () => {
  const page = pageOf(false, 0);
  page.speed.value = 20;
  stepSpeed(page, 1);
  expect(page.speed.value).toBe(60);
  page.speed.value = 7;
  stepSpeed(page, -1);
  expect(page.speed.value).toBe(5);
  page.speed.value = SPEEDS[0]!;
  stepSpeed(page, -1);
  expect(page.speed.value).toBe(SPEEDS[0]);
});

test('a long recording is shown faster once it has been read', () => {
  const page = pageOf(false, 172_800_000);
  suitSpeed(page);
  expect(page.speed.value).toBe(20);
  page.runs[0]!.end.value = { kind: 'cut' };
  expect(page.speed.value).toBe(3600);
});

test.each([
  [true, 20],
  [false, 5],
])('not if the run is live: %s, or another speed was chosen', (isLive, speed) => {
  const page = pageOf(isLive, 172_800_000);
  suitSpeed(page);
  page.speed.value = speed;
  page.runs[0]!.end.value = { kind: 'cut' };
  expect(page.speed.value).toBe(speed);
});
