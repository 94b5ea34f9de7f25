import { describe, expect, test } from 'vitest';

import { StepSequence, type GlobalState, type Step } from './steps.ts';

const RULES = { meetingIntervalMs: 100, stallMs: 1000 };
const STANDING: GlobalState = {
  nextMs: 5,
  wantsMeeting: false,
  needsRound: false,
  pendingCount: 1,
  lastActiveMs: 0,
  nowMs: 0,
};

/** Steps are written `window start..cap`, `meeting at/round` and `stop: outcome`. */
describe('all decide', () => {
  test.each([
    { rule: 'on a window, up to the next instant of a meeting', after: [{}], on: 'window 5..100' },
    { rule: 'to jump over idle time', after: [{ nextMs: 250 }], on: 'window 250..300' },
    { rule: 'to skip an instant that nobody wants', after: [{ nextMs: 100 }], on: 'window 100..200' },
    { rule: 'on a meeting once all is done before it', after: [{ nextMs: 100, wantsMeeting: true }], on: 'meeting 100/0' },
    { rule: 'on a meeting where nothing else happens for long', after: [{ nextMs: 777, wantsMeeting: true }], on: 'meeting 100/0' },
    { rule: 'on a meeting where nothing else happens at all', after: [{ nextMs: Infinity, wantsMeeting: true }], on: 'meeting 100/0' },
    { rule: 'on no meeting before all is done', after: [{ nextMs: 99, wantsMeeting: true }], on: 'window 99..100' },
    { rule: 'on another round while one of them needs it', after: [{ nextMs: 100, wantsMeeting: true }, { nextMs: 100, needsRound: true }], on: 'meeting 100/1' },
    { rule: 'to finish the rounds before all else', after: [{ nextMs: 100, wantsMeeting: true }, { pendingCount: 0, needsRound: true }], on: 'meeting 100/1' },
    { rule: 'on a window after a meeting, up to the next', after: [{ nextMs: 100, wantsMeeting: true }, { nextMs: 100, wantsMeeting: true }], on: 'window 100..200' },
    { rule: 'on the next meeting, not on the same again', after: [{ nextMs: 100, wantsMeeting: true }, { nextMs: 250, wantsMeeting: true }], on: 'meeting 200/0' },
    { rule: 'to stop when nothing is pending', after: [{ pendingCount: 0 }], on: 'stop: finished' },
    { rule: 'to stop when nothing can happen any more', after: [{ nextMs: Infinity }], on: 'stop: idle' },
    { rule: 'to go on while something useful has happened of late', after: [{ nextMs: 1100, lastActiveMs: 100 }], on: 'window 1100..1200' },
    { rule: 'to stop when nothing useful has for long', after: [{ nextMs: 1101, lastActiveMs: 100 }], on: 'stop: stalled' },
    { rule: 'to stop holding meetings that come to nothing', after: [{ nextMs: Infinity, wantsMeeting: true, lastActiveMs: -901 }], on: 'stop: stalled' },
  ])('$rule', ({ after, on }) => {
    expect(written(stepAfter(RULES, after))).toBe(on);
  });

  test('on windows no longer than the time after which a run stalls', () => {
    const step = stepAfter({ meetingIntervalMs: Infinity, stallMs: 1000 }, [{}]);
    expect(written(step)).toBe('window 5..1005');
  });

  test('on no meeting where there are none', () => {
    const rules = { meetingIntervalMs: Infinity, stallMs: 1000 };
    expect(written(stepAfter(rules, [{ wantsMeeting: true }]))).toBe('window 5..1005');
    const idle = stepAfter(rules, [{ wantsMeeting: true, nextMs: Infinity }]);
    expect(written(idle)).toBe('stop: idle');
  });

  test('on instants that are multiples of an interval that is no round number', () => {
    const decisions = new StepSequence({ meetingIntervalMs: 0.1, stallMs: 1000 });
    for (let k = 1; k < 5000; k++) {
      const atMs = k * 0.1;
      const step = decisions.next({ ...STANDING, nextMs: atMs });
      expect(step).toEqual({ kind: 'window', startMs: atMs, capMs: (k + 1) * 0.1 });
    }
  });
});

test('windows are counted, and meetings, not their rounds', () => {
  const decisions = new StepSequence(RULES);
  for (const standing of [
    {},
    { nextMs: 100, wantsMeeting: true },
    { nextMs: 100, needsRound: true },
    { nextMs: 100, needsRound: true },
    { nextMs: 100 },
    { pendingCount: 0 },
  ]) {
    decisions.next({ ...STANDING, ...standing });
  }
  expect([decisions.windows, decisions.meetings]).toEqual([2, 1]);
});

function stepAfter(
  rules: { meetingIntervalMs: number; stallMs: number },
  standings: readonly Partial<GlobalState>[],
): Step {
  const decisions = new StepSequence(rules);
  return standings.map((standing) => decisions.next({ ...STANDING, ...standing })).at(-1)!;
}

function written(step: Step): string {
  switch (step.kind) {
    case 'window':
      return `window ${step.startMs}..${step.capMs}`;
    case 'meeting':
      return `meeting ${step.atMs}/${step.round}`;
    case 'stop':
      return `stop: ${step.outcome}`;
  }
}
