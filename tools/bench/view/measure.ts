/**
 * How smoothly a recording is replayed: opens its page in a headless Chromium, plays it, and counts
 * how often the map is drawn. Without a graphics card, Chromium draws it on the CPU.
 */

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { readRecording } from '@cachetorrent/runner';
import type { Browser, CDPSession, Page } from 'playwright-core';

import { withChromium } from '../../chromium.ts';
import { withTemporaryFolder } from '../../files.ts';
import { table } from '../../runs/markdown.ts';
import { CACHETORRENT, measure } from '../process.ts';
import { type Summary, summarize } from '../statistics.ts';

export interface ViewOptions {
  /** Configuration files. */
  readonly configs: readonly string[];
  /** Further options for `cachetorrent run`. */
  readonly args: readonly string[];
  /** How often each recording is played. */
  readonly runs: number;
  /** For how long, in s. */
  readonly seconds: number;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

/** How a recording is replayed. */
export interface ViewCost {
  readonly config: string;
  readonly peers: number;
  readonly systems: number;
  /** The size of the recording, and of the page with it inside. */
  readonly recordingBytes: number;
  readonly pageBytes: number;
  /** From opening the page until all of the recording has been read, in ms. */
  readonly openMs: Summary;
  /** How often the map is drawn in a second while it plays. */
  readonly framesPerSecond: Summary;
  /** States of the swarm shown in a second. */
  readonly scenesPerSecond: Summary;
  /**
   * How long the thread of the page is busy for each of these frames, in ms: with scripts, styles
   * and layout. Workers, WebGL and what the screen shows are others.
   */
  readonly busyMs: Summary;
  /** What draws. */
  readonly renderer: string;
}

const OPEN_TIMEOUT_MS = 300_000;
const POLL_MS = 20;
/** It plays from this part of the run on, when pieces spread everywhere. */
const PLAYED_FROM = 0.2;

/** @throws UserError if there is no Chromium */
export function viewCosts(options: ViewOptions): Promise<ViewCost[]> {
  return withChromium(async (browser) => {
    const costs: ViewCost[] = [];
    for (const config of options.configs) costs.push(await costOf(browser, config, options));
    return costs;
  });
}

function costOf(browser: Browser, config: string, options: ViewOptions): Promise<ViewCost> {
  const { args, runs, log, signal } = options;
  return withTemporaryFolder(async (folder) => {
    const [out, file] = [join(folder, 'run'), join(folder, 'replay.html')];
    const flags = ['--out', out, '--record', '--quiet', ...args];
    await measure({ script: CACHETORRENT, args: ['run', config, ...flags], signal });
    await measure({ script: CACHETORRENT, args: ['view', out, '--out', file], signal });
    const recording = join(out, 'recording.ctr');
    const { header } = await readRecording(recording);
    const plays: Played[] = [];
    for (let i = 0; i < runs; i++) {
      signal.throwIfAborted();
      const played = await play(browser, file, options.seconds);
      plays.push(played);
      const rate = played.framesPerSecond.toFixed(1);
      const opened = (played.openMs / 1e3).toFixed(1);
      log(`${config}, ${i + 1} of ${runs}: opens in ${opened} s, ${rate} frames per second`);
    }
    const of = (figure: keyof Omit<Played, 'renderer'>): Summary =>
      summarize(plays.map((played) => played[figure]));
    return {
      config,
      peers: header.peers.as.length - 1,
      systems: header.as.name.length,
      recordingBytes: (await stat(recording)).size,
      pageBytes: (await stat(file)).size,
      openMs: of('openMs'),
      framesPerSecond: of('framesPerSecond'),
      scenesPerSecond: of('scenesPerSecond'),
      busyMs: of('busyMs'),
      renderer: plays[0]!.renderer,
    };
  });
}

interface Played {
  readonly openMs: number;
  readonly framesPerSecond: number;
  readonly scenesPerSecond: number;
  readonly busyMs: number;
  readonly renderer: string;
}

async function play(browser: Browser, file: string, seconds: number): Promise<Played> {
  const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
  try {
    const startMs = performance.now();
    await page.goto(pathToFileURL(file).href);
    const isRead = 'globalThis.cachetorrentView?.runs.every(({ end }) => end.value !== undefined)';
    // Not by `waitForFunction`, whose code would be evaluated by the page, which forbids it.
    while (!(await page.evaluate<boolean>(isRead))) {
      const passedMs = performance.now() - startMs;
      if (passedMs > OPEN_TIMEOUT_MS) throw new Error(`${file} is not read after ${passedMs} ms`);
      await page.waitForTimeout(POLL_MS);
    }
    const openMs = performance.now() - startMs;
    await page.evaluate(`{
      const view = cachetorrentView;
      globalThis.scenes = 0;
      view.runs[0].scene.subscribe(() => scenes++);
      view.seek(${PLAYED_FROM} * view.untilMs.value);
      view.isPlaying.value = true;
    }`);
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    const before = await counts(page);
    const busyBeforeMs = await busyMs(session);
    await page.waitForTimeout(seconds * 1_000);
    const after = await counts(page);
    const busy = (await busyMs(session)) - busyBeforeMs;
    const passed = (after.ms - before.ms) / 1e3;
    return {
      openMs,
      framesPerSecond: (after.frames - before.frames) / passed,
      scenesPerSecond: (after.scenes - before.scenes) / passed,
      busyMs: busy / Math.max(1, after.frames - before.frames),
      renderer: await page.evaluate<string>(`{
        const gl = document.createElement('canvas').getContext('webgl2');
        const names = gl?.getExtension('WEBGL_debug_renderer_info');
        names ? gl.getParameter(names.UNMASKED_RENDERER_WEBGL) : 'unknown'
      }`),
    };
  } finally {
    await page.close();
  }
}

interface Counts {
  readonly ms: number;
  readonly frames: number;
  readonly scenes: number;
}

function counts(page: Page): Promise<Counts> {
  return page.evaluate<Counts>(
    '({ ms: performance.now(), frames: cachetorrentView.framesDrawn, scenes })',
  );
}

/** How long the thread of a page has been busy, in ms. */
async function busyMs(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return 1e3 * metrics.find(({ name }) => name === 'TaskDuration')!.value;
}

export function viewTable(costs: readonly ViewCost[]): string {
  const titles = ['peers', 'AS', 'recording, MB', 'page, MB', 'opens in, s'];
  titles.push('frames per second', 'states per second', 'page busy, ms per frame');
  const rows = costs.map((cost) => [
    cost.peers.toLocaleString('en'),
    String(cost.systems),
    (cost.recordingBytes / 1e6).toFixed(1),
    (cost.pageBytes / 1e6).toFixed(1),
    withRange(cost.openMs, 1e3),
    withRange(cost.framesPerSecond),
    withRange(cost.scenesPerSecond),
    withRange(cost.busyMs),
  ]);
  const renderers = [...new Set(costs.map(({ renderer }) => renderer))];
  return `${table(titles, rows, 'rrrrrrrr')}\n\nDrawn by ${renderers.join('; ')}.`;
}

function withRange({ median, min, max }: Summary, divisor: number = 1): string {
  const text = (value: number): string => (value / divisor).toFixed(1);
  return `${text(median)} (${text(min)} – ${text(max)})`;
}
