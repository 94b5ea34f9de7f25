import { describe, expect, test } from 'vitest';

import { FORTY } from '../../../test/swarm/swarms.ts';
import { SwarmError } from '../../errors.ts';
import type { BorderLimit } from './borders.ts';
import { checkSwarm } from './check.ts';
import { makePlan } from './make-plan.ts';
import { Plan } from './plan.ts';
import type { Swarm } from './swarm.ts';

function problemOf(changes: Partial<Swarm>): { field: string; problem: string } | undefined {
  try {
    checkSwarm({ ...FORTY, ...changes });
  } catch (error) {
    if (!(error instanceof SwarmError)) throw error;
    return { field: error.field, problem: error.problem };
  }
  return undefined;
}

describe('borders', () => {
  test.each<{ rule: string; borders: BorderLimit[]; field: string; problem: string }>([
    {
      rule: 'need a capacity',
      borders: [{ as: ['AS1'] }],
      field: 'borders[0]',
      problem: 'says which AS, but no capacity and no loss',
    },
    {
      rule: 'of a link need one, too',
      borders: [{ between: ['AS1', 'transit'] }],
      field: 'borders[0]',
      problem: 'says which link, but no capacity and no loss',
    },
    {
      rule: 'lose packets only with TCP',
      borders: [{ as: ['AS1'], lossPercent: 1 }],
      field: 'borders[0].lossPercent',
      problem: 'has no effect without TCP: only the bound of TCP depends on losses',
    },
    {
      rule: 'have no negative loss',
      borders: [{ between: ['AS1', 'transit'], lossPercent: -1 }],
      field: 'borders[0].lossPercent',
      problem: 'is -1, but a share is 0 % or more',
    },
    {
      rule: 'have no negative capacity',
      borders: [{ upKbps: -1 }],
      field: 'borders[0].upKbps',
      problem: 'is -1, but a capacity is 0 or more',
    },
    {
      rule: 'have no infinite capacity',
      borders: [{ downKbps: Infinity }],
      field: 'borders[0].downKbps',
      problem: 'is Infinity, which is too large',
    },
    {
      rule: 'have a capacity that is a number',
      borders: [{ between: ['AS1', 'transit'], capacityKbps: NaN }],
      field: 'borders[0].capacityKbps',
      problem: 'is NaN, but must be a number',
    },
    {
      rule: 'are those of an AS of the network',
      borders: [{ as: ['AS0', 'AS4'], upKbps: 5 }],
      field: 'borders[0].as[1]',
      problem: 'is "AS4", which is no AS of this network',
    },
    {
      rule: 'are those of at least one AS',
      borders: [{ as: [], upKbps: 5 }],
      field: 'borders[0].as',
      problem: 'names no AS',
    },
    {
      rule: 'are given once',
      borders: [
        { as: ['AS1'], upKbps: 5 },
        { as: ['AS2', 'AS1'], downKbps: 5 },
        { as: ['AS3', 'AS2'], downKbps: 5 },
      ],
      field: 'borders[2].as[1]',
      problem: 'gives a capacity to the border into AS2, which has one in an earlier entry',
    },
    {
      rule: 'are given once in an entry',
      borders: [{ as: ['AS1', 'AS1'], upKbps: 5 }],
      field: 'borders[0].as[1]',
      problem: 'gives a capacity to the border out of AS1, which has one before in this entry',
    },
    {
      rule: 'of all are given once',
      borders: [{ upKbps: 5 }, { upKbps: 5 }],
      field: 'borders[1].as',
      problem: 'gives a capacity to the border out of all, which has one in an earlier entry',
    },
    {
      rule: 'of a link are given once, whatever end comes first',
      borders: [
        { between: ['AS1', 'transit'], capacityKbps: 5 },
        { between: ['transit', 'AS1'], capacityKbps: 6 },
      ],
      field: 'borders[1].between',
      problem:
        'gives a capacity to the border between AS1 and transit, which has one in an earlier entry',
    },
    {
      rule: 'are between two AS',
      borders: [{ between: ['transit', 'transit'], capacityKbps: 5 }],
      field: 'borders[0].between',
      problem: 'is transit twice',
    },
    {
      rule: 'are those of a link that there is',
      borders: [{ between: ['AS1', 'AS0'], capacityKbps: 5 }],
      field: 'borders[0].between',
      problem: 'is AS0 and AS1, between which there is no link',
    },
  ])('$rule', ({ borders, field, problem }) => {
    expect(problemOf({ borders })).toEqual({ field, problem });
  });

  test('of one AS may differ from those of all', () => {
    const borders = [
      { upKbps: 5, downKbps: 50 },
      { as: ['AS1'], upKbps: 0 },
    ];
    expect(problemOf({ borders })).toBeUndefined();
    const { names, capacityKbps } = new Plan(makePlan({ ...FORTY, borders }, 1)).borders!;
    const kbpsOf = (name: string): number => capacityKbps[names.indexOf(name)]!;
    expect(['out of AS0', 'out of AS1', 'into AS1'].map(kbpsOf)).toEqual([5, 0, 50]);
  });
});

