import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

import { readExperiment } from '../../packages/runner/src/campaign/experiment/read.ts';
import { inRepository } from '../files.ts';
import { collectExperiment, type SettingRuns } from '../runs/collect.ts';
import type { Experiments } from '../runs/experiment-page.ts';
import { withSection } from '../runs/markdown.ts';
import {
  bySeed,
  Figures,
  importsOfClass,
  type Result,
  serviceBySeeds,
  shareOfUploads,
} from './figures.ts';
import type { Finding, Paper } from './finding.ts';
import { experimentsOf, PAPERS } from './papers.ts';
import { FINDINGS_PAGE, FINDINGS_SECTION, judgedFindings, sectionOf } from './section.ts';
import { type Bounds, judge, verdictOn } from './verdict.ts';

describe('a verdict', () => {
  const within: Bounds = { low: 2, high: 4 };
  test.each([
    {
      rule: 'is met if the whole interval is within the bounds',
      mean: 3,
      halfWidth: 0.9,
      is: 'met',
    },
    { rule: 'is met up to the bounds', mean: 3, halfWidth: 1, is: 'met' },
    { rule: 'is not met if none of the interval is', mean: 1, halfWidth: 0.9, is: 'not met' },
    { rule: 'is not met on the other side, either', mean: 5, halfWidth: 0.9, is: 'not met' },
    { rule: 'is undecided across a bound', mean: 2.1, halfWidth: 0.2, is: 'undecided' },
    { rule: 'is undecided from outside, too', mean: 4.1, halfWidth: 0.2, is: 'undecided' },
    { rule: 'is undecided if the interval is wider', mean: 3, halfWidth: 9, is: 'undecided' },
    { rule: 'is undecided for a single run', mean: 3, halfWidth: undefined, is: 'undecided' },
  ])('$rule', ({ mean, halfWidth, is }) => {
    expect(verdictOn({ count: 5, mean, halfWidth }, within)).toBe(is);
  });

  test.each([
    { bounds: { low: 2 }, mean: 1e9, is: 'met' },
    { bounds: { low: 2 }, mean: -1e9, is: 'not met' },
    { bounds: { high: 2 }, mean: -1e9, is: 'met' },
    { bounds: { high: 2 }, mean: 1e9, is: 'not met' },
  ])('needs no second bound: $bounds, $mean', ({ bounds, mean, is }) => {
    expect(verdictOn({ count: 5, mean, halfWidth: 1 }, bounds)).toBe(is);
  });

  test('is on the mean over the seeds, with its interval', () => {
    // Student's interval of these three is 2 ± 2.48.
    const { estimate, verdict } = judge([1, 2, 3], { low: 0 })!;
    expect(estimate).toMatchObject({ count: 3, mean: 2 });
    expect(estimate.halfWidth).toBeCloseTo(2.484, 3);
    expect(verdict).toBe('undecided');
    expect(judge([], { low: 0 })).toBeUndefined();
  });
});

describe('figures', () => {
  const settings = [
    {
      parameters: { selection: 'random', upload: 100 },
      runs: [run({ redundancy: 40 }), undefined],
    },
    {
      parameters: { selection: 'biased', upload: 100 },
      runs: [run({ redundancy: 4 }), run({ redundancy: 5 })],
    },
  ] as readonly SettingRuns[];
  const figures = new Figures(settings);

  test('are combined seed by seed, without seeds that lack a run', () => {
    const random = figures.of({ selection: 'random' }, 'redundancy');
    const biased = figures.of({ selection: 'biased', upload: 100 }, 'redundancy');
    expect(random).toEqual([40, null]);
    expect(bySeed((a, b) => a / b, random, biased)).toEqual([10]);
    expect(bySeed((a) => a, biased)).toEqual([4, 5]);
  });

  test.each([{ selection: 'none' }, { upload: 100 }])(
    'of no single setting are an error',
    (name) => {
      expect(() => figures.of(name, 'redundancy')).toThrow('settings have the parameters');
    },
  );

  const result = {
    classes: [
      { name: 'slow', count: 10, meanMs: 200 },
      { name: 'fast', count: 10, meanMs: 100 },
    ],
    classTraffic: [
      { from: 'seed', to: 'slow', bytes: 2_000, leecherBytes: 0 },
      { from: 'seed', to: 'fast', bytes: 1_000, leecherBytes: 0 },
      { from: 'fast', to: 'slow', bytes: 900, leecherBytes: 25 },
      { from: 'fast', to: 'fast', bytes: 100, leecherBytes: 75 },
    ],
  } as unknown as Result;

  test('of who serves whom count what leechers send before they complete', () => {
    expect(shareOfUploads('fast', 'fast')(result)).toBe(0.75);
    expect(shareOfUploads('slow', 'fast')(result)).toBeNull();
  });

  test('of imports count what a class receives from all others, seeds included', () => {
    expect(importsOfClass('slow')(result)).toBe(2_900);
    expect(importsOfClass('fast')(result)).toBe(1_000);
    expect(importsOfClass('none')(result)).toBeNull();
  });

  test('of seeds are rates, so that who completes later is not served better', () => {
    expect(serviceBySeeds('slow')(result)).toBe(0);
    const [first, ...rest] = result.classTraffic!;
    const uneven = { ...result, classTraffic: [{ ...first!, bytes: 6_000 }, ...rest] };
    // Rates of 3 and 1: the mean is 2.
    expect(serviceBySeeds('slow')(uneven)).toBe(0.5);
    expect(serviceBySeeds('fast')(uneven)).toBe(-0.5);
    expect(serviceBySeeds('none')(uneven)).toBeNull();
  });
});

