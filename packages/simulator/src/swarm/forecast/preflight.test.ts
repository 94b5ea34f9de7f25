import { describe, expect, test } from 'vitest';

import { FORTY } from '../../../test/swarm/swarms.ts';
import { simulate } from '../../simulate.ts';
import { SwarmStalled } from '../../errors.ts';
import { ConnectedComponents } from './connected-components.ts';
import type { LoggedMessages } from '../log/reader.ts';
import { makePlan } from '../plan/make-plan.ts';
import { Plan } from '../plan/plan.ts';
import { preflight } from './preflight.ts';
import type { Swarm } from '../plan/swarm.ts';

const warningsOf = (changes: Partial<Swarm>, seed = 1): readonly string[] =>
  preflight(new Plan(makePlan({ ...FORTY, ...changes }, seed)));

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
    const swarm = { ...FORTY, neighbours: 1, pieces: 2 };
    const components = new ConnectedComponents(41);
    const onMessages = ({ count, from, to }: LoggedMessages) => {
      for (let i = 0; i < count; i++) components.union(from(i), to(i));
    };
    // If there are components without the seed, the run stalls.
    await simulate(swarm, {
      seed,
      workers: 1,
      messageLog: { kinds: ['connReq'], onMessages },
    }).catch(() => {});
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

test('a run warns before it starts; components without a seed then stall', async () => {
  const warnings: string[] = [];
  const swarm = { ...FORTY, externalPercent: 0, pieces: 5 };
  const run = simulate(swarm, {
    seed: 1,
    workers: 1,
    onWarning: (warning) => warnings.push(warning),
  });
  await expect(run).rejects.toThrow(SwarmStalled);
  await expect(run).rejects.toThrow(/but some peers that lack it have no such neighbour/);
  expect(warnings).toEqual(warningsOf({ externalPercent: 0 }));
});
