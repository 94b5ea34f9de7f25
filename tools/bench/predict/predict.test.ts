/** The prediction, on made-up steps with simple numbers. */

import { describe, expect, test } from 'vitest';

import { type Basis, boundsOf, decidingMs, predict } from './predict.ts';
import { slowestMs, stepsOf, totalsOf } from './steps.ts';

/** Four actors, a window and a round of allocation. Actor 0 does half of the work. */
const STEPS = {
  actors: 4,
  count: 2,
  isRound: Uint8Array.of(0, 1),
  busyMs: Float32Array.of(30, 10, 10, 10, 6, 2, 2, 2),
};
const BASIS: Basis = {
  steps: STEPS,
  loopMs: 74,
  wallMs: 100,
  expectedCosts: [3, 1, 1, 1],
  barrierMs: (workers) => workers / 4,
};

describe('steps', () => {
  test('are assembled from the reports of the workers on their own actors', () => {
    const isRound = STEPS.isRound;
    const steps = stepsOf([
      { actors: [0, 3], isRound, busyMs: Float32Array.of(30, 10, 6, 2), loopMs: 0 },
      { actors: [1, 2], isRound, busyMs: Float32Array.of(10, 10, 2, 2), loopMs: 0 },
    ]);
    expect(steps).toEqual(STEPS);
  });

  test('are summed up, windows and rounds separately', () => {
    expect(totalsOf(STEPS)).toEqual({
      windowsMs: 60,
      roundsMs: 12,
      ofActorMs: [36, 12, 12, 12],
      criticalMs: 36,
    });
  });

  test('take as long as their slowest worker', () => {
    expect(slowestMs(STEPS, [0, 1, 1, 1], 2)).toEqual({ windowsMs: 30, roundsMs: 6 });
    expect(slowestMs(STEPS, [0, 0, 1, 1], 2)).toEqual({ windowsMs: 40, roundsMs: 8 });
  });
});

describe('a prediction', () => {
  test('counts time outside windows and rounds for every worker', () => {
    expect(decidingMs(BASIS)).toBe(2);
  });

  test('for one worker equals the measurement', () => {
    expect(predict(BASIS, 1)).toMatchObject({ speedUp: 1, speedUpOfAll: 1, barriersMs: 0 });
  });

  test('places actors by expected costs, and adds a barrier for each step', () => {
    const { speedUp, speedUpOfAll, ...times } = predict(BASIS, 2);
    expect(times).toMatchObject({ windowsMs: 30, roundsMs: 6, barriersMs: 1, decidingMs: 2 });
    expect(speedUp).toBeCloseTo(74 / 39);
    expect(speedUpOfAll).toBeCloseTo(100 / (26 + 39));
  });

  test('includes the speed-up if the load were known before the run', () => {
    const { speedUp, speedUpForeseen } = predict({ ...BASIS, expectedCosts: [1, 1, 1, 1] }, 2);
    expect(speedUp).toBeLessThan(speedUpForeseen);
    expect(speedUpForeseen).toBeCloseTo(74 / 39);
  });

  test('is limited by the largest AS, for any number of workers', () => {
    expect(boundsOf(BASIS)).toEqual({ byLargestActor: 2, byCriticalPath: 2 });
    for (const workers of [2, 3, 4, 64]) {
      expect(predict({ ...BASIS, loopMs: 72 }, workers).speedUp).toBeLessThan(2);
    }
  });
});