describe('the papers', () => {
  const names = PAPERS.flatMap(experimentsOf);

  test('have experiments whose settings their findings name', async () => {
    const section = sectionOf(PAPERS, await withoutRuns(names));
    const findings = PAPERS.flatMap((paper) => paper.findings);
    expect(section).toContain(`${findings.length} were not run.`);
    expect(section.split('not run |')).toHaveLength(findings.length + 1);
  });

  test('are told apart by name', () => {
    expect(new Set(PAPERS.map(({ name }) => name)).size).toBe(PAPERS.length);
    expect(new Set(names).size).toBe(names.length);
  });

  test('have their section on the page', () => {
    const page = readFileSync(inRepository(FINDINGS_PAGE), 'utf8');
    expect(withSection(page, FINDINGS_SECTION, 'new')).not.toBe(page);
  });

  test('are judged by the runs', async () => {
    const experiments = await withoutRuns(['legout-2006']);
    const { file, settings } = experiments.get('legout-2006')!;
    const shares: Readonly<Record<string, number>> = {
      rarest: 0.95,
      random: 0.8,
      'in-order': 0.99,
    };
    const withRuns = settings.map(({ parameters }) => ({
      parameters,
      runs: [-0.01, 0, 0.01].map((noise) =>
        run(interest(shares[parameters['pieceOrder'] as string]! + noise)),
      ),
    })) as unknown as readonly SettingRuns[];
    const paper = PAPERS.find(({ name }) => name === 'legout-2006')!;
    const judged = judgedFindings(
      {
        ...paper,
        findings: paper.findings.filter(({ quantity }) => quantity.includes('interest')),
      },
      new Map([['legout-2006', { file, settings: withRuns }]]),
    );
    expect(judged.map(({ judgement }) => judgement?.verdict)).toEqual(['met', 'met', 'not met']);
  });
});

test('a table shows bounds, means and verdicts', async () => {
  const finding: Finding = {
    claim: 'Water is wet',
    experiment: 'legout-2006',
    quantity: 'wetness',
    bounds: { low: -0.1, high: 0.1 },
    digits: 1,
    isShare: true,
    valuesOf: () => [0.5, 0.5],
  };
  const paper: Paper = {
    name: 'p',
    title: 'T',
    citation: 'C',
    abstract: 'A',
    differences: 'D',
    findings: [
      finding,
      { ...finding, bounds: { low: 0.4 } },
      { ...finding, valuesOf: () => [0.5] },
    ],
  };
  const lines = sectionOf([paper], await withoutRuns(['legout-2006'])).split('\n');
  expect(lines[0]).toBe('1 of 3 findings are met, 1 are not met, 1 are undecided.');
  const rows = lines.filter((line) => line.includes('wet')).map((line) => line.replace(/ +/g, ' '));
  expect(rows).toEqual([
    '| Water is wet | wetness | within 10.0 % | 50.0 % ± 0.0 % | 2 | **not met** |',
    '| Water is wet | wetness | ≥ 40.0 % | 50.0 % ± 0.0 % | 2 | met |',
    '| Water is wet | wetness | within 10.0 % | 50.0 % | 1 | undecided |',
  ]);
});

/** A run with these figures. */
function run(result: object): SettingRuns['runs'][number] {
  return { result } as unknown as SettingRuns['runs'][number];
}

function interest(share: number): object {
  return { timeline: { leecherConnections: [1000], interestedConnections: [1000 * share] } };
}

/** The settings of experiments, of which nothing has been run. */
async function withoutRuns(names: readonly string[]): Promise<Experiments> {
  const store = relative(inRepository('.'), mkdtempSync(join(tmpdir(), 'findings-')));
  const { signal } = new AbortController();
  const options = { store, threads: 1, storedOnly: true, log: () => {}, signal };
  const experiments = names.map(async (name) => {
    const file = await readExperiment(inRepository(`examples/experiments/${name}.yaml`));
    const settings = await collectExperiment(file.experiment, options);
    return [name, { file, settings }] as const;
  });
  return new Map(await Promise.all(experiments));
}
