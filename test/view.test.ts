/** The page that shows a run, in a browser: live, from a recording, and as a file. */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import type { RunDocument } from '@cachetorrent/runner';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { buildPage, ROOT } from './view/built-page.ts';
import { executablePath, launch, Viewer } from './view/viewer.ts';

const TIMEOUT_MS = 90_000;
const SMALL = 'examples/configs/latency.json';
const TIMELINE_MS = 10_000;

const folder = mkdtempSync(join(tmpdir(), 'cachetorrent-'));
const [plain, led] = [join(folder, 'plain'), join(folder, 'led')];
const log = join(folder, 'messages.jsonl');
const children = new Set<ChildProcess>();
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
});
afterAll(() => rmSync(folder, { recursive: true }));

if (executablePath === undefined) {
  console.warn(
    '\n!!! Chromium is not installed: views are NOT tested in a browser (apt-get install chromium).\n',
  );
}

describe.skipIf(executablePath === undefined)('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    buildPage();
    const common = ['run', SMALL, '--pieces', '60', '--quiet', '--json', '--record'];
    const timeline = ['--timeline', String(TIMELINE_MS)];
    await command(...common, '--out', plain, ...timeline);
    const kinds = ['--log', log, '--log-kinds', 'have,choke,unchoke'];
    await command(...common, '--out', led, ...timeline, '--leaders', '30', ...kinds);
    browser = await launch();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
  });

  /** Saves a page, and returns its address. */
  async function saved(name: string, ...args: string[]): Promise<string> {
    const file = join(folder, name);
    await command('view', ...args, '--out', file);
    return pathToFileURL(file).href;
  }

  test('a saved page replays without a server', { timeout: TIMEOUT_MS }, async () => {
    const address = await saved('replay.html', led);
    const viewer = await Viewer.open(browser, address);
    await viewer.untilRead();
    const { result } = documentIn(led);
    const end = await viewer.read('view.runs[0].end.value');
    expect(end).toMatchObject({ kind: 'complete', resultHash: result.resultHash });
    await viewer.page.keyboard.press('e');
    await viewer.until('view.atMs.value === view.untilMs.value && !view.isPlaying.value');
    await viewer.untilAt(await viewer.read<number>('view.untilMs.value'));
    expect(await viewer.figure('seeds')).toBe(result.completion.count + 1);
    expect(await viewer.figure('leechers')).toBe(0);
    expect(await viewer.figure('redundancy')).toBe(result.redundancy);
    expect(await viewer.read<number>('view.framesDrawn')).toBeGreaterThan(0);
    viewer.expectPeace(address);
    await viewer.close();
  });

  test('at a time, the figures are those of timeline.csv', { timeout: TIMEOUT_MS }, async () => {
    const viewer = await Viewer.open(browser, await saved('figures.html', led));
    await viewer.untilRead();
    const rows = timelineIn(led);
    const times = [...new Set(rows.map(({ toMs }) => toMs!))].slice(0, -1);
    // Also back in time.
    for (const ms of [times[3]!, times.at(-2)!, times[1]!, times[Math.floor(times.length / 2)]!]) {
      await viewer.goTo(ms);
      const now = rows.filter(({ toMs }) => toMs === ms);
      const before = rows.filter(({ toMs }) => toMs! <= ms);
      for (const name of ['leechers', 'seeds', 'leaders', 'piecesHeld', 'activeConnections']) {
        expect(await viewer.figure(name), `${name} at ${ms} ms`).toBe(sumOf(now, name));
      }
      for (const name of ['arrivals', 'completions', 'bytesFromOutside']) {
        expect(await viewer.figure(name), `${name} until ${ms} ms`).toBe(sumOf(before, name));
      }
      expect(await viewer.figure('unserved')).toBe(sumOf(now, 'unserved'));
      const systems = await viewer.read<number[]>('[...view.runs[0].scene.value.systems.leechers]');
      expect(systems).toEqual(now.map(({ leechers }) => leechers));
    }
    await viewer.close();
  });

  test('dragging the slider goes to a time', { timeout: TIMEOUT_MS }, async () => {
    const viewer = await Viewer.open(browser, await saved('drag.html', plain));
    await viewer.untilRead();
    const slider = viewer.page.getByRole('slider', { name: 'Time' });
    // Its scale follows what has been read, at most once a second.
    const untilMs = await viewer.read<number>('view.untilMs.value');
    await expect.poll(() => slider.getAttribute('max'), { timeout: 5_000 }).toBe(String(untilMs));
    const box = (await slider.boundingBox())!;
    const middle = box.y + box.height / 2;
    await viewer.page.mouse.move(box.x + 2, middle);
    await viewer.page.mouse.down();
    for (const share of [0.2, 0.4, 0.5])
      await viewer.page.mouse.move(box.x + share * box.width, middle);
    await viewer.page.mouse.up();
    const atMs = await viewer.read<number>('view.atMs.value');
    expect(Math.abs(atMs / untilMs - 0.5)).toBeLessThan(0.02);
    await viewer.untilAt(atMs);
    expect(await viewer.figure('timeMs')).toBe(atMs);
    await viewer.close();
  });

  test('a live run shows as many complete peers as its result', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const run = start('run', SMALL, '--leaders', '30', '--view', '--json', '--quiet');
    const viewers = [await Viewer.open(browser, await run.address)];
    viewers.push(await Viewer.open(browser, await run.address));
    for (const viewer of viewers) {
      expect(await viewer.read('view.runs[0].run.isLive')).toBe(true);
      await viewer.untilRead();
    }
    const [first, second] = viewers;
    expect(await second!.read('view.runs[0].end.value')).toEqual(
      await first!.read('view.runs[0].end.value'),
    );
    await first!.close();
    await second!.untilAt(await second!.read<number>('view.untilMs.value'));
    const seeds = await second!.figure('seeds');
    second!.expectPeace(await run.address);
    await second!.close();
    // The command ends when the last viewer has left.
    const { result } = JSON.parse(await run.stdout) as RunDocument;
    expect(seeds).toBe(result.completion.count + 1);
    expect(await run.code).toBe(0);
    const again = JSON.parse(await command('run', SMALL, '--leaders', '30', '--json', '--quiet'));
    expect(result.resultHash).toBe((again as RunDocument).result.resultHash);
  });

  test('two runs share a clock, and what differs is said', { timeout: TIMEOUT_MS }, async () => {
    const viewer = await Viewer.open(browser, await saved('two.html', plain, led));
    await viewer.untilRead();
    const { page } = viewer;
    const differences = page.getByRole('region', { name: 'What differs' });
    await expect.poll(() => differences.textContent()).toMatch(/leader/i);
    await viewer.page.keyboard.press('e');
    await viewer.until('view.atMs.value === view.untilMs.value');
    await viewer.until(
      'view.runs.every(({ scene, untilMs }) => scene.value.atMs === untilMs.value)',
    );
    for (const [run, out] of [plain, led].entries()) {
      const redundancy = documentIn(out).result.redundancy;
      await expect.poll(() => viewer.figure('redundancy', run)).toBe(redundancy);
    }
    await viewer.close();
  });

  test('messages are found, and lead to their time and peer', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const served = start('view', led, '--log', log);
    const viewer = await Viewer.open(browser, await served.address);
    await viewer.untilRead();
    const logged = readFileSync(log, 'utf8').trim().split('\n');
    const of = (line: string) => JSON.parse(line) as { ms: number; from: number; kind: string };
    const unchokes = logged.map(of).filter(({ kind }) => kind === 'unchoke');
    const { page } = viewer;
    await page.getByRole('tab', { name: 'Messages' }).click();
    await page.getByLabel('Kind').selectOption('unchoke');
    await page.getByRole('button', { name: 'Show messages' }).click();
    await page.getByRole('button', { name: 'Next message' }).click();
    const first = unchokes[0]!;
    await viewer.until(`view.atMs.value === ${first.ms}`);
    expect(await viewer.read<number>('view.runs[0].peer.value')).toBe(first.from);
    viewer.expectPeace(await served.address);
    await viewer.close();
  });

  describe('everyone can use it', () => {
    const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    const TABS = ['AS', 'Pieces', 'Peer', 'Events', 'Messages'];

    test.each([
      { width: 1600, colorScheme: 'light' },
      { width: 360, colorScheme: 'dark' },
      { width: 1600, colorScheme: 'dark' },
      { width: 360, colorScheme: 'light' },
    ] as const)(
      'axe finds nothing serious at $width pixels in $colorScheme colours',
      { timeout: TIMEOUT_MS },
      async ({ width, colorScheme }) => {
        const options = { viewport: { width, height: 900 }, colorScheme, bypassCSP: true };
        const viewer = await Viewer.open(
          browser,
          await saved(`${width}.html`, plain, led, '--force'),
          options,
        );
        await viewer.untilRead();
        await viewer.goTo(120_000);
        await viewer.read('view.runs[1].select(17)');
        for (const tab of TABS) {
          await viewer.page.getByRole('tab', { name: tab, exact: true }).click();
          await viewer.page.evaluate(AXE);
          const { violations } = await viewer.page.evaluate<AxeResult>('axe.run()');
          const serious = violations.filter(({ impact }) => /serious|critical/.test(impact));
          expect(
            serious.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
            tab,
          ).toEqual([]);
        }
        const overflow = 'document.documentElement.scrollWidth - innerWidth';
        expect(await viewer.page.evaluate<number>(overflow)).toBeLessThanOrEqual(0);
        await viewer.close();
      },
    );

    test('the keyboard alone opens an AS, a peer and a time', {
      timeout: TIMEOUT_MS,
    }, async () => {
      const viewer = await Viewer.open(browser, await saved('keys.html', led));
      await viewer.untilRead();
      const { keyboard } = viewer.page;
      await viewer.goTo(100_000);
      await viewer.page.evaluate('document.activeElement.blur()');
      await tabTo(viewer, '.map__surface');
      await keyboard.press('ArrowRight');
      await keyboard.press('Enter');
      await viewer.until('view.runs[0].openAs.value !== undefined');
      await keyboard.press('ArrowRight');
      await keyboard.press('Enter');
      await viewer.until('view.runs[0].peer.value !== undefined');
      await viewer.until('view.runs[0].scene.value.peer?.peer === view.runs[0].peer.value');
      await tabTo(viewer, '[role=tab]');
      await keyboard.press('ArrowRight');
      await tabTo(viewer, '.timeline-slider');
      await keyboard.press('PageUp');
      await viewer.untilAt(110_000);
      await keyboard.press(' ');
      await viewer.until('view.isPlaying.value');
      await keyboard.press(' ');
      await viewer.until('!view.isPlaying.value');
      await keyboard.press('?');
      const dialog = viewer.page.getByRole('dialog');
      await expect.poll(() => dialog.isVisible()).toBe(true);
      await keyboard.press('Escape');
      await expect.poll(() => dialog.isVisible()).toBe(false);
      await viewer.close();
    });

    test('Tab reaches everything that can be clicked', { timeout: TIMEOUT_MS }, async () => {
      const viewer = await Viewer.open(browser, await saved('tab.html', plain, led, '--force'));
      await viewer.untilRead();
      await viewer.read('view.runs[0].select(5)');
      for (const tab of TABS) {
        await viewer.page.getByRole('tab', { name: tab, exact: true }).click();
        const unreachable = await viewer.page.evaluate<string[]>(`{
          const all = document.querySelectorAll('button, input, select, a, summary, canvas, [role]');
          const interactive = [...all].filter((each) => each.matches(
            'button, input, select, a, summary, [role=application], [role=slider], [role=grid]'));
          const roving = (each) => each.closest('[role=tablist]') !== null;
          interactive
            .filter((each) => each.checkVisibility() && !each.disabled)
            .filter((each) => each.tabIndex < 0 && !roving(each))
            .map((each) => each.outerHTML.slice(0, 200))
        }`);
        expect(unreachable, tab).toEqual([]);
      }
      await viewer.close();
    });
  });

  describe('bad recordings', () => {
    test('a recording that was cut short is shown until there', {
      timeout: TIMEOUT_MS,
    }, async () => {
      const file = join(folder, 'cut.ctr');
      const whole = readFileSync(join(led, 'recording.ctr'));
      writeFileSync(file, whole.subarray(0, Math.floor(0.6 * whole.length)));
      const viewer = await Viewer.open(browser, await saved('cut.html', file));
      await viewer.untilRead();
      expect(await viewer.read('view.runs[0].end.value')).toEqual({ kind: 'cut' });
      expect(await viewer.page.getByRole('banner').textContent()).toMatch(/cut short|stopped/i);
      const untilMs = await viewer.read<number>('view.untilMs.value');
      expect(untilMs).toBeGreaterThan(0);
      await viewer.goTo(Math.floor(untilMs / 2_000) * 1_000);
      await viewer.close();
    });

    test('a recording that is damaged is refused, with a way to see what is left', {
      timeout: TIMEOUT_MS,
    }, async () => {
      const file = join(folder, 'damaged.ctr');
      const bytes = readFileSync(join(led, 'recording.ctr'));
      bytes[Math.floor(0.6 * bytes.length)]! ^= 1;
      writeFileSync(file, bytes);
      const failed = await command('view', file).catch((error: unknown) => String(error));
      const [, left] = /byte \d+: is damaged[^]*fix: .*the first (\d+) bytes/.exec(failed) ?? [];
      writeFileSync(file, bytes.subarray(0, Number(left)));
      const viewer = await Viewer.open(browser, await saved('rest.html', file));
      await viewer.untilRead();
      expect(await viewer.read<number>('view.untilMs.value')).toBeGreaterThan(0);
      await viewer.close();
    });
  });
});

