/** A Chromium in which tests look at pages, and what they read there. */

import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

export const executablePath: string | undefined = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
].find((path) => path !== undefined && existsSync(path));

const TIMEOUT_MS = 30_000;

export async function launch(): Promise<Browser> {
  // Without a graphics card, WebGL is drawn by the CPU.
  const args = ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
  return chromium.launch({ executablePath: executablePath!, args });
}

/** A page that shows runs. */
export class Viewer {
  readonly page: Page;
  /** What the console says, and errors that nothing handles. */
  readonly complaints: string[] = [];
  /** The addresses that the page has asked for. */
  readonly requests: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(TIMEOUT_MS);
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      // Taking a picture of the page is slow where the CPU draws, and says so.
      const isDriver = message.text().includes('GPU stall due to ReadPixels');
      if (!isDriver) this.complaints.push(message.text());
    });
    page.on('request', (request) => this.requests.push(request.url()));
  }

  /** Opens an address, and waits until the first scene is there. */
  static async open(
    browser: Browser,
    address: string,
    options: BrowserContextOptions = {},
  ): Promise<Viewer> {
    const context = await browser.newContext({
      viewport: { width: 1600, height: 1000 },
      reducedMotion: 'reduce',
      ...options,
    });
    const viewer = new Viewer(await context.newPage());
    await viewer.page.goto(address);
    await viewer.until('view.runs.every(({ scene }) => scene.value !== undefined)');
    return viewer;
  }

  /** The value of an expression in the page, where `view` is its state. */
  read<Value>(expression: string): Promise<Value> {
    return this.page.evaluate<Value>(`{ const view = cachetorrentView; ${expression} }`);
  }

  /** Waits until an expression is true. */
  async until(condition: string): Promise<void> {
    // Not by `waitForFunction`, whose code would be evaluated by the page, which forbids it.
    const expression = `(() => { const view = globalThis.cachetorrentView;
      return view !== undefined && (${condition}); })()`;
    const isTrue = () => this.page.evaluate<boolean>(expression);
    await expect.poll(isTrue, { timeout: TIMEOUT_MS, message: condition }).toBe(true);
  }

  /** Waits until all of the recordings has been read. */
  async untilRead(): Promise<void> {
    await this.until('view.runs.every(({ end }) => end.value !== undefined)');
  }

  /** Waits until what is shown is the state at a time. */
  async untilAt(ms: number): Promise<void> {
    await this.until(`view.runs.every(({ scene }) => scene.value?.atMs === ${ms})`);
    // The figures are drawn after the scene has changed.
    await this.page.evaluate('new Promise((done) => requestAnimationFrame(() => done()))');
  }

  /** Goes to a time as a user does who types it. */
  async goTo(ms: number): Promise<void> {
    await this.page.getByLabel('Go to').fill(String(ms / 1000));
    await this.page.getByRole('button', { name: 'Go', exact: true }).click();
    await this.untilAt(ms);
  }

  /** A figure on the page. */
  async figure(name: string, run: number = 0): Promise<number> {
    const shown = this.page.locator(`[data-figure="${name}"][data-run="${run}"]`);
    return Number(await shown.getAttribute('data-value'));
  }

  /** The page has nothing to complain about, and has asked for nothing from elsewhere. */
  expectPeace(origin: string): void {
    expect(this.complaints).toEqual([]);
    const isOwn = (url: string): boolean => url.startsWith(origin) || /^(data|blob):/.test(url);
    expect(this.requests.filter((url) => !isOwn(url))).toEqual([]);
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}
