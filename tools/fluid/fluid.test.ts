import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

import { resolveSwarm } from '@cachetorrent/simulator/configuration';

import { inRepository } from '../files.ts';
import { withSection } from '../runs/markdown.ts';
import type { SettingRuns } from '../runs/collect.ts';
import { compareCurves, compareSteady } from './comparison.ts';
import {
  fixedSizeCurve,
  fixedSizeState,
  fluidCurve,
  type FluidParameters,
  type FluidSwarm,
  fluidSwarmOf,
  parametersOf,
  stateAt,
  steadyState,
  withDraws,
} from './model.ts';
import { FLUID } from './section.ts';

const BASE: FluidParameters = {
  lambda: 0.3,
  mu: 1 / 1000,
  c: 1 / 100,
  theta: 0,
  gamma: 1 / 500,
  staying: 0,
};

/** A swarm that begins with some seeds, and is steady at the end. */
function swarmOf(parameters: FluidParameters): FluidSwarm {
  return {
    ...parameters,
    lambdaAt: () => parameters.lambda,
    crowds: [],
    firstSeeds: parameters.staying === 0 ? 20 : parameters.staying,
    firstSeedsStayS: parameters.staying === 0 ? 2000 : Infinity,
    endS: 60_000,
  };
}

describe('the steady state', () => {
  test.each<[string, Partial<FluidParameters>, number]>([
    // Formula (7) of the paper: T = 1/β = max(1/c, 1/μ − 1/γ) without aborts.
    ['bounded by uploads', {}, 500],
    ['whose seeds stay longer', { gamma: 1 / 750 }, 250],
    ['bounded by downloads', { c: 1 / 600 }, 600],
    ['whose seeds stay longer than an upload takes', { gamma: 1 / 1500 }, 100],
    // 1/(θ + β) = 1/(1/1000 + 1/500).
    ['with aborts', { theta: 1 / 1000 }, 1000 / 3],
  ])('%s has the mean time of the paper', (_, changes, timeS) => {
    const parameters = { ...BASE, ...changes };
    const { meanTimeS, leechers, seeds } = steadyState(parameters);
    expect(meanTimeS).toBeCloseTo(timeS, 9);
    expect(leechers).toBeCloseTo(0.3 * timeS, 9);
    expect(seeds).toBeCloseTo((0.3 - parameters.theta * leechers) / parameters.gamma, 9);
  });

  test.each<[string, Partial<FluidParameters>]>([
    ['bounded by uploads', {}],
    ['bounded by downloads', { c: 1 / 600 }],
    ['with aborts', { theta: 1 / 1000 }],
    ['with a seed that stays', { staying: 30 }],
  ])('is where the curves of a swarm end: %s', (_, changes) => {
    const parameters = { ...BASE, ...changes };
    const swarm = swarmOf(parameters);
    for (const [curve, state] of [
      [fluidCurve(swarm, 5), steadyState(parameters)],
      [fixedSizeCurve(swarm, 0.5), fixedSizeState(parameters)],
    ] as const) {
      const end = stateAt(curve, swarm.endS);
      expect(end.leechers / state.leechers).toBeCloseTo(1, 2);
      expect(end.seeds / state.seeds).toBeCloseTo(1, 2);
    }
  });

  test('does not depend on the size of files being the same, unless leechers give up', () => {
    expect(fixedSizeState(BASE).meanTimeS).toBeCloseTo(steadyState(BASE).meanTimeS, 6);
    const impatient = { ...BASE, theta: 1 / 500 };
    expect(fixedSizeState(impatient).meanTimeS).toBeGreaterThan(
      1.05 * steadyState(impatient).meanTimeS,
    );
  });
});

test('peers are conserved along a curve', () => {
  // Nobody gives up or leaves, so all who have arrived are there.
  const swarm = {
    ...swarmOf({ ...BASE, gamma: 0 }),
    crowds: [{ atS: 100, count: 50 }],
    endS: 1000,
  };
  for (const curve of [fluidCurve(swarm, 2), fixedSizeCurve(swarm, 2)]) {
    const { leechers, seeds } = stateAt(curve, 1000);
    expect(leechers + seeds).toBeCloseTo(0.3 * 1000 + 50 + swarm.firstSeeds, 6);
  }
});

