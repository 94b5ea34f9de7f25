import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

import type { Result } from '../findings/figures.ts';
import { inRepository } from '../files.ts';
import { type Experiments, collectFile } from '../runs/experiment-page.ts';
import { withSection } from '../runs/markdown.ts';
import { MEDIAN, meanTimeOf, NINETIETH, UNSERVED, unservedOf } from './figures.ts';
import { EXPERIMENTS, LEADER_FAILURE, sectionOf } from './section.ts';

const NONE = { p50Ms: null, p90Ms: null, meanMs: null, count: 0 };
const RESULT = {
  redundancy: 3,
  interAsShare: 0.25,
  completion: { p50Ms: 900_000, p90Ms: 1_000_000, meanMs: 900_000, count: 4 },
  followers: { p50Ms: 950_000, p90Ms: 1_100_000, meanMs: 950_000, count: 3 },
  classes: [{ name: 'home', p50Ms: 1, p90Ms: 1, meanMs: 800_000, count: 2 }],
  timeline: {
    toMs: [20_000, 40_000],
    leechers: [40, 10],
    unserved: [4, 10],
    leaders: [6, 5],
  },
  peers: {
    role: ['seed', 'leader', 'follower', 'follower'],
    class: ['seed', 'strong', 'home', 'home'],
    departure: [null, 'crashed', null, null],
    unservedMs: [0, 90_000, 10_000, 20_000],
  },
} as unknown as Result;

describe('figures', () => {
  test('are those of the followers, and of all leechers if nobody leads', () => {
    expect([MEDIAN.of(RESULT), NINETIETH.of(RESULT)]).toEqual([950, 1100]);
    const plain = { ...RESULT, followers: NONE };
    expect([MEDIAN.of(plain), NINETIETH.of(plain)]).toEqual([900, 1000]);
  });

  test('leave out who has crashed from the time without service', () => {
    expect(UNSERVED.of(RESULT)).toBe(15);
  });

  test('are those of a class', () => {
    expect(meanTimeOf('home').of(RESULT)).toBe(800);
    expect(unservedOf('home').of(RESULT)).toBe(15);
    expect(unservedOf('none').of(RESULT)).toBeNull();
  });
});

test('the section has a row for each setting of the experiments, with what the crash changes', async () => {
  const signal = new AbortController().signal;
  const log = (): void => {};
  const store = '.cache/none';
  const options = { store, threads: undefined, storedOnly: true, log, signal };
  const experiments: Experiments = new Map(
    await Promise.all(
      EXPERIMENTS.map(async (name) => {
        const { file, settings } = await collectFile(name, { runs: 2 }, options);
        const timing = { wallMs: 1_000, workers: 1 };
        const runs = settings.map(({ parameters }, i) => ({
          parameters,
          runs: [0, 1].map((seed) => ({
            timing,
            result: { ...RESULT, redundancy: 3 + i + seed / 10 },
          })),
        }));
        return [name, { file, settings: runs }] as unknown as [string, never];
      }),
    ),
  );
  const { text, plots } = sectionOf(experiments);
  expect(text.match(/^\| CacheTorrent +\| (?:0|10|50|100) /gm)).toHaveLength(4 + 3);
  expect(text.match(/^\| (?:endless|90|30|10) +\| /gm)).toHaveLength(12);
  expect(text).not.toMatch(/NaN|undefined/);
  for (const { name } of plots) expect(text).toContain(`(${LEADER_FAILURE}/${name}.svg)`);
});

test('the page has the section', () => {
  const page = readFileSync(inRepository(`docs/${LEADER_FAILURE}.md`), 'utf8');
  expect(withSection(page, LEADER_FAILURE, 'new')).toContain('\nnew\n');
});
