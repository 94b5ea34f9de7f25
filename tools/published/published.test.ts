import { checkedSwarm, readConfig } from '@cachetorrent/runner';
import { minimumDistributionTimeMs } from '@cachetorrent/simulator';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

import { configFile, inRepository } from '../files.ts';
import { documentOf, verdictOn } from './document.ts';
import { orderings } from './orderings.ts';
import { type FigureName, PUBLISHED, PUBLISHED_T_MIN_MS } from './published-figures.ts';
import { makeVariants, type MeasuredVariant } from './variants.ts';

test.each(['medium', 'bigseed'] as const)(
  'T_min of %s equals the published one',
  async (config) => {
    const { swarm } = checkedSwarm(await readConfig(configFile(config)), {});
    expect(minimumDistributionTimeMs(swarm)).toBeCloseTo(PUBLISHED_T_MIN_MS[config], -0.5);
  },
);

describe('a figure', () => {
  const ours = (mean: number) => ({ count: 5, mean, halfWidth: 1 });
  test.each([
    {
      rule: 'of redundancy may differ by 3 % for BitTorrent',
      protocol: 'BitTorrent',
      figure: 'redundancy',
      off: 0.03,
    },
    {
      rule: 'of redundancy may differ by 10 % for others',
      protocol: 'CacheTorrent',
      figure: 'redundancy',
      off: 0.1,
    },
    {
      rule: 'of redundancy may differ by 10 % with bias',
      protocol: 'biased',
      figure: 'redundancy',
      off: 0.1,
    },
    {
      rule: 'of time may differ by 10 % for BitTorrent',
      protocol: 'BitTorrent',
      figure: 'p50Ms',
      off: 0.1,
    },
    { rule: 'of time may differ by 10 % with bias', protocol: 'biased', figure: 'p90Ms', off: 0.1 },
    {
      rule: 'of time may differ by 15 % with leaders',
      protocol: 'CacheTorrent',
      figure: 'meanMs',
      off: 0.15,
    },
    {
      rule: 'of time may differ by 15 % with sub-torrents',
      protocol: 'MultiTorrent',
      figure: 'p50Ms',
      off: 0.15,
    },
  ] as const)('$rule', ({ protocol, figure, off }) => {
    for (const sign of [-1, 1]) {
      const near = verdictOn(protocol, figure, 1000, ours(1000 * (1 + sign * (off - 0.001))));
      expect(near.difference).toBeCloseTo(sign * (off - 0.001));
      expect(near.isMet).toBe(true);
      expect(verdictOn(protocol, figure, 1000, ours(1000 * (1 + sign * (off + 0.001)))).isMet).toBe(
        false,
      );
    }
  });
});

describe('the comparison', () => {
  test('runs the published variants by both sets of rules', async () => {
    const variants = await makeVariants({});
    expect(variants).toHaveLength(2 * (PUBLISHED.length + 2));
    expect(new Set(variants.map(({ name }) => name)).size).toBe(variants.length);
    expect(variants[0]!.swarm).toMatchObject({
      quirks: { repeatChokes: true },
      latency: { fixedMs: 50 },
      pieces: 1000,
    });
    const multi = variants.find(
      ({ variant, rules }) => variant.protocol === 'MultiTorrent' && rules === 'client',
    )!;
    expect(multi.swarm).toMatchObject({
      leaderPercent: 10,
      subTorrents: 2,
      quirks: { repeatChokes: false },
    });
  });

  test('can be restricted to some variants', async () => {
    const variants = await makeVariants({ only: /bigseed\/client\/biased-30/ });
    expect(variants.map(({ name }) => name)).toEqual(['bigseed/client/biased-30']);
  });
});

describe('the page', () => {
  test('says that all figures are met if ours equal the published ones', async () => {
    const page = documentOf({ measured: await measured(1), coreMs: 60_000 });
    expect(page).toContain('56 of 56 published figures are met.');
    expect(page).not.toContain('**missed**');
    expect(page).toMatch(
      /\| BitTorrent +\| redundancy \| +46\.90 \| +46\.90 ± 0\.00 \| +2 \| +\+0\.0 % \| +±3 % \| met/,
    );
    expect(page).toMatch(/\| MultiTorrent, 2 sub-torrents, 10 % \| 50th, s +\| +1733 \|/);
    expect(page).toContain('T_min is 974,424 ms; published: 974,424.');
    expect(page).not.toMatch(/NaN|undefined|null/);
  });

  test('names the figures that are missed', async () => {
    const page = documentOf({ measured: await measured(1.2), coreMs: 60_000 });
    expect(page).toContain(
      '0 of 56 published figures are met. Missed: medium, BitTorrent: redundancy; medium, BitTorrent: 50th;',
    );
  });

  test('in docs has the text that the tool writes', async () => {
    const withoutFigures = (page: string) =>
      page
        .split('\n\n')
        .map((block) => (block.startsWith('|') ? block.split('\n', 1)[0]! : block).trim())
        .map((block) => block.replace(/ +\|/g, ' |').replace(/\| +/g, '| '))
        .filter((block) => !/^The figures come|published figures are met/.test(block));
    const inDocs = readFileSync(inRepository('docs/published.md'), 'utf8');
    const page = documentOf({ measured: await measured(1), coreMs: 1 });
    expect(withoutFigures(inDocs)).toEqual(withoutFigures(page));
  });

  test('is written from the runs that exist', async () => {
    const page = documentOf({ measured: (await measured(1)).slice(0, 1), coreMs: 1000 });
    expect(page).toContain('3 of 3');
    expect(documentOf({ measured: [], coreMs: 0 })).toContain('0 of 0');
  });
});

describe('orderings', () => {
  test('hold for the published figures themselves', async () => {
    const published = orderings(await measured(1)).filter(
      ({ rules, claim }) => rules === 'original' && !claim.includes('40 %'),
    );
    expect(published.map(({ holds }) => holds)).toEqual([true, true, true, true, true, true, true]);
  });

  test('have no verdict if runs are missing', async () => {
    const none = orderings(
      (await measured(1)).filter(({ variant }) => variant.protocol !== 'biased'),
    );
    expect(none.find(({ claim }) => claim.includes('redundancy'))!.holds).toBeUndefined();
  });

  test('fail if ours are the other way round', async () => {
    const inverted = orderings(await measured(-1));
    expect(inverted.filter(({ rules, holds }) => rules === 'original' && holds === true)).toEqual(
      [],
    );
  });
});

/** Made-up results: two runs of each variant, with `times` the published figures. */
async function measured(times: number): Promise<MeasuredVariant[]> {
  const variants = await makeVariants({ only: /original/ });
  return variants.map((variant) => {
    const figure = (name: FigureName) => (variant.published?.figures[name] ?? 1) * times;
    const group = {
      p50Ms: figure('p50Ms'),
      p90Ms: figure('p90Ms'),
      meanMs: figure('meanMs'),
      count: 699,
    };
    const none = { p50Ms: null, p90Ms: null, meanMs: null, count: 0 };
    const result = {
      redundancy: figure('redundancy'),
      traffic: 699,
      interAsShare: 0.9,
      durationMs: 1,
      completion: group,
      leaders: none,
      followers: none,
      classes: [],
      messages: { have: 1 },
      resultHash: '',
    };
    return { ...variant, results: [result, result] };
  });
}
