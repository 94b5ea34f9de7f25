import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

import { inRepository } from '../files.ts';
import { withSection } from '../runs/markdown.ts';
import { compareRuns, type RunPair, verdictOn } from './comparison.ts';
import type { ObservedRun } from './observed-run.ts';
import { plotsOf } from './plots.ts';
import { distortionsOf, type RealRun } from './real-swarm.ts';
import { SCENARIOS } from './scenarios.ts';
import { PAGE, SECTION, sectionOf } from './section.ts';

const SCENARIO = SCENARIOS.find(({ name }) => name === 'free-riders')!;

/** A seed and three leechers, the slowest of which completes after `lastS`. */
function observed(lastS: number, unchokes: number): ObservedRun {
  const peer = (name: string, completedS: number) => ({
    class: name,
    as: 0,
    uploadBytesPerS: name === 'free-riding' ? 0 : 100,
    completedS,
  });
  return {
    peers: [peer('seed', 0), peer('giving', 40), peer('giving', 50), peer('free-riding', lastS)],
    fileBytes: 5_000,
    sentBytes: Array.from({ length: lastS }, () => 250),
    exchangedBytes: {
      seed: { giving: 600, 'free-riding': 400 },
      giving: { giving: 900, 'free-riding': 100 },
    },
    messages: {
      choke: 4,
      unchoke: unchokes,
      interested: 4,
      notInterested: 4,
      have: 40,
      request: 400,
      piece: 400,
      cancel: 0,
      allowedFast: 0,
      bitfield: 4,
      leaderStart: 0,
    },
    wastedBytes: 0,
  };
}

function real(run: ObservedRun, change: Partial<RealRun> = {}): RealRun {
  return {
    ...run,
    version: '2.0.8.0',
    durationS: 100,
    machine: {
      cpuCores: 0.3,
      waitingThreads: 0.1,
      delayMedianMs: 0.2,
      delayP95Ms: 2,
      load: 1,
      cores: 2,
    },
    seedUtilisation: 0.99,
    limitRatio: 1.01,
    otherMessages: {},
    overhead: 0.01,
    disconnections: {},
    errors: {},
    ...change,
  };
}

const pair = (seed: number, change: Partial<RealRun> = {}): RunPair => ({
  seed,
  real: real(observed(100 + seed, 8), change),
  simulated: observed(120 + seed, 12),
});

describe('a verdict', () => {
  const target = { kind: 'relative', bound: 0.1 } as const;
  test.each([
    { difference: 0.05, interval: [0.01, 0.09], verdict: 'met' },
    { difference: -0.05, interval: [-0.11, 0.01], verdict: 'met?' },
    { difference: 0.12, interval: [0.08, 0.16], verdict: 'missed?' },
    { difference: -0.2, interval: [-0.25, -0.15], verdict: 'missed' },
    { difference: 0.01, interval: undefined, verdict: 'met?' },
    { difference: NaN, interval: undefined, verdict: 'missed?' },
  ] as const)('on $difference in $interval is $verdict', ({ difference, interval, verdict }) => {
    expect(verdictOn(difference, interval, target)).toBe(verdict);
  });
});

describe('a comparison', () => {
  const setting = { scenario: SCENARIO, pieceKiB: 64 };
  const compared = compareRuns({ setting, pairs: [pair(1), pair(2)], problems: [] });
  const figure = (name: string) => compared.find((each) => each.name === name)!;

  test('is relative to the real swarm, run by run', () => {
    expect(figure('last, s')).toMatchObject({ verdict: 'missed', target: { bound: 0.15 } });
    expect(figure('last, s').difference).toBeCloseTo(20 / 101.5, 12);
    expect(figure('last, s').differenceInterval).toEqual([20 / 101.5, 20 / 101.5]);
    expect(figure('unchoke').difference).toBeCloseTo(0.5, 12);
  });

  test('of shares is absolute', () => {
    expect(figure('giving → free-riding')).toMatchObject({ difference: 0, verdict: 'met' });
  });

  test('of two figures that are 0 finds them equal', () => {
    expect(figure('cancel')).toMatchObject({ difference: 0, verdict: 'met' });
  });

  test('leaves out what a run does not have', () => {
    const unfinished = real({
      ...observed(100, 8),
      peers: observed(100, 8).peers.map((each, i) =>
        i < 3 ? each : { ...each, completedS: null },
      ),
    });
    const pairs = [pair(1), { ...pair(2), real: unfinished }];
    const last = compareRuns({ setting, pairs, problems: [] }).find(
      ({ name }) => name === 'last, s',
    );
    expect(last!.real).toMatchObject({ count: 1, mean: 101 });
    expect(last!.simulated).toMatchObject({ count: 1, mean: 121 });
  });
});

