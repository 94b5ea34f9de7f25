import { describe, expect, test } from 'vitest';

import { SharedState, sharedStateMemory, type WorkerState } from './shared-state.ts';

const INITIAL: WorkerState = {
  needsSync: false,
  needsRound: false,
  mayProgress: false,
  pendingCount: 0,
  isOver: false,
  lastActiveMs: 0,
  nowMs: 0,
  hasFailed: false,
};

test('the next time of an actor is that of its next event or of the first arrival from any worker', () => {
  const sharedState = new SharedState(sharedStateMemory(3, 2));
  for (const [actor, atMs] of [50, 60, Infinity].entries()) sharedState.setNextAtMs(0, actor, atMs);
  sharedState.arrivalsFrom(0, 0).set([70, 40, Infinity]);
  sharedState.arrivalsFrom(0, 1).set([45, Infinity, 90]);

  const nextMs = new Float64Array(3);
  sharedState.readNextMs(0, nextMs);
  expect([...nextMs]).toEqual([45, 40, 90]);
});

describe('the state of all workers combines', () => {
  test.each([
    {
      rule: 'the need for a synchronization',
      workerStates: [{}, { needsSync: true }],
      expected: { needsSync: true },
    },
    {
      rule: 'the need for another round',
      workerStates: [{ needsRound: true }, {}],
      expected: { needsRound: true },
    },
    {
      rule: 'whether any may make progress',
      workerStates: [{}, { mayProgress: true }],
      expected: { mayProgress: true },
    },
    {
      rule: 'the numbers of pending results',
      workerStates: [{ pendingCount: 3 }, { pendingCount: 4 }],
      expected: { pendingCount: 7 },
    },
    {
      rule: 'whether any says that the run is over',
      workerStates: [{}, { isOver: true }],
      expected: { isOver: true },
    },
    {
      rule: 'the times of last activity',
      workerStates: [{ lastActiveMs: 9 }, { lastActiveMs: 4 }],
      expected: { lastActiveMs: 9 },
    },
    {
      rule: 'the times of the actors',
      workerStates: [{ nowMs: 3 }, { nowMs: 8 }],
      expected: { nowMs: 8 },
    },
  ])('$rule', ({ workerStates, expected }) => {
    const sharedState = new SharedState(sharedStateMemory(2, 2));
    for (const [worker, state] of workerStates.entries())
      sharedState.setWorkerState(1, worker, { ...INITIAL, ...state });
    expect(sharedState.globalState(1, 12)).toEqual({
      nextMs: 12,
      needsSync: false,
      needsRound: false,
      mayProgress: false,
      pendingCount: 0,
      isOver: false,
      lastActiveMs: 0,
      nowMs: 0,
      ...expected,
    });
    expect(sharedState.hasFailed(1)).toBe(false);
  });

  test('failures', () => {
    const sharedState = new SharedState(sharedStateMemory(2, 2));
    sharedState.setWorkerState(0, 1, { ...INITIAL, hasFailed: true });
    expect(sharedState.hasFailed(0)).toBe(true);
  });
});

test('the two buffers are independent', () => {
  const memory = sharedStateMemory(1, 1);
  const [writer, reader] = [new SharedState(memory), new SharedState(memory)];
  writer.setNextAtMs(0, 0, 5);
  writer.arrivalsFrom(0, 0)[0] = 3;
  writer.setNextAtMs(1, 0, 7);
  writer.arrivalsFrom(1, 0)[0] = Infinity;
  const nextMs = new Float64Array(1);
  for (const [buffer, expected] of [3, 7].entries()) {
    reader.readNextMs(buffer, nextMs);
    expect(nextMs[0]).toBe(expected);
  }
});
