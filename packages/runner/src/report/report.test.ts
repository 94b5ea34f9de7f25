import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

import type { Churn } from '@cachetorrent/simulator';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { inFolder, fakeRecord, smallCampaign } from '../../test/campaigns.ts';
import { METRIC_NAMES } from '../campaign/metrics.ts';
import {
  findStoredCampaign,
  storedCampaignOf,
  writeStoredCampaign,
} from '../campaign/stored-campaign.ts';
import { Store } from '../campaign/store/store.ts';
import { type WrittenReport, writeReport } from './report.ts';

/** Plain BitTorrent, which has no leaders, and two protocols that have a percentage of leaders. */
const EXPERIMENT = {
  title: 'Shares & <leaders>',
  description: 'What "becomes" of it.',
  labels: ['protocol'],
  vary: {
    union: [
      { protocol: 'plain' },
      { protocol: 'cache', leaders: [10, 30, 50] },
      { protocol: 'random', choker: 'random', leaders: [10, 30, 50] },
    ],
  },
  repeat: 3,
  measure: ['redundancy', 'p50Ms', 'p90Ms', 'leadersP50Ms'],
  plots: [
    { x: 'leaders', y: 'redundancy', series: 'protocol' },
    { x: 'leaders', y: ['p50Ms', 'p90Ms'], series: 'protocol', yScale: 'log' },
    { x: 'choker', y: 'redundancy', facet: 'protocol', title: 'In panels' },
  ],
};

/** In pixels, without margins. */
const A4_WIDTH = 700;

/** No labels, which are words of the author. */
const FIELDS_ONLY = {
  vary: { leaders: [10, 30, 50] },
  repeat: 2,
  plots: [{ x: 'leaders', y: ['redundancy', 'p50Ms'] }],
};

/** What the page of a run does: it has a policy of its own, and a worker from its own text. */
const PAGE_WITH_WORKER = `<!doctype html>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src
'unsafe-inline'; worker-src blob:"><body><script type="module">
const text = "postMessage('drawn in a worker')";
const worker = new Worker(URL.createObjectURL(new Blob([text])));
worker.onmessage = ({ data }) => document.body.append(data);
</script>`;

async function withReport(
  use: (report: WrittenReport, folder: string) => Promise<void>,
  experiment: object = EXPERIMENT,
  damage: (store: Store, keys: readonly string[]) => Promise<unknown> = () => Promise.resolve(),
): Promise<void> {
  const plan = await smallCampaign(experiment);
  await inFolder(async (folder) => {
    const store = await Store.open(join(folder, 'a store'));
    await writeStoredCampaign(store, storedCampaignOf(plan));
    for (const run of plan.runs) await store.put(fakeRecord(run));
    await damage(
      store,
      plan.runs.map(({ key }) => key),
    );
    store.close();
    const toRead = await Store.openReadOnly(join(folder, 'a store'));
    await use(
      await writeReport(toRead, findStoredCampaign(toRead), join(folder, 'report.html')),
      folder,
    );
  });
}