/** Presses Tab until an element has the focus. */
async function tabTo(viewer: Viewer, selector: string): Promise<void> {
  for (let i = 0; i < 200; i++) {
    await viewer.page.keyboard.press('Tab');
    if (await viewer.page.evaluate<boolean>(`document.activeElement.matches('${selector}')`))
      return;
  }
  throw new Error(`Tab does not reach ${selector}`);
}

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

interface Started {
  /** The address of the page, which the command prints. */
  readonly address: Promise<string>;
  readonly stdout: Promise<string>;
  readonly code: Promise<number | null>;
}

const MAIN = ['--conditions=cachetorrent-source', 'packages/runner/src/main.ts'];

/** Starts a command that serves a page. */
function start(...args: string[]): Started {
  const child = spawn(process.execPath, [...MAIN, ...args], { cwd: ROOT });
  children.add(child);
  const code = new Promise<number | null>((resolve) => {
    child.on('close', (exitCode) => resolve(exitCode));
  });
  let said = '';
  const address = new Promise<string>((resolve, reject) => {
    const read = (chunk: unknown): void => {
      said += String(chunk);
      const [found] = /http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\//.exec(said) ?? [];
      if (found !== undefined) resolve(found);
    };
    child.stderr.on('data', read);
    child.stdout.on('data', read);
    child.on('close', () => reject(new Error(`has printed no address: ${said}`)));
  });
  return { address, code, stdout: text(child.stdout) };
}

/** Runs a command to its end, and returns what it prints. */
async function command(...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [...MAIN, ...args], { cwd: ROOT });
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => {
      child.on('close', (exitCode) => resolve(exitCode));
    }),
  ]);
  if (code !== 0) throw new Error(`cachetorrent ${args.join(' ')} ended with ${code}:\n${stderr}`);
  return stdout;
}

function documentIn(out: string): RunDocument {
  return JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')) as RunDocument;
}

type Row = Readonly<Record<string, number>>;

function timelineIn(out: string): readonly Row[] {
  const [names, ...rows] = readFileSync(join(out, 'timeline.csv'), 'utf8').trim().split('\n');
  const columns = names!.split(',');
  return rows.map((row) => {
    const values = row.split(',').map(Number);
    return Object.fromEntries(columns.map((name, i) => [name, values[i]!]));
  });
}

function sumOf(rows: readonly Row[], column: string): number {
  return rows.reduce((sum, row) => sum + row[column]!, 0);
}
