import { describe, expect, test } from 'vitest';

import { FORTY } from '../../../test/swarm/swarms.ts';
import { runHere } from '../../engine/threads/run-here.ts';
import { runPlanOf, simulate } from '../../simulate.ts';
import { SwarmError, SwarmStalled } from '../../errors.ts';
import { ConnectedComponents } from './connected-components.ts';
import type { LoggedMessages } from '../log/reader.ts';
import { AutonomousSystem } from '../nodes/autonomous-system.ts';
import { makePlan } from '../plan/make-plan.ts';
import { Plan } from '../plan/plan.ts';
import { modelWarningsOf } from './model-warnings.ts';
import { type Preflight, preflight } from './preflight.ts';
import type { AsReport } from '../results/observations.ts';
import type { PeerClass, Swarm } from '../plan/swarm.ts';

const preflightOf = (changes: Partial<Swarm>, seed = 1): Preflight =>
  preflight(new Plan(makePlan({ ...FORTY, ...changes }, seed)));

const warningsOf = (changes: Partial<Swarm>, seed = 1): readonly string[] =>
  preflightOf(changes, seed).warnings;

describe('neighbours', () => {
  test.each([
    { rule: 'from anywhere are connected if each peer has a few', change: {} },
    { rule: 'mostly from the own AS are connected by the others', change: { externalPercent: 17 } },
    {
      rule: 'from the own AS only are connected if there is only one AS',
      change: {
        externalPercent: 0,
        topology: { ...FORTY.topology, stubDomains: 1, stubDomainSize: 60 },
      },
    },
    {
      rule: 'are connected with leaders as without',
      change: { leaderPercent: 30, externalPercent: 17 },
    },
  ])('$rule', ({ change }) => {
    expect(warningsOf(change)).toEqual([]);
  });

  test('from the own AS only make each AS a component', () => {
    const [warning, ...others] = warningsOf({ externalPercent: 0 });
    expect(others).toEqual([]);
    expect(warning).toMatch(
      /the peers form 4 groups that are not connected to each other; 3 of them have no seed, so their peers can never complete: /,
    );
    const named = Array.from(warning!.matchAll(/(\d+) peers of AS (\d)/g), ([, peers]) =>
      Number(peers),
    );
    expect(named).toHaveLength(3);
    const plan = new Plan(makePlan(FORTY, 1));
    const expected = [0, 1, 2, 3].map(
      (asId) => [...plan.idsOf(asId)].filter((id) => id > 1).length,
    );
    for (const peers of named) expect(expected).toContain(peers);
  });

  test('from the own AS only make components even if each has a seed', () => {
    const [warning] = warningsOf({ externalPercent: 0, seeds: 30 });
    expect(warning).toContain(
      '4 groups that are not connected to each other; each group has a seed: ',
    );
  });

  test('may be connected by leaders if a component has peers in several AS', () => {
    const seed = [1, 2, 3, 4, 5, 6, 7, 8, 9].find(
      (each) => warningsOf({ neighbours: 1 }, each).length > 0,
    );
    expect(warningsOf({ neighbours: 1 }, seed)[0]).toContain('can never complete: ');
    const [warning] = warningsOf({ neighbours: 1, leaderPercent: 30 }, seed);
    expect(warning).toContain('unless a leader happens to connect them: ');
  });

  test('of peers that come later are drawn in order of id', () => {
    expect(warningsOf({ minPeers: 8 })).toEqual([]);
    expect(warningsOf({ minPeers: 8, externalPercent: 0 })[0]).toContain('not connected');
  });
});

