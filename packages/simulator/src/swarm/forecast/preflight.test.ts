import { describe, expect, test } from 'vitest';

import { FORTY } from '../../../test/swarm/swarms.ts';
import { simulate } from '../../simulate.ts';
import { SwarmStalled } from '../results/diagnose.ts';
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
    { rule: 'from anywhere are connected, where there are a few each', change: {} },
    { rule: 'mostly of the own AS are connected by the others', change: { externalPercent: 17 } },
    { rule: 'of one AS are all that there are, where there is one AS', change: { externalPercent: 0, topology: { ...FORTY.topology, stubDomains: 1, stubDomainSize: 60 } } },
    { rule: 'are connected with leaders as they are without', change: { leaderPercent: 30, externalPercent: 17 } },
  ])('$rule', ({ change }) => {
    expect(warningsOf(change)).toEqual([]);
  });

  test('of the own AS alone make each AS an island', () => {
    const [warning, ...others] = warningsOf({ externalPercent: 0 });
    expect(others).toEqual([]);
    expect(warning).toMatch(/not connected. It falls into 4 islands; 3 of them have no seed, so their peers can never complete: /);
    const named = Array.from(warning!.matchAll(/(\d+) peers of AS (\d)/g), ([, peers]) => Number(peers));
    expect(named).toHaveLength(3);
    const plan = new Plan(makePlan(FORTY, 1));
    const expected = [0, 1, 2, 3].map((system) => [...plan.idsOf(system)].filter((id) => id > 1).length);
    for (const peers of named) expect(expected).toContain(peers);
  });

  test('of an AS that has its own seed are an island all the same', () => {
    const [warning] = warningsOf({ externalPercent: 0, seeds: 30 });
    expect(warning).toContain('4 islands; each of them has a seed: ');
  });

  test('may be joined by leaders, where islands lie in several AS', () => {
    const seed = [1, 2, 3, 4, 5, 6, 7, 8, 9].find((each) => warningsOf({ neighbours: 1 }, each).length > 0);
    expect(warningsOf({ neighbours: 1 }, seed)[0]).toContain('can never complete: ');
    const [warning] = warningsOf({ neighbours: 1, leaderPercent: 30 }, seed);
    expect(warning).toContain('unless a leader happens to join them: ');
  });

  test('who come later are taken to join in order of id', () => {
    expect(warningsOf({ minPeers: 8 })).toEqual([]);
    expect(warningsOf({ minPeers: 8, externalPercent: 0 })[0]).toContain('not connected');
  });
});

test.each([
  { seed: 1, many: false },
  { seed: 2, many: true },
  { seed: 3, many: true },
])('the islands foreseen are those that connections come to make: $seed', async ({ seed, many }) => {
  const swarm = { ...FORTY, neighbours: 1, pieces: 2 };
  const islands = new ConnectedComponents(41);
  const onMessages = ({ count, from, to }: LoggedMessages) => {
    for (let i = 0; i < count; i++) islands.join(from(i), to(i));
  };
  // Where there are islands without the seed, the run comes to a stop.
  await simulate(swarm, { seed, workers: 1, messageLog: { kinds: ['connReq'], onMessages } }).catch(() => {});
  const found = new Set(Array.from({ length: 40 }, (_, i) => islands.of(i + 1))).size;
  const foreseen = /into (\d+) islands/.exec(warningsOf({ neighbours: 1 }, seed)[0] ?? 'into 1 islands')![1];
  expect(foreseen).toBe(String(found));
  expect(found > 1).toBe(many);
});

describe('elections', () => {
  test.each([
    { rule: 'do not run out with fewer parts than candidates', change: { leaderPercent: 10, subTorrents: 4 }, says: [] },
    { rule: 'of one part never run out', change: { leaderPercent: 100 }, says: [] },
    { rule: 'run out where all are elected at once', change: { leaderPercent: 100, subTorrents: 2 }, says: ['in 4 AS'] },
    { rule: 'run out where there are more parts than candidates', change: { leaderPercent: 0, subTorrents: 40 }, says: ['in 4 AS'] },
  ])('$rule', ({ change, says }) => {
    expect(warningsOf(change).map((warning) => /in \d AS/.exec(warning)![0])).toEqual(says);
  });

  test('that run out are named by their AS, its peers, and the first part that all lead', () => {
    const plan = new Plan(makePlan(FORTY, 1));
    const peers = [...plan.idsOf(2)].filter((id) => id > 0).length;
    const [warning] = warningsOf({ leaderPercent: 0, subTorrents: 40 });
    expect(warning).toContain(`AS 2 (its ${peers} peers, from part ${peers + 1} on)`);
  });
});

test('a run is warned before it begins; islands without a seed then come to a stop', async () => {
  const heard: string[] = [];
  const swarm = { ...FORTY, externalPercent: 0, pieces: 5 };
  const run = simulate(swarm, { seed: 1, workers: 1, onWarning: (warning) => heard.push(warning) });
  await expect(run).rejects.toThrow(SwarmStalled);
  await expect(run).rejects.toThrow(/but not by a neighbour of all who lack it/);
  expect(heard).toEqual(warningsOf({ externalPercent: 0 }));
});
