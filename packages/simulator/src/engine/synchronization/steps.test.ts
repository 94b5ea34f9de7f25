import { describe, expect, test } from 'vitest';

import { type GlobalState, StepSequence, type Step, type StepRules } from './steps.ts';

const RULES = { syncIntervalMs: 100, quietMs: 1000, horizonMs: Infinity };
const STATE: GlobalState = {
  nextMs: 5,
  needsSync: false,
  needsRound: false,
  mayProgress: false,
  pendingCount: 1,
  isOver: false,
  lastActiveMs: 0,
  nowMs: 0,
};

/** Steps: `window start..cap`, `sync at/round`, `check at (quiet time)` and `stop: outcome`. */
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
    {
      rule: 'a stop after the instant at which an actor says that the run is over',
      after: [
        { nextMs: 100, needsSync: true },
        { nextMs: 100, isOver: true },
      ],
      is: 'stop: finished',
    },
    {
      rule: 'a stop only when the synchronization of that instant is complete',
      after: [
        { nextMs: 100, needsSync: true },
        { nextMs: 100, isOver: true, needsRound: true },
      ],
      is: 'sync 100/1',
    },
    { rule: 'a stop if nothing is pending', after: [{ pendingCount: 0 }], is: 'stop: finished' },
    { rule: 'a stop if there are no events', after: [{ nextMs: Infinity }], is: 'stop: idle' },
    {
      rule: 'a window if something useful has happened recently',
      after: [{ nextMs: 1100, lastActiveMs: 100 }],
      is: 'window 1100..1200',
    },
    {
      rule: 'a check if no actor was active for long',
      after: [{ nextMs: 1101, lastActiveMs: 100 }],
      is: 'check 1101 (1001)',
    },
    {
      rule: 'a check if synchronizations have no effect for long',
      after: [{ nextMs: Infinity, needsSync: true, lastActiveMs: -901 }],
      is: 'check 100 (1001)',
    },
    {
      rule: 'a stop if no actor may make progress',
      after: [{ nextMs: 1101 }, { nextMs: 1101 }],
      is: 'stop: stalled',
    },
    {
      rule: 'a window if an actor may make progress',
      after: [{ nextMs: 1101 }, { nextMs: 1101, mayProgress: true }],
      is: 'window 1101..1200',
    },
    {
      rule: 'the synchronization before which actors were checked',
      after: [
        { nextMs: Infinity, needsSync: true, lastActiveMs: -901 },
        { nextMs: Infinity, needsSync: true, lastActiveMs: -901, mayProgress: true },
      ],
      is: 'sync 100/0',
    },
    {
      rule: 'no second check before the quiet time has doubled',
      after: [{ nextMs: 1101 }, { nextMs: 2202, mayProgress: true }],
      is: 'window 2202..2300',
    },
    {
      rule: 'a second check after that',
      after: [{ nextMs: 1101 }, { nextMs: 1101, mayProgress: true }, { nextMs: 2203 }],
      is: 'check 2203 (2203)',
    },
    {
      rule: 'a check after the original quiet time if an actor was active meanwhile',
      after: [
        { nextMs: 1101 },
        { nextMs: 1101, mayProgress: true },
        { nextMs: 1102, lastActiveMs: 1101 },
        { nextMs: 2102, lastActiveMs: 1101 },
      ],
      is: 'check 2102 (1001)',
    },
  ])('$rule', ({ after, is }) => {
    expect(written(stepAfter(RULES, after))).toBe(is);
  });

  test('a window no longer than the quiet time', () => {
    const step = stepAfter({ syncIntervalMs: Infinity, quietMs: 1000 }, [{}]);
    expect(written(step)).toBe('window 5..1005');
  });

  test('no synchronization if there are no instants', () => {
    const rules = { syncIntervalMs: Infinity, quietMs: 1000 };
    expect(written(stepAfter(rules, [{ needsSync: true }]))).toBe('window 5..1005');
    const idle = stepAfter(rules, [{ needsSync: true, nextMs: Infinity }]);
    expect(written(idle)).toBe('stop: idle');
  });

  test('a window between exact multiples of an interval that is not a whole number', () => {
    const steps = new StepSequence({ ...RULES, syncIntervalMs: 0.1 });
    for (let k = 1; k < 5000; k++) {
      const atMs = k * 0.1;
      const step = steps.next({ ...STATE, nextMs: atMs });
      expect(step).toEqual({ kind: 'window', startMs: atMs, capMs: (k + 1) * 0.1 });
    }
  });
});

describe('a run with a horizon', () => {
  test.each([
    { rule: 'goes on before it', nextMs: 249, expected: 'window 249..250' },
    { rule: 'ends at it, though results are outstanding', nextMs: 250, expected: 'stop: finished' },
    { rule: 'ends if nothing is left to happen', nextMs: Infinity, expected: 'stop: finished' },
  ])('$rule', ({ nextMs, expected }) => {
    expect(written(stepAfter({ horizonMs: 250 }, [{ nextMs }]))).toBe(expected);
  });

  test('holds no synchronization at it', () => {
    const states = [
      { nextMs: 100, needsSync: true },
      { nextMs: 200, needsSync: true },
    ];
    expect(written(stepAfter({ horizonMs: 200 }, states))).toBe('stop: finished');
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

function stepAfter(rules: Partial<StepRules>, states: readonly Partial<GlobalState>[]): Step {
  const steps = new StepSequence({ ...RULES, ...rules });
  return states.map((state) => steps.next({ ...STATE, ...state })).at(-1)!;
}

function written(step: Step): string {
  switch (step.kind) {
    case 'window':
      return `window ${step.startMs}..${step.capMs}`;
    case 'sync':
      return `sync ${step.atMs}/${step.round}`;
    case 'check':
      return `check ${step.atMs} (${step.quietMs})`;
    case 'stop':
      return `stop: ${step.outcome}`;
  }
}