test.each([
  { seed: 1, isSplit: false },
  { seed: 2, isSplit: true },
  { seed: 3, isSplit: true },
])(
  'the predicted components are those of the connections in the run: $seed',
  async ({ seed, isSplit }) => {
    // Nearly all are seeds, so that the run completes.
    const swarm = { ...FORTY, neighbours: 1, pieces: 2, seeds: 39 };
    const components = new ConnectedComponents(41);
    const onMessages = ({ count, from, to }: LoggedMessages) => {
      for (let i = 0; i < count; i++) components.union(from(i), to(i));
    };
    await simulate(swarm, {
      seed,
      workers: 1,
      messageLog: { kinds: ['connReq'], onMessages },
    });
    const found = new Set(Array.from({ length: 40 }, (_, i) => components.find(i + 1))).size;
    const predicted = /form (\d+) groups/.exec(
      warningsOf({ neighbours: 1 }, seed)[0] ?? 'form 1 groups',
    )![1];
    expect(predicted).toBe(String(found));
    expect(found > 1).toBe(isSplit);
  },
);

describe('elections', () => {
  test.each([
    {
      rule: 'do not run out with fewer sub-torrents than candidates',
      change: { leaderPercent: 10, subTorrents: 4 },
      expected: [],
    },
    { rule: 'of one sub-torrent never run out', change: { leaderPercent: 100 }, expected: [] },
    {
      rule: 'run out if all candidates are elected at once',
      change: { leaderPercent: 100, subTorrents: 2 },
      expected: ['in 4 AS'],
    },
    {
      rule: 'run out if there are more sub-torrents than candidates',
      change: { leaderPercent: 0, subTorrents: 40 },
      expected: ['in 4 AS'],
    },
  ])('$rule', ({ change, expected }) => {
    expect(warningsOf(change).map((warning) => /in \d AS/.exec(warning)![0])).toEqual(expected);
  });

  test('that run out are named by their AS, its peers, and the first sub-torrent that all lead', () => {
    const plan = new Plan(makePlan(FORTY, 1));
    const peers = [...plan.idsOf(2)].filter((id) => id > 0).length;
    const [warning] = warningsOf({ leaderPercent: 0, subTorrents: 40 });
    expect(warning).toContain(`AS 2 (its ${peers} peers, from sub-torrent ${peers + 1} on)`);
  });
});

