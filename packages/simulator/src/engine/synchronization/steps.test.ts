import { describe, expect, test } from 'vitest';

import { StepSequence, type GlobalState, type Step } from './steps.ts';

const RULES = { syncIntervalMs: 100, stallMs: 1000 };
const STATE: GlobalState = {
  nextMs: 5,
  needsSync: false,
  needsRound: false,
  pendingCount: 1,
  lastActiveMs: 0,
  nowMs: 0,
};

/** Steps are written `window start..cap`, `sync at/round` and `stop: outcome`. */
describe('the next step is', () => {
  test.each([
    { rule: 'a window, up to the next synchronization instant', after: [{}], is: 'window 5..100' },
    {
      rule: 'a window after idle time, which is skipped',
      after: [{ nextMs: 250 }],
      is: 'window 250..300',
    },
    {
      rule: 'a window across an instant that no actor needs',
      after: [{ nextMs: 100 }],
      is: 'window 100..200',
    },
    {
      rule: 'a synchronization after all events before it',
      after: [{ nextMs: 100, needsSync: true }],
      is: 'sync 100/0',
    },
    {
      rule: 'a synchronization if the next event is much later',
      after: [{ nextMs: 777, needsSync: true }],
      is: 'sync 100/0',
    },
    {
      rule: 'a synchronization if there are no events at all',
      after: [{ nextMs: Infinity, needsSync: true }],
      is: 'sync 100/0',
    },
    {
      rule: 'a window while there are events before the synchronization',
      after: [{ nextMs: 99, needsSync: true }],
      is: 'window 99..100',
    },
    {
      rule: 'another round while an actor needs one',
      after: [
        { nextMs: 100, needsSync: true },
        { nextMs: 100, needsRound: true },
      ],
      is: 'sync 100/1',
    },
    {
      rule: 'another round even if nothing is pending',
      after: [
        { nextMs: 100, needsSync: true },
        { pendingCount: 0, needsRound: true },
      ],
      is: 'sync 100/1',
    },
    {
      rule: 'a window after a synchronization, up to the next one',
      after: [
        { nextMs: 100, needsSync: true },
        { nextMs: 100, needsSync: true },
      ],
      is: 'window 100..200',
    },
    {
      rule: 'the next synchronization, not the same one again',
      after: [
        { nextMs: 100, needsSync: true },
        { nextMs: 250, needsSync: true },
      ],
      is: 'sync 200/0',
    },
    { rule: 'a stop if nothing is pending', after: [{ pendingCount: 0 }], is: 'stop: finished' },
    { rule: 'a stop if there are no events', after: [{ nextMs: Infinity }], is: 'stop: idle' },
    {
      rule: 'a window if something useful has happened recently',
      after: [{ nextMs: 1100, lastActiveMs: 100 }],
      is: 'window 1100..1200',
    },
    {
      rule: 'a stop if nothing useful has happened for long',
      after: [{ nextMs: 1101, lastActiveMs: 100 }],
      is: 'stop: stalled',
    },
    {
      rule: 'a stop if synchronizations have no effect for long',
      after: [{ nextMs: Infinity, needsSync: true, lastActiveMs: -901 }],
      is: 'stop: stalled',
    },
  ])('$rule', ({ after, is }) => {
    expect(written(stepAfter(RULES, after))).toBe(is);
  });

  test('a window no longer than the time after which a run stalls', () => {
    const step = stepAfter({ syncIntervalMs: Infinity, stallMs: 1000 }, [{}]);
    expect(written(step)).toBe('window 5..1005');
  });

  test('no synchronization if there are no instants', () => {
    const rules = { syncIntervalMs: Infinity, stallMs: 1000 };
    expect(written(stepAfter(rules, [{ needsSync: true }]))).toBe('window 5..1005');
    const idle = stepAfter(rules, [{ needsSync: true, nextMs: Infinity }]);
    expect(written(idle)).toBe('stop: idle');
  });

  test('a window between exact multiples of an interval that is not a whole number', () => {
    const steps = new StepSequence({ syncIntervalMs: 0.1, stallMs: 1000 });
    for (let k = 1; k < 5000; k++) {
      const atMs = k * 0.1;
      const step = steps.next({ ...STATE, nextMs: atMs });
      expect(step).toEqual({ kind: 'window', startMs: atMs, capMs: (k + 1) * 0.1 });
    }
  });
});

test('windows and synchronizations are counted, but not rounds', () => {
  const steps = new StepSequence(RULES);
  for (const state of [
    {},
    { nextMs: 100, needsSync: true },
    { nextMs: 100, needsRound: true },
    { nextMs: 100, needsRound: true },
    { nextMs: 100 },
    { pendingCount: 0 },
  ]) {
    steps.next({ ...STATE, ...state });
  }
  expect([steps.windowCount, steps.syncCount]).toEqual([2, 1]);
});

function stepAfter(
  rules: { syncIntervalMs: number; stallMs: number },
  states: readonly Partial<GlobalState>[],
): Step {
  const steps = new StepSequence(rules);
  return states.map((state) => steps.next({ ...STATE, ...state })).at(-1)!;
}

function written(step: Step): string {
  switch (step.kind) {
    case 'window':
      return `window ${step.startMs}..${step.capMs}`;
    case 'sync':
      return `sync ${step.atMs}/${step.round}`;
    case 'stop':
      return `stop: ${step.outcome}`;
  }
}
