/** What a configuration says about free-riders, peers behind a NAT, and peers that lie. */

import { describe, expect, test } from 'vitest';

import { ConfigurationError } from './configuration-error.ts';
import { resolveSwarm } from './resolve.ts';

const FILE = { pieces: 8 };

function configWith(fields: object, more: object = {}): object {
  const classes = [
    { name: 'usual', count: 10 },
    { name: 'odd', count: 5, ...fields },
  ];
  return { classes, file: FILE, ...more };
}

const classWith = (fields: object): object => resolveSwarm(configWith(fields)).swarm.classes[2]!;
const USUAL = { name: 'odd', count: 5, uploadKbps: 10_000, downloadKbps: 50_000 };

describe('a class', () => {
  test.each([
    { fields: { behaviour: 'free-rider' }, is: { behaviour: 'free-rider' } },
    { fields: { reachable: false }, is: { isReachable: false } },
    { fields: { claims: '20 %' }, is: { claimedPercent: 20 } },
    {
      fields: { behaviour: 'free-rider', reachable: false, claims: 100 },
      is: { behaviour: 'free-rider', isReachable: false, claimedPercent: 100 },
    },
    { fields: { behaviour: 'contributor', reachable: true, claims: 0 }, is: {} },
  ])('$fields', ({ fields, is }) => {
    expect(classWith(fields)).toEqual({ ...USUAL, ...is });
    // A complete configuration describes the same swarm again.
    const { swarm, config } = resolveSwarm(configWith(fields));
    expect(resolveSwarm(config)).toEqual({ swarm, config });
  });

  test('may have arrivals, too', () => {
    const config = configWith({ count: undefined }, { until: '1 d' });
    const [usual] = (config as { readonly classes: readonly object[] }).classes;
    const odd = { name: 'odd', arrivals: { rate: '9/h' }, reachable: false, claims: '5 %' };
    const { swarm } = resolveSwarm({ ...config, classes: [usual, odd] });
    expect(swarm.classes[2]).toMatchObject({ isReachable: false, claimedPercent: 5 });
  });
});

test('seeds may be free-riders or unreachable, if others are not', () => {
  const seeds = [{}, { count: 2, behaviour: 'free-rider' }, { reachable: false }];
  const { swarm, config } = resolveSwarm(configWith({}, { seeds }));
  expect(swarm.classes.slice(0, 3)).toMatchObject([
    { count: 1 },
    { count: 2, behaviour: 'free-rider' },
    { count: 1, isReachable: false },
  ]);
  expect(resolveSwarm(config)).toEqual({ swarm, config });
});

test('all leechers may be free-riders, or unreachable, as long as the seed serves them', () => {
  for (const fields of [{ behaviour: 'free-rider' }, { reachable: false }]) {
    const classes = [{ name: 'odd', count: 5, ...fields }];
    expect(() => resolveSwarm({ classes, file: FILE })).not.toThrow();
  }
});

test.each([
  {
    config: configWith({ behaviour: 'leech' }),
    at: 'classes[1].behaviour',
    problem: 'is "leech"',
    fix: 'free-rider',
  },
  {
    config: configWith({ reachable: 'no' }),
    at: 'classes[1].reachable',
    problem: 'is "no"',
    fix: 'write false',
  },
  {
    config: configWith({ claims: '120 %' }),
    at: 'classes[1].claims',
    problem: 'is 120',
    fix: '100',
  },
  { config: configWith({ claims: -1 }), at: 'classes[1].claims', problem: 'is -1', fix: '0' },
  {
    config: configWith({ claims: 'some' }),
    at: 'classes[1].claims',
    problem: 'is "some"',
    fix: '',
  },
  {
    config: configWith({}, { seeds: { claims: '5 %' } }),
    at: 'seeds',
    problem: '"claims"',
    fix: '',
  },
  {
    config: configWith({}, { seeds: { behaviour: 'free-rider' } }),
    at: 'seeds.behaviour',
    problem: 'is free-rider, and so is the only seed, so no peer could ever complete',
    fix: 'let a seed contribute',
  },
  {
    config: configWith({}, { seeds: [{ count: 2, behaviour: 'free-rider' }, { upload: 0 }] }),
    at: 'seeds[1].upload',
    problem: 'is 0 for every seed',
    fix: 'above 0',
  },
  {
    config: configWith(
      { reachable: false },
      {
        seeds: { reachable: false },
        classes: [{ name: 'odd', count: 5, reachable: false }],
      },
    ),
    at: 'classes[0].reachable',
    problem: 'is false for class "odd", and no peer that uploads is reachable either',
    fix: 'let the seeds be reachable, or this class',
  },
  {
    config: {
      seeds: { reachable: false },
      classes: [
        { name: 'rider', count: 5, behaviour: 'free-rider' },
        { name: 'silent', count: 5, upload: 0 },
        { name: 'odd', count: 5, reachable: false },
      ],
      file: FILE,
    },
    at: 'classes[2].reachable',
    problem: 'two peers that nobody can reach cannot connect',
    fix: 'let the seeds be reachable',
  },
  {
    config: { peers: 9, file: FILE, behaviour: 'free-rider' },
    at: 'behaviour',
    problem: '',
    fix: 'write it in a class',
  },
])('refused: $at $problem', ({ config, at, problem, fix }) => {
  const mistake = mistakeIn(config);
  expect(`${mistake.name}: ${mistake.problem}`).toContain(at);
  expect(`${mistake.name}: ${mistake.problem}`).toContain(problem);
  expect(mistake.fix).toContain(fix);
});

function mistakeIn(config: object) {
  try {
    resolveSwarm(config);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems[0]!;
    throw error;
  }
  throw new Error('the configuration was not refused');
}
