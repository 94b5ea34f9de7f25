import { describe, expect, test } from 'vitest';

import { ConfigurationError } from './configuration-error.ts';
import { pathName } from './problems.ts';
import { resolveSwarm } from './resolve.ts';

/** A swarm with leaders and the events `faults`. */
function configWith(faults: unknown, more: object = {}): object {
  return {
    peers: 50,
    until: '1 h',
    network: { as: 5 },
    file: { pieces: 8 },
    cache: { leaders: '30 %' },
    faults,
    ...more,
  };
}

const MINUTE = 60_000;

const FORMS = [
  {
    rule: 'a share of the leaders crashes',
    fault: { at: '10 min', crash: { leaders: '50 %' } },
    is: { fault: 'crash', atMs: 10 * MINUTE, who: 'leaders', percent: 50 },
  },
  {
    rule: 'a share of the peers of an AS leaves',
    fault: { at: 0, leave: { peers: 12.5, as: 3 } },
    is: { fault: 'leave', atMs: 0, who: 'peers', percent: 12.5, as: [3] },
  },
  {
    rule: 'a share of the peers of a class in several AS crashes',
    fault: { at: '1 s', crash: { peers: 100, as: [3, 0], class: 'seed' } },
    is: { fault: 'crash', atMs: 1_000, who: 'peers', percent: 100, as: [3, 0], className: 'seed' },
  },
  {
    rule: 'the tracker is silent for a time',
    fault: { at: '20 min', tracker: 'silent', for: '10 min' },
    is: { fault: 'tracker-silence', atMs: 20 * MINUTE, forMs: 10 * MINUTE },
  },
  {
    rule: 'an AS is cut off for a time',
    fault: { at: '30 min', cut: { as: 2 }, for: '5 min' },
    is: { fault: 'cut', atMs: 30 * MINUTE, as: [2], forMs: 5 * MINUTE },
  },
  {
    rule: 'the upload capacity of a class changes for a time',
    fault: { at: '40 min', capacity: { class: 'peer', upload: '1 Mbit/s' }, for: '1 h' },
    is: {
      fault: 'capacity',
      atMs: 40 * MINUTE,
      className: 'peer',
      uploadKbps: 1_000,
      forMs: 60 * MINUTE,
    },
  },
  {
    rule: 'the capacities of a class change for good',
    fault: { at: '40 min', capacity: { class: 'seed', upload: 5, download: 7 } },
    is: {
      fault: 'capacity',
      atMs: 40 * MINUTE,
      className: 'seed',
      uploadKbps: 5,
      downloadKbps: 7,
    },
  },
  {
    rule: 'seeds arrive',
    fault: { at: '50 min', seed: { upload: '20 Mbit/s', as: 3, leaves: { after: 5 } } },
    is: { fault: 'seed', atMs: 50 * MINUTE, classIndex: 2 },
  },
];

test('seeds that arrive are a class of the swarm', () => {
  const seeds = [
    { at: 5, seed: { count: 2, upload: 7 } },
    { at: 6, crash: { peers: 5 } },
    { at: 7, seed: { as: 3, leaves: { after: 5 } } },
  ];
  const { faults, classes } = resolveSwarm(configWith(seeds, { download: 9 })).swarm;
  expect(faults!.map((event) => event.fault === 'seed' && event.classIndex)).toEqual([2, false, 3]);
  const common = { name: 'seed', holdsFile: true, downloadKbps: 9 };
  expect(classes.slice(2)).toEqual([
    {
      ...common,
      count: 2,
      uploadKbps: 7,
      arrivals: [{ process: 'at-once', atMs: 5, count: 2 }],
    },
    {
      ...common,
      count: 1,
      uploadKbps: 10_000,
      homes: [{ as: 3, share: 1 }],
      session: { seedsFor: { distribution: 'fixed', value: 5 } },
      arrivals: [{ process: 'at-once', atMs: 7, count: 1 }],
    },
  ]);
});

describe('an event', () => {
  test.each(FORMS)('$rule', ({ fault, is }) => {
    const { swarm, config } = resolveSwarm(configWith([fault]));
    expect(swarm.faults).toEqual([is]);
    expect(resolveSwarm(config).swarm, 'the complete configuration').toEqual(swarm);
  });
});