describe('losses of borders', () => {
  const tcp = { windowBits: 1e6 };
  test.each<{ rule: string; borders: BorderLimit[]; field: string; problem: string }>([
    {
      rule: 'are no more than the model is made for',
      borders: [{ lossPercent: 11 }],
      field: 'borders[0].lossPercent',
      problem: 'is 11, which is too large',
    },
    {
      rule: 'are given once for an AS',
      borders: [
        { as: ['AS1'], lossPercent: 1 },
        { as: ['AS2', 'AS1'], lossPercent: 2 },
      ],
      field: 'borders[1].as[1]',
      problem: 'gives a loss to the links of AS1, which have one in an earlier entry',
    },
    {
      rule: 'are given once for a link',
      borders: [
        { between: ['AS1', 'transit'], lossPercent: 1 },
        { between: ['transit', 'AS1'], lossPercent: 1 },
      ],
      field: 'borders[1].between',
      problem:
        'gives a loss to the border between AS1 and transit, which has one in an earlier entry',
    },
    {
      rule: 'are those of a link that there is',
      borders: [{ between: ['AS1', 'AS2'], lossPercent: 1 }],
      field: 'borders[0].between',
      problem: 'is AS1 and AS2, between which there is no link',
    },
  ])('$rule', ({ borders, field, problem }) => {
    expect(problemOf({ borders, tcp })).toEqual({ field, problem });
  });

  test('and capacities of the same border may be in two entries', () => {
    const borders = [
      { as: ['AS1'], upKbps: 5 },
      { as: ['AS1'], lossPercent: 1 },
      { between: ['AS1', 'transit'] as const, capacityKbps: 5 },
      { between: ['AS1', 'transit'] as const, lossPercent: 1 },
    ];
    expect(problemOf({ borders, tcp })).toBeUndefined();
  });
});

describe('TCP', () => {
  test.each([
    { rule: 'has a window of a segment at least', tcp: { windowBits: 8_000 }, field: 'windowBits' },
    { rule: 'has a window as RFC 7323 allows', tcp: { windowBits: 1e10 }, field: 'windowBits' },
    { rule: 'has a finite window', tcp: { windowBits: Infinity }, field: 'windowBits' },
    {
      rule: 'loses no less than nothing',
      tcp: { windowBits: 1e6, lossPercent: -1 },
      field: 'lossPercent',
    },
    {
      rule: 'loses no more than the model is made for',
      tcp: { windowBits: 1e6, lossPercent: 11 },
      field: 'lossPercent',
    },
  ])('$rule', ({ tcp, field }) => {
    expect(problemOf({ tcp })?.field).toBe(`tcp.${field}`);
  });
});