describe('a report', () => {
  test('does not compare a setting with itself', () =>
    withReport(
      async ({ page }) => {
        const table = /<table [^>]*id="comparisons".*?<\/table>/s.exec(
          readFileSync(page, 'utf8'),
        )![0];
        const pairs = [...table.matchAll(/<tr><td[^>]*>(.*?)<\/td><td[^>]*>(.*?)<\/td>/g)].map(
          ([, a, b]) => [a, b],
        );
        expect(pairs.length).toBeGreaterThan(0);
        for (const [setting, baseline] of pairs) expect(setting).not.toBe(baseline);
      },
      {
        ...EXPERIMENT,
        plots: EXPERIMENT.plots.slice(0, 1),
        vary: {
          product: [
            { leaders: [10, 30] },
            { union: [{ protocol: 'plain' }, { protocol: 'random', choker: 'random' }] },
          ],
        },
      },
    ));

  test('has every plot as SVG and PNG', () =>
    withReport(async ({ plotFolder, plots }) => {
      expect(plots).toEqual([
        '1-redundancy-over-leaders',
        '2-p50Ms-over-leaders',
        '2-p90Ms-over-leaders',
        '3-redundancy-over-choker',
        'completion-times',
        'progress',
        'rates',
        'traffic',
      ]);
      expect(readdirSync(plotFolder)).toEqual(
        plots.flatMap((name) => [`${name}.png`, `${name}.svg`]),
      );
      for (const name of plots) {
        expect(readFileSync(join(plotFolder, `${name}.svg`), 'utf8')).toMatch(
          /^<svg xmlns="[^"]+"[^>]* role="img"><title>/,
        );
        const png = readFileSync(join(plotFolder, `${name}.png`));
        expect(png.subarray(1, 4).toString()).toBe('PNG');
        expect(png.length).toBeGreaterThan(5_000);
      }
      await Promise.resolve();
    }));

  test('has words and units instead of the names of fields and metrics', () =>
    withReport(async ({ page }) => {
      const html = readFileSync(page, 'utf8');
      const headers = [...html.matchAll(/<th [^>]*>(.*?)<\/th>/g)].map(([, text]) => text);
      expect(headers).toContain('median completion time (s)');
      expect(headers).toContain('share of leaders (%)');
      const titles = [...html.matchAll(/<h3>(.*?)<\/h3>/g)].map(([, text]) => text);
      expect(titles).toContain('Median completion time over share of leaders');
      for (const text of [...headers, ...titles]) expect(text).not.toMatch(/[a-z][A-Z]|Ms\b/);
      await Promise.resolve();
    }, FIELDS_ONLY));

  test('adjusts p-values for the number of comparisons, and says so', () =>
    withReport(async ({ page }) => {
      const html = readFileSync(page, 'utf8');
      // Six settings with a baseline, and three metrics that the runs have.
      expect(html).toContain('Of 18 comparisons between equal settings, about 0.9\n');
      expect(html).toContain('method of Holm (1979)');
      expect(html).toContain('<th scope="col">adjusted p-value</th>');
      await Promise.resolve();
    }));

  test('names seeds and configuration, and how to reproduce the runs', () =>
    withReport(async ({ page, data }) => {
      const html = readFileSync(page, 'utf8');
      expect(html).toContain('Shares &#38; &#60;leaders&#62;');
      expect(html).not.toContain('<leaders>');
      for (const seed of data.campaign.seeds) expect(html).toContain(String(seed));
      expect(html).toContain('cachetorrent sweep');
      expect(html).toMatch(/jq \.config &#39;\S+\/a store&#39;\/runs\//);
      expect(html).toContain('&#34;transitDomains&#34;: 1');
      await Promise.resolve();
    }));

  test('does not refer to other files', () =>
    withReport(async ({ page }) => {
      const html = readFileSync(page, 'utf8');
      expect(html).not.toMatch(/(src|href)="(?!#|data:)|@import|url\(/);
      await Promise.resolve();
    }));

  test.each([
    {
      rule: 'names the number of missing runs',
      damage: (store: Store, [key]: readonly string[]) => store.remove(key!),
      says: '1 of 21 runs are missing',
    },
    {
      rule: 'omits damaged runs',
      damage: (store: Store, [key]: readonly string[]) =>
        Promise.resolve(truncateSync(store.runFile(key!), 9)),
      says: 'is malformed; its run is not in the report',
    },
    {
      rule: 'names failures',
      damage: (store: Store, [key]: readonly string[]) =>
        store.putFailure(
          { key: key!, seed: 1, error: 'Oh no', command: 'again', attempts: 2, version: 'v' },
          {},
        ),
      says: 'failed: Oh no To reproduce: again',
    },
    {
      rule: 'says in how many runs the swarm died',
      damage: async (store: Store, keys: readonly string[]) => {
        for (const key of keys.slice(0, 3)) {
          const record = store.read(key);
          const churn = { aborted: 1 } as unknown as Churn;
          const death = { atMs: 9, pieces: [0], peers: [2] };
          const result = { ...record.result, churn, ...(key === keys[0] ? { death } : {}) };
          await store.remove(key);
          await store.put({ ...record, result });
        }
      },
      says: 'In 1 of 3 runs the swarm died: the last copy of a piece went.',
    },
    {
      rule: 'warns about few repetitions',
      damage: () => Promise.resolve(),
      says: 'There are only 3 repetitions',
    },
  ])('$rule', ({ damage, says }) =>
    withReport(
      async ({ page }) => {
        expect(readFileSync(page, 'utf8')).toContain(says);
        await Promise.resolve();
      },
      EXPERIMENT,
      damage,
    ),
  );

  test('can be created for an experiment without plots, parameters and repetitions', () =>
    withReport(async ({ page, plots }) => {
      expect(plots).toEqual(['completion-times', 'progress', 'rates', 'traffic']);
      expect(readFileSync(page, 'utf8')).toContain('There is only one repetition');
      await Promise.resolve();
    }, {}));

  test('is not created without any runs', async () => {
    const empty = withReport(
      () => Promise.resolve(),
      {},
      (store, [key]) => store.remove(key!),
    );
    await expect(empty).rejects.toThrow('has no runs of small yet');
  });

  test('does not replace a folder with other content', () =>
    inFolder(async (folder) => {
      const [run] = (await smallCampaign()).runs;
      const store = await Store.open(join(folder, 'store'));
      await writeStoredCampaign(store, storedCampaignOf(await smallCampaign()));
      await store.put(fakeRecord(run!));
      mkdirSync(join(folder, 'report-plots'));
      writeFileSync(join(folder, 'report-plots', 'thesis.tex'), '');
      const writing = writeReport(store, findStoredCampaign(store), join(folder, 'report.html'));
      await expect(writing).rejects.toThrow('contains "thesis.tex"');
      expect(existsSync(join(folder, 'report-plots', 'thesis.tex'))).toBe(true);
      store.close();
    }));
});

const BROWSERS = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/google-chrome'];
const executablePath = BROWSERS.find((path) => path !== undefined && existsSync(path));
if (executablePath === undefined) {
  console.warn(
    '\nChromium is not installed: the report is NOT tested in a browser (apt-get install chromium).\n',
  );
}

describe.skipIf(executablePath === undefined)('in a browser, a report', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] });
  }, 30_000);
  afterAll(() => browser?.close());

  /** Opens the page. Console messages and network requests are errors. */
  async function openPage(
    page: string,
    use: (page: Page) => Promise<void>,
    colorScheme: 'light' | 'dark' = 'light',
    mayRequest: (address: string) => boolean = () => false,
  ): Promise<void> {
    const context = await browser.newContext({
      colorScheme,
      viewport: { width: 1200, height: 900 },
    });
    const tab = await context.newPage();
    const problems: string[] = [];
    const address = pathToFileURL(page).href;
    tab.on('console', (message) => problems.push(message.text()));
    tab.on('pageerror', (error) => problems.push(error.message));
    tab.on('request', (request) => {
      if (request.url() !== address && !mayRequest(request.url()))
        problems.push(`requested ${request.url()}`);
    });
    try {
      await tab.goto(address);
      await use(tab);
      expect(problems).toEqual([]);
    } finally {
      await context.close();
    }
  }

  test('shows its plots', () =>
    withReport(({ page, plots }) =>
      openPage(page, async (tab) => {
        const plotElements = tab.locator('figure svg.plot');
        expect(await plotElements.count()).toBe(plots.length);
        for (const svg of await plotElements.all()) {
          const box = (await svg.boundingBox())!;
          expect(box.width).toBeGreaterThan(300);
          expect(box.height).toBeGreaterThan(150);
        }
        // Curves with a point for each value, and a horizontal line for plain BitTorrent.
        const marks = '[id="1-redundancy-over-leaders"] g[aria-label=dot] :is(path, circle)';
        expect(await tab.locator(marks).count()).toBe(6);
      }),
    ));

  test('sorts a table by mouse and keyboard', () =>
    withReport(({ page, data }) =>
      openPage(page, async (tab) => {
        const column = '#summary tbody td:nth-child(5)';
        const sorted = async () =>
          await tab
            .locator(column)
            .evaluateAll((cells) =>
              cells.map((cell) =>
                Number((cell as unknown as { dataset: { sort: string } }).dataset.sort),
              ),
            );
        const means = data.settings.map(({ intervals }) => intervals.redundancy!.mean);
        expect(await sorted()).toEqual(means);

        const head = tab.locator('#summary th').nth(4);
        await head.click();
        await tab.waitForSelector('#summary th[aria-sort=ascending]');
        await expect.poll(sorted).toEqual(means.toSorted((a, b) => a - b));
        await head.press('Enter');
        await expect.poll(sorted).toEqual(means.toSorted((a, b) => b - a));
      }),
    ));

  test('shows the replay of a run when asked to, which may use a worker, and no network', () =>
    withReport(async ({ data }, folder) => {
      const file = join(folder, 'with-replay.html');
      const store = await Store.openReadOnly(join(folder, 'a store'));
      const content = { page: gzipSync(PAGE_WITH_WORKER).toString('base64') };
      const replay = {
        setting: 'the first',
        key: data.settings[0]!.runs[0]!.key,
        seed: 1,
        content,
      };
      await writeReport(store, findStoredCampaign(store), file, () => Promise.resolve(replay));
      await openPage(
        file,
        async (tab) => {
          const frame = tab.locator('#replay-frame');
          expect(await frame.isVisible()).toBe(false);
          await tab.getByRole('button', { name: `Show the replay of run` }).press('Enter');
          await frame.contentFrame().getByText('drawn in a worker').waitFor();
          expect((await frame.boundingBox())!.height).toBeGreaterThan(500);
        },
        'light',
        (address) => address.startsWith('blob:'),
      );
    }));

  test('supports dark mode with sufficient contrast', () =>
    withReport(async ({ page }) => {
      const colours = new Map<string, { background: number; text: number }>();
      for (const scheme of ['light', 'dark'] as const) {
        await openPage(
          page,
          async (tab) => {
            const [background, text] = (await tab.evaluate(`(() => {
            const { backgroundColor, color } = getComputedStyle(document.body);
            return [backgroundColor, color].map((of) => Number(/\\d+/.exec(of)[0]));
          })()`)) as [number, number];
            colours.set(scheme, { background, text });
          },
          scheme,
        );
      }
      expect(colours.get('light')!.background - colours.get('light')!.text).toBeGreaterThan(180);
      expect(colours.get('dark')!.text - colours.get('dark')!.background).toBeGreaterThan(180);
    }));

  test('fits a narrow screen, and can be printed', () =>
    withReport(
      ({ page }) =>
        openPage(page, async (tab) => {
          await tab.setViewportSize({ width: 380, height: 700 });
          expect(await tab.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
            380,
          );
          await tab.emulateMedia({ media: 'print' });
          await tab.setViewportSize({ width: A4_WIDTH, height: 1000 });
          expect(await tab.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
            A4_WIDTH,
          );
          const pdf = await tab.pdf({ format: 'A4' });
          expect(pdf.subarray(0, 4).toString()).toBe('%PDF');
        }),
      { ...EXPERIMENT, measure: METRIC_NAMES.slice(0, 8) },
    ));
});