describe('a run that certainly cannot complete', () => {
  const isOnAs = { topology: { ...FORTY.topology, stubDomains: 1, stubDomainSize: 60 } };
  const withSilent = (silent: number): readonly PeerClass[] => [
    { name: 'peer', count: 40 - silent, uploadKbps: 1_000, downloadKbps: 3_000 },
    { name: 'silent', count: silent, uploadKbps: 0, downloadKbps: 3_000 },
  ];
  test.each([
    { rule: 'has AS without a seed and no neighbours outside', change: { externalPercent: 0 } },
    {
      rule: 'has too small a share for one neighbour outside',
      change: { externalPercent: 16 },
    },
    {
      rule: 'has AS without a seed, in whatever order peers join',
      change: { externalPercent: 0, minPeers: 8 },
    },
    {
      rule: 'has AS without a seed, also with leaders',
      change: { externalPercent: 0, leaderPercent: 30 },
    },
    {
      rule: 'has AS whose seeds do not upload',
      change: { externalPercent: 0, seeds: 21, classes: withSilent(20).toReversed() },
    },
    {
      rule: 'has peers whose neighbours do not upload',
      change: { ...isOnAs, neighbours: 1, classes: withSilent(30) },
    },
    { rule: 'has peers that few neighbours leave alone', change: { neighbours: 1 }, seed: 2 },
  ])('$rule', async ({ change, seed = 1 }) => {
    const { problem } = preflightOf(change, seed);
    expect(problem?.problem).toMatch(/^is \d+.* (\d+) of 40 peers can never complete: /);
    const run = simulate({ ...FORTY, ...change }, { seed, workers: 1 });
    await expect(run).rejects.toThrow(SwarmError);
    await expect(run).rejects.toThrow(problem!.fix);
  });

  test.each([
    { rule: 'one neighbour may be in another AS', change: { externalPercent: 17 } },
    { rule: 'each AS has a seed', change: { externalPercent: 0, seeds: 30 } },
    { rule: 'leaders may connect its AS', change: { neighbours: 1, leaderPercent: 30 }, seed: 2 },
    {
      rule: 'who becomes a neighbour is uncertain',
      change: { neighbours: 1, minPeers: 39 },
      seed: 2,
    },
    {
      rule: 'every peer knows a seed that uploads',
      change: { neighbours: 39, classes: withSilent(39) },
    },
  ])('is not one in which $rule', ({ change, seed = 1 }) => {
    expect(preflightOf(change, seed).problem).toBeUndefined();
  });

  test('has leaders without upload capacity, and followers', async () => {
    const swarm = { ...FORTY, leaderPercent: 10, neighbours: 39, classes: withSilent(39) };
    const { problem } = preflightOf(swarm);
    expect(problem?.problem).toMatch(
      /^is 10 %, but no peer of AS [\d, ]+ has an upload capacity: /,
    );
    await expect(simulate(swarm, { seed: 1, workers: 1 })).rejects.toThrow(problem!.fix);
    expect(preflightOf({ ...swarm, leaderPercent: 100 }).problem).toBeUndefined();
    expect(preflightOf({ ...swarm, classes: withSilent(0).slice(0, 1) }).problem).toBeUndefined();
  });

  test.each([
    { leaderPercent: 1, peers: 66_000, problem: undefined },
    {
      leaderPercent: 1,
      peers: 66_300,
      problem: /^gives so few AS that each leader of AS 0 has 65,63\d followers or more, but/,
    },
  ])(
    'has leaders with more followers than connections: $peers',
    ({ leaderPercent, peers, problem }) => {
      const swarm = {
        ...FORTY,
        leaderPercent,
        latency: { model: 'fixed', fixedMs: 50 } as const,
        minPeers: peers,
        classes: [{ name: 'peer', count: peers, uploadKbps: 1_000, downloadKbps: 3_000 }],
        topology: { ...FORTY.topology, stubDomains: 1, stubDomainSize: peers + 20 },
      };
      const found = preflight(new Plan(makePlan(swarm, 1))).problem;
      if (problem === undefined) expect(found).toBeUndefined();
      else expect(found?.problem).toMatch(problem);
    },
  );

  test('has as many peers that never complete as its error says', () => {
    for (const [seed, silent] of [
      [2, 0],
      [3, 0],
      [4, 20],
      [5, 30],
    ] as const) {
      const swarm = {
        ...FORTY,
        neighbours: 1,
        pieces: 2,
        classes: withSilent(silent).slice(0, silent === 0 ? 1 : 2),
      };
      const plan = new Plan(makePlan(swarm, seed));
      const { reports } = runHere(
        runPlanOf(plan),
        (context) => new AutonomousSystem(plan, context),
      );
      const lacking = (reports as readonly AsReport[]).flatMap(({ prospects }) => [
        ...(prospects ?? []),
      ]);
      const found = lacking.reduce((sum, count) => sum + count, 0);
      const foreseen = / (\d+) of 40 peers/.exec(
        preflight(plan).problem?.problem ?? ' 0 of 40 peers',
      )![1];
      expect({ seed, foreseen }).toEqual({ seed, foreseen: String(found) });
    }
  });
});

test('a run that may complete warns before it starts', async () => {
  const warnings: string[] = [];
  const onWarning = (warning: string) => warnings.push(warning);
  const swarm = { ...FORTY, neighbours: 1, minPeers: 20, pieces: 5, arrivalGapMs: 500 };
  const run = simulate(swarm, { seed: 3, workers: 1, onWarning });
  await expect(run).rejects.toThrow(SwarmStalled);
  await expect(run).rejects.toThrow(/have no neighbour that can upload and holds a piece/);
  expect(warnings).toEqual([
    ...modelWarningsOf(swarm).map(({ text }) => text),
    ...preflight(new Plan(makePlan(swarm, 3))).warnings,
  ]);
  expect(warnings.filter((warning) => warning.includes('not connected'))).toHaveLength(1);
});
