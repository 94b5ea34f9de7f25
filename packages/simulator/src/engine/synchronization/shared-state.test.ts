import { describe, expect, test } from 'vitest';

import { SharedState, sharedStateMemory, type WorkerState } from './shared-state.ts';

const NOTHING: WorkerState = {
  wantsMeeting: false, needsRound: false, pendingCount: 0, lastActiveMs: 0, nowMs: 0, hasFailed: false,
};

test('the earliest at an actor is its next event, or the first arrival from any worker', () => {
  const board = new SharedState(sharedStateMemory(3, 2));
  for (const [actor, atMs] of [50, 60, Infinity].entries()) board.setNextAtMs(0, actor, atMs);
  board.arrivalsFrom(0, 0).set([70, 40, Infinity]);
  board.arrivalsFrom(0, 1).set([45, Infinity, 90]);

  const nextMs = new Float64Array(3);
  board.readNextMs(0, nextMs);
  expect([...nextMs]).toEqual([45, 40, 90]);
});

describe('of all workers together the board says', () => {
  test.each([
    { rule: 'whether any wants a meeting', tallies: [{}, { wantsMeeting: true }], standing: { wantsMeeting: true } },
    { rule: 'whether any needs a round', tallies: [{ needsRound: true }, {}], standing: { needsRound: true } },
    { rule: 'how much is pending', tallies: [{ pendingCount: 3 }, { pendingCount: 4 }], standing: { pendingCount: 7 } },
    { rule: 'when anybody was last active', tallies: [{ lastActiveMs: 9 }, { lastActiveMs: 4 }], standing: { lastActiveMs: 9 } },
    { rule: 'how far the furthest is', tallies: [{ nowMs: 3 }, { nowMs: 8 }], standing: { nowMs: 8 } },
  ])('$rule', ({ tallies, standing }) => {
    const board = new SharedState(sharedStateMemory(2, 2));
    for (const [worker, tally] of tallies.entries()) board.setTally(1, worker, { ...NOTHING, ...tally });
    expect(board.standing(1, 12)).toEqual({
      nextMs: 12, wantsMeeting: false, needsRound: false, pendingCount: 0, lastActiveMs: 0, nowMs: 0,
      ...standing,
    });
    expect(board.hasFailed(1)).toBe(false);
  });

  test('whether any has failed', () => {
    const board = new SharedState(sharedStateMemory(2, 2));
    board.setTally(0, 1, { ...NOTHING, hasFailed: true });
    expect(board.hasFailed(0)).toBe(true);
  });
});

test('its two sides have nothing to do with one another', () => {
  const memory = sharedStateMemory(1, 1);
  const [ours, theirs] = [new SharedState(memory), new SharedState(memory)];
  ours.setNextAtMs(0, 0, 5);
  ours.arrivalsFrom(0, 0)[0] = 3;
  ours.setNextAtMs(1, 0, 7);
  ours.arrivalsFrom(1, 0)[0] = Infinity;
  const nextMs = new Float64Array(1);
  for (const [side, expected] of [3, 7].entries()) {
    theirs.readNextMs(side, nextMs);
    expect(nextMs[0]).toBe(expected);
  }
});