const CONFIG = {
  until: '10000 s',
  seeds: { count: 4, upload: '1 Mbit/s', leaves: { after: '2000 s' } },
  classes: [
    {
      name: 'peer',
      arrivals: [
        { rate: '0.5/s', decay: '5000 s' },
        { at: '100 s', count: 7 },
      ],
      upload: '500 kbit/s',
      download: '5 Mbit/s',
      patience: { mean: '4000 s' },
      leaves: { after: { mean: '500 s' } },
    },
  ],
  file: { pieces: 250, pieceSize: '250 kB' },
};

test('the model takes what chance has decided from a run', () => {
  const arrivalsS = [10, 20, 150, 950];
  const drawn = withDraws(swarmOf(BASE), { arrivalsS, theta: 0, gamma: 0 });
  expect([0, 99, 100, 200, 900].map(drawn.lambdaAt)).toEqual([0.02, 0.02, 0.01, 0, 0.01]);
  const { leechers, seeds } = stateAt(fluidCurve({ ...drawn, firstSeeds: 0, endS: 1000 }, 2), 1000);
  expect(leechers + seeds).toBeCloseTo(4, 1);
});

test('a configuration gives the parameters of the model', () => {
  const swarm = fluidSwarmOf(resolveSwarm(CONFIG).swarm);
  const rates = { mu: 1 / 1000, c: 1 / 100, theta: 1 / 4000, gamma: 1 / 500 };
  expect(swarm).toMatchObject({ ...rates, firstSeeds: 8, firstSeedsStayS: 2000, endS: 10_000 });
  expect(swarm.crowds).toEqual([{ atS: 100, count: 7 }]);
  expect(swarm.lambdaAt(0)).toBeCloseTo(0.5, 9);
  expect(swarm.lambdaAt(5000)).toBeCloseTo(0.5 / Math.E, 9);
  expect(parametersOf(swarm).staying).toBe(0);
});

describe('runs are compared with the model', () => {
  const { patience: _, ...patient } = CONFIG.classes[0]!;
  const classes = [{ ...patient, arrivals: { rate: '0.3/s' } }];
  const { config } = resolveSwarm({ ...CONFIG, classes });
  /** A run in which there are so many leechers and seeds all the time. */
  const runWith = (leechers: number, seeds: number): unknown => ({
    config,
    result: {
      uploadUtilisation: 0.9,
      timeline: {
        toMs: [2e6, 4e6, 1e7],
        leechers: [0, leechers, leechers],
        seeds: [0, seeds, seeds],
      },
      peers: {
        role: ['seed', ...Array<string>(2_998).fill('peer'), 'peer', 'peer'],
        arrivedMs: [0, ...Array<number>(2_998).fill(1e6), 4e6, 5e6],
        completedMs: [0, ...Array<number>(2_998).fill(2e6), 4.4e6, null],
        leftMs: [...Array<null>(3_000).fill(null), 5.6e6],
      },
    },
  });
  const setting = {
    parameters: { scenario: 'constant rate' },
    runs: [runWith(160, 140), undefined, runWith(164, 146)],
  } as unknown as SettingRuns;

  test('in the steady swarm, after a third of the run', () => {
    const { theory, figures, meanTimeS, utilisation } = compareSteady(setting)!;
    expect(theory.leechers).toBeCloseTo(150, 9);
    const { runs, model, difference } = figures.leechers;
    expect(runs).toMatchObject({ count: 2, mean: 162 });
    expect(difference.model.estimate.mean).toBeCloseTo(162 / model.mean - 1, 9);
    expect(figures.seeds.runs.mean).toBe(143);
    // Of the two who arrived in the middle third, one takes 400 s, one gives up after 600 s.
    expect(meanTimeS.mean).toBe(500);
    expect(utilisation.mean).toBeCloseTo(0.9, 9);
  });

  test('over time, with the means of all runs', () => {
    const { points, distance } = compareCurves(setting)!;
    expect(points.map(({ runs }) => runs.leechers)).toEqual([0, 162, 162]);
    expect(distance.all.model.leechers.estimate.count).toBe(2);
    expect(distance.afterStart.model.leechers.verdict).toBe('not met');
  });

  test('unless there is none', () => {
    expect(compareSteady({ parameters: {}, runs: [undefined] })).toBeUndefined();
    expect(compareCurves({ parameters: {}, runs: [undefined] })).toBeUndefined();
  });
});

test('the page has the section', () => {
  const page = readFileSync(inRepository(`docs/${FLUID}.md`), 'utf8');
  expect(withSection(page, FLUID, 'new')).toContain('\nnew\n');
});