test.each([
  { faults: [], at: 'faults', problem: 'is empty' },
  { faults: { at: 5 }, at: 'faults', problem: 'must be a list' },
  { faults: [{ crash: { peers: 5 } }], at: 'faults[0].at', problem: 'is missing' },
  { faults: [{ at: 5 }], at: 'faults[0]', problem: 'says when, but not what happens' },
  {
    faults: [{ at: 5, crash: { peers: 5 }, leave: { peers: 5 } }],
    at: 'faults[0]',
    problem: 'has "crash" and "leave"',
  },
  {
    faults: [{ at: 5, crash: { peer: 5 } }],
    at: 'faults[0].crash.peer',
    problem: 'there is no field "peer"',
  },
  { faults: [{ at: 5, crash: {} }], at: 'faults[0].crash', problem: 'does not say how many' },
  {
    faults: [{ at: 5, crash: { leaders: 5, peers: 5 } }],
    at: 'faults[0].crash',
    problem: 'which overlap',
  },
  { faults: [{ at: -5, crash: { peers: 5 } }], at: 'faults[0].at', problem: 'is -5' },
  { faults: [{ at: '5 kg', crash: { peers: 5 } }], at: 'faults[0].at', problem: 'no unit "kg"' },
  {
    faults: [
      { at: 5, crash: { peers: 5 } },
      { at: '1 h', crash: { peers: 5 } },
    ],
    at: 'faults[1].at',
    problem: 'is 3600 s, when the run has ended (3600 s)',
  },
  { faults: [{ at: 5, crash: { peers: 101 } }], at: 'faults[0].crash.peers', problem: 'is 101' },
  { faults: [{ at: 5, leave: { leaders: -1 } }], at: 'faults[0].leave.leaders', problem: 'is -1' },
  {
    faults: [{ at: 5, crash: { leaders: 50 } }],
    more: { cache: {} },
    at: 'faults[0].crash.leaders',
    problem: 'is a share of the leaders, but the swarm has none',
  },
  {
    faults: [{ at: 5, crash: { peers: 5, as: 5 } }],
    at: 'faults[0].crash.as',
    problem: 'is 5, but the network has 5 AS',
  },
  {
    faults: [{ at: 5, crash: { peers: 5, as: [1, -1] } }],
    at: 'faults[0].crash.as[1]',
    problem: 'is -1',
  },
  {
    faults: [{ at: 5, crash: { peers: 5, as: [1, 1] } }],
    at: 'faults[0].crash.as[1]',
    problem: 'is 1, which is listed before',
  },
  { faults: [{ at: 5, crash: { peers: 5, as: [] } }], at: 'faults[0].crash.as', problem: 'no AS' },
  {
    faults: [{ at: 5, crash: { peers: 5, class: 'dsl' } }],
    at: 'faults[0].crash.class',
    problem: 'is "dsl", but no class has this name',
  },
  {
    faults: [{ at: 5, crash: { peers: 5, class: 'late' } }],
    more: { peers: 1, classes: [{ name: 'late', arrivals: { at: 9, count: 3 } }] },
    at: 'faults[0].at',
    problem: 'before anybody of class "late" arrives',
  },
  {
    faults: [{ at: 5, crash: { peers: 5, as: 1 } }],
    more: { classes: [{ name: 'a', share: 100, as: [0, 3] }] },
    at: 'faults[0].crash.as',
    problem: 'is 1, where nobody lives',
  },
  { faults: [{ at: 5, tracker: 'silent' }], at: 'faults[0]', problem: 'how long it lasts' },
  { faults: [{ at: 5, tracker: 'silent', for: 0 }], at: 'faults[0].for', problem: 'is 0' },
  { faults: [{ at: 5, tracker: 'off', for: 5 }], at: 'faults[0].tracker', problem: 'is "off"' },
  {
    faults: [{ at: 5, crash: { peers: 5 }, for: 5 }],
    at: 'faults[0].for',
    problem: 'has no effect with "crash"',
  },
  { faults: [{ at: 5, cut: { as: 1 } }], at: 'faults[0]', problem: 'how long it lasts' },
  { faults: [{ at: 5, cut: {}, for: 5 }], at: 'faults[0].cut.as', problem: 'is missing' },
  { faults: [{ at: 5, cut: { as: 5 }, for: 5 }], at: 'faults[0].cut.as', problem: 'is 5' },
  {
    faults: [{ at: 5, cut: { as: [0, 1, 2, 3, 4] }, for: 5 }],
    at: 'faults[0].cut.as',
    problem: 'is all AS of the network',
  },
  {
    faults: [{ at: 5, capacity: { class: 'peer' } }],
    at: 'faults[0].capacity',
    problem: 'does not say what changes',
  },
  {
    faults: [{ at: 5, capacity: { upload: 5 } }],
    at: 'faults[0].capacity.class',
    problem: 'is missing',
  },
  {
    faults: [{ at: 5, capacity: { class: 'dsl', upload: 5 } }],
    at: 'faults[0].capacity.class',
    problem: 'no class has this name',
  },
  {
    faults: [{ at: 5, capacity: { class: 'peer', upload: 0 } }],
    at: 'faults[0].capacity.upload',
    problem: 'is 0',
  },
  {
    faults: [{ at: 5, capacity: { class: 'peer', download: -1 }, for: -1 }],
    at: 'faults[0].for',
    problem: 'is -1',
  },
  {
    faults: [{ at: 5, capacity: { class: 'seed', upload: 5 } }],
    more: { seeds: [{ upload: 0 }], classes: [{ name: 'a', share: 100 }] },
    at: 'seeds[0].upload',
    problem: 'is 0 for the seed',
  },
  {
    faults: [{ at: 5, capacity: { class: 'a', upload: 5 } }],
    more: {
      classes: [
        { name: 'a', share: 50, upload: 0 },
        { name: 'b', share: 50 },
      ],
    },
    at: 'faults[0].capacity.upload',
    problem: 'has no upload slots',
  },
  { faults: [{ at: '2 h', seed: {} }], at: 'faults[0].at', problem: 'when the run has ended' },
  { faults: [{ at: -1, seed: {} }], at: 'faults[0].at', problem: 'is -1' },
  {
    faults: [
      { at: 5, crash: { peers: 1 } },
      { at: 5, seed: { count: 0 } },
    ],
    at: 'faults[1].seed.count',
    problem: 'is 0',
  },
  { faults: [{ at: 5, seed: { as: 9 } }], at: 'faults[0].seed.as', problem: 'is 9' },
  { faults: [{ at: 5, seed: { upload: -1 } }], at: 'faults[0].seed.upload', problem: 'is -1' },
  { faults: [{ at: 5, seed: {}, for: 5 }], at: 'faults[0].for', problem: 'no effect with "seed"' },
  {
    faults: [{ at: 5, seed: { patience: 5 } }],
    at: 'faults[0].seed.patience',
    problem: 'there is no field "patience"',
  },
])('refused: $at $problem', ({ faults, more, at, problem }) => {
  const mistake = mistakeIn(configWith(faults, more));
  expect(pathName(mistake.path)).toBe(at);
  expect(mistake.problem).toContain(problem);
  expect(mistake.fix).not.toBe('');
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
