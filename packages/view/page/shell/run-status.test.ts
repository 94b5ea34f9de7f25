import type { RecordingHeader } from '@cachetorrent/recording';
import { expect, test } from 'vitest';

import type { RunEnd } from '../scene.ts';
import { RunState } from '../state.ts';
import { remainderText, statusOf } from './run-status.ts';

const stateOf = (isLive: boolean, end?: RunEnd): RunState => {
  const run = new RunState({ name: 'a', recording: { kind: 'embedded', id: 'a' }, isLive }, 0);
  run.header.value = {} as RecordingHeader;
  run.untilMs.value = 65_000;
  run.end.value = end;
  return run;
};

test.each([
  [stateOf(false), 'is being read: until 01:05'],
  [stateOf(true), 'live: simulated until 01:05'],
  [
    stateOf(true, { kind: 'complete', endMs: 65_000, resultHash: '0123456789abcdef' }),
    'complete: 01:05, result 0123456789ab',
  ],
  [stateOf(false, { kind: 'cut' }), 'cut short: the run was stopped after 01:05'],
])('%#: a run says how far it is', (run, expected) => {
  const { text, detail } = statusOf(run);
  expect(`${text}: ${detail}`).toBe(expected);
});

test('of a damaged recording, what has been read can be shown', () => {
  const run = stateOf(false);
  run.error.value = 'is damaged';
  expect(statusOf(run)).toMatchObject({ kind: 'failed', detail: 'read until 01:05' });
  expect(remainderText(run)).toBe('The first 01:05 can be shown.');
  run.untilMs.value = 0;
  expect(remainderText(run)).toBe('Nothing of it can be shown.');
});