describe('the section', () => {
  const setting = { scenario: SCENARIO, pieceKiB: 64 };
  const runs = [{ setting, pairs: [pair(1), pair(2)], problems: ['seed 3: the time was up'] }];
  const pictures = [{ scenario: 'free-riders', path: 'validation/x.svg', title: 'X' }];
  const section = sectionOf({ version: '2.0.8.0', runs, pictures });

  test('has a row for each figure, with its target and verdict', () => {
    expect(section).toMatch(
      /\| last, s +\| +101\.5 ± 6\.4 \| +121\.5 ± 6\.4 \| \+19\.7 % \(\+19\.7 % to \+19\.7 %\) \| +15 % \| missed +\|/,
    );
    expect(section).toContain('![X](validation/x.svg)');
  });

  test('says what is missing and why', () => {
    expect(section).toContain('free-riders, 64 KiB, seed 3: the time was up');
  });

  test('of runs without a problem is not provisional', () => {
    const good = [{ setting, pairs: [pair(1), pair(2)], problems: [] }];
    const text = sectionOf({ version: '2.0.8.0', runs: good, pictures: [] });
    expect(text).not.toContain('provisional');
    expect(section).toContain('provisional');
  });

  test('names only the clients that have run', () => {
    expect(section).toContain('Real swarms of libtorrent 2.0.8.0, which');
    const scenario = SCENARIOS.find(({ name }) => name === 'leaders')!;
    const own = [{ setting: { scenario, pieceKiB: 64 }, pairs: [], problems: [] }];
    const text = sectionOf({ version: undefined, runs: own, pictures: [] });
    expect(text).toContain('Real swarms of our own client, which rechokes every 10 s');
    expect(text).not.toContain('libtorrent');
  });

  test('has a place on its page', () => {
    const page = readFileSync(inRepository(PAGE), 'utf8');
    expect(withSection(page, SECTION, section)).toContain('| last, s');
  });

  test('has pictures of all kinds', () => {
    const names = plotsOf(SCENARIO, runs).map(({ name }) => name.replace('free-riders-', ''));
    expect(names).toEqual(['completion', 'utilisation', 'exchange', 'messages']);
  });

  test('has a picture of the borders where there are some', () => {
    const borders = {
      trafficBytes: [
        [0, 1],
        [2, 0],
      ],
      redundancy: 1,
    };
    const scenario = SCENARIOS.find(({ name }) => name === 'no-leaders')!;
    const withBorders = { ...pair(1), real: real({ ...observed(1, 1), borders }) };
    const own = [{ setting: { scenario, pieceKiB: 64 }, pairs: [withBorders], problems: [] }];
    expect(plotsOf(scenario, own).map(({ name }) => name)).toContain('no-leaders-borders');
  });
});

describe('a real run may be distorted', () => {
  const machine = real(observed(1, 1)).machine;
  test.each([
    { what: {}, says: [] },
    {
      what: { machine: { ...machine, delayP95Ms: 80 } },
      says: ['the CPU was short: threads woke up to 80 ms late (95th percentile)'],
    },
    // Its own threads wake together, so the load is high even if each gets a CPU in time.
    { what: { machine: { ...machine, load: 5 } }, says: [] },
    { what: { seedUtilisation: 0.8 }, says: ['the seed used only 80 % of its upload capacity'] },
    { what: { limitRatio: 1.2 }, says: ['a peer sent 1.20 times its upload limit'] },
    { what: { errors: { 'listen failed': 2 } }, says: ['2 times: listen failed'] },
  ])('$says', ({ what, says }) => {
    expect(distortionsOf(real(observed(1, 1), what))).toEqual(says);
  });
});
