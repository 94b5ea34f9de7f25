import { checkedSwarm, readConfig } from '@cachetorrent/runner';
import { minimumDistributionTimeMs } from '@cachetorrent/simulator';
import { describe, expect, test } from 'vitest';

import { configFile } from '../runs/configs.ts';
import { documentOf } from './document.ts';
import { inOrderOfSeed, makeExperiments, type Observed } from './experiments.ts';
import { orderings } from './orderings.ts';
import { type FigureName, PUBLISHED, PUBLISHED_T_MIN_MS } from './published-figures.ts';
import { verdictOn } from './verdict.ts';

test.each(['medium', 'bigseed'] as const)('T_min of %s is the one that was published', async (config) => {
  const { swarm } = checkedSwarm(await readConfig(configFile(config)), {});
  expect(minimumDistributionTimeMs(swarm)).toBeCloseTo(PUBLISHED_T_MIN_MS[config], -0.5);
});

describe('a figure', () => {
  const ours = (mean: number) => ({ count: 5, mean, halfWidth: 1 });
  test.each([
    { rule: 'of redundancy may differ by 3 % for BitTorrent',     protocol: 'BitTorrent',   figure: 'redundancy', off: 0.03 },
    { rule: 'of redundancy may differ by 10 % for others',        protocol: 'CacheTorrent', figure: 'redundancy', off: 0.1 },
    { rule: 'of redundancy may differ by 10 % with bias',         protocol: 'biased',       figure: 'redundancy', off: 0.1 },
    { rule: 'of time may differ by 10 % for BitTorrent',          protocol: 'BitTorrent',   figure: 'p50Ms',      off: 0.1 },
    { rule: 'of time may differ by 10 % with bias',               protocol: 'biased',       figure: 'p90Ms',      off: 0.1 },
    { rule: 'of time may differ by 15 % with leaders',            protocol: 'CacheTorrent', figure: 'meanMs',     off: 0.15 },
    { rule: 'of time may differ by 15 % with parts',              protocol: 'MultiTorrent', figure: 'p50Ms',      off: 0.15 },
  ] as const)('$rule', ({ protocol, figure, off }) => {
    for (const sign of [-1, 1]) {
      const near = verdictOn(protocol, figure, 1000, ours(1000 * (1 + sign * (off - 0.001))));
      expect(near.difference).toBeCloseTo(sign * (off - 0.001));
      expect(near.isMet).toBe(true);
      expect(verdictOn(protocol, figure, 1000, ours(1000 * (1 + sign * (off + 0.001)))).isMet).toBe(false);
    }
  });
});

describe('the comparison', () => {
  test('runs what was published by both sets of rules, first seeds first', async () => {
    const experiments = await makeExperiments({ seeds: 2 });
    expect(experiments).toHaveLength(2 * (PUBLISHED.length + 2));
    const jobs = inOrderOfSeed(experiments);
    expect(jobs.map(({ seed }) => seed)).toEqual([...jobs.keys()].map((i) => (i < jobs.length / 2 ? 1 : 2)));
    expect(new Set(jobs.map(({ name }) => name)).size).toBe(jobs.length);
    expect(jobs[0]!.checked.swarm).toMatchObject({ quirks: { repeatChokes: true }, latency: { fixedMs: 50 }, pieces: 1000 });
    const multi = experiments.find(({ variant, rules }) => variant.protocol === 'MultiTorrent' && rules === 'client')!;
    expect(multi.jobs[0]!.checked.swarm).toMatchObject({ leaderPercent: 10, subTorrents: 2, quirks: { repeatChokes: false } });
  });

  test('runs only what is asked for', async () => {
    const experiments = await makeExperiments({ seeds: 1, only: /bigseed\/client\/biased-30/ });
    expect(experiments.map(({ jobs }) => jobs[0]!.name)).toEqual(['bigseed/client/biased-30 seed 1']);
  });
});

describe('the page', () => {
  test('says that all is met where ours are the published figures', async () => {
    const page = documentOf({ observed: await observed(1), coreMs: 60_000 });
    expect(page).toContain('56 of 56 published figures are met.');
    expect(page).not.toContain('**missed**');
    expect(page).toMatch(/\| BitTorrent +\| redundancy \| +46\.90 \| +46\.90 ± 0\.00 \| +2 \| +\+0\.0 % \| +±3 % \| met/);
    expect(page).toMatch(/\| MultiTorrent, 2 parts, 10 % \| 50th, s +\| +1733 \|/);
    expect(page).toContain('T_min is 974,424 ms; published: 974,424.');
    expect(page).not.toMatch(/NaN|undefined|null/);
  });

  test('names what is missed', async () => {
    const page = documentOf({ observed: await observed(1.2), coreMs: 60_000 });
    expect(page).toContain('0 of 56 published figures are met. Missed: medium, BitTorrent: redundancy; medium, BitTorrent: 50th;');
  });

  test('is written from whatever runs there are', async () => {
    const page = documentOf({ observed: (await observed(1)).slice(0, 1), coreMs: 1000 });
    expect(page).toContain('3 of 3');
    expect(documentOf({ observed: [], coreMs: 0 })).toContain('0 of 0');
  });
});

describe('orderings', () => {
  test('hold of the published figures themselves', async () => {
    const published = orderings(await observed(1)).filter(({ rules, claim }) => rules === 'original' && !claim.includes('40 %'));
    expect(published.map(({ holds }) => holds)).toEqual([true, true, true, true, true, true, true]);
  });

  test('are not claimed where runs are missing', async () => {
    const none = orderings((await observed(1)).filter(({ variant }) => variant.protocol !== 'biased'));
    expect(none.find(({ claim }) => claim.includes('redundancy'))!.holds).toBeUndefined();
  });

  test('fail where ours are the other way round', async () => {
    const inverted = orderings(await observed(-1));
    expect(inverted.filter(({ rules, holds }) => rules === 'original' && holds === true)).toEqual([]);
  });
});

/** As if two runs of each had come to `times` the published figures. */
async function observed(times: number): Promise<Observed[]> {
  const experiments = await makeExperiments({ seeds: 2, only: /original/ });
  return experiments.map((experiment) => {
    const figure = (name: FigureName) => (experiment.published?.figures[name] ?? 1) * times;
    const group = { p50Ms: figure('p50Ms'), p90Ms: figure('p90Ms'), meanMs: figure('meanMs'), count: 699 };
    const none = { p50Ms: null, p90Ms: null, meanMs: null, count: 0 };
    const result = {
      redundancy: figure('redundancy'), traffic: 699, interAsShare: 0.9, durationMs: 1, completion: group,
      leaders: none, followers: none, messages: { have: 1 }, resultHash: '',
    };
    return { ...experiment, results: [result, result] };
  });
}
