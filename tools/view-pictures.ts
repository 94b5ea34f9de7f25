/**
 * Draws the pictures of the view again, into docs/view: `npm run pictures`. It records two runs,
 * opens their page in Chromium, and takes a screenshot of each thing that docs/view.md shows.
 */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { Command } from 'commander';
import type { Browser } from 'playwright-core';

import { CACHETORRENT, measure } from './bench/process.ts';
import { withChromium } from './chromium.ts';
import { inRepository, withTemporaryFolder } from './files.ts';

interface Picture {
  readonly name: string;
  /** The runs that it shows. */
  readonly runs: readonly string[];
  readonly width: number;
  readonly height: number;
  readonly colorScheme: 'light' | 'dark';
  /** The simulated time that it shows, in s. */
  readonly atSeconds: number;
  /** What is selected in the page, whose state is `view`. */
  readonly select?: string;
  /** The tab that is open. */
  readonly tab?: string;
}

const LIGHT = { colorScheme: 'light', atSeconds: 150 } as const;
const WIDE = { ...LIGHT, width: 1440, height: 900 };
const PICTURES: readonly Picture[] = [
  { ...WIDE, name: 'two-runs', runs: ['plain', 'leaders'] },
  {
    ...WIDE,
    name: 'open-as',
    runs: ['leaders'],
    select: 'view.runs[0].openAs.value = 6',
    tab: 'Pieces',
  },
  {
    ...WIDE,
    name: 'peer',
    runs: ['leaders'],
    select: 'view.runs[0].select(17)',
    colorScheme: 'dark',
  },
];

/** What is recorded: the example of `npm start`, and the same without leaders. */
const RUNS: Readonly<Record<string, readonly string[]>> = {
  plain: [],
  leaders: ['--leaders', '30'],
};
const CONFIG = ['run', 'examples/configs/latency.json', '--pieces', '200', '--quiet'];
/** Until the map has moved to what is selected, and the curves are drawn. */
const SETTLE_MS = 2_000;
const POLL_MS = 50;

const { out } = new Command('pictures')
  .description('Draws the pictures of docs/view again, in Chromium.')
  .option('--out <folder>', 'the folder of the pictures', inRepository('docs/view'))
  .parse()
  .opts<{ readonly out: string }>();

await withTemporaryFolder(async (folder) => {
  for (const [name, flags] of Object.entries(RUNS)) {
    const args = [...CONFIG, ...flags, '--out', join(folder, name), '--record'];
    await measure({ script: CACHETORRENT, args });
  }
  await withChromium(async (browser) => {
    for (const picture of PICTURES) await draw(browser, folder, picture);
  });
});

async function draw(browser: Browser, folder: string, picture: Picture): Promise<void> {
  const { name, runs, width, height, colorScheme, atSeconds, select = '', tab } = picture;
  const file = join(folder, `${name}.html`);
  const shown = runs.map((run) => join(folder, run));
  await measure({ script: CACHETORRENT, args: ['view', ...shown, '--out', file] });
  const viewport = { width, height };
  const page = await browser.newPage({ viewport, colorScheme, reducedMotion: 'reduce' });
  await page.goto(pathToFileURL(file).href);
  const isRead = 'cachetorrentView.runs.every(({ end }) => end.value !== undefined)';
  while (!(await page.evaluate<boolean>(isRead))) await page.waitForTimeout(POLL_MS);
  await page.evaluate(
    `{ const view = cachetorrentView; view.seek(${atSeconds * 1e3}); ${select} }`,
  );
  if (tab !== undefined) await page.getByRole('tab', { name: tab, exact: true }).click();
  await page.waitForTimeout(SETTLE_MS);
  const path = join(out, `${name}.png`);
  await page.screenshot({ path });
  await page.close();
  process.stdout.write(`${path}\n`);
}
