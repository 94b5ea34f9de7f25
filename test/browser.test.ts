/**
 * `protocol` and `tracker` in a browser: they are bundled for one as they are, and two peers in a
 * page exchange a file. Where no Chromium is installed, that is not tested, and a warning says so.
 */

import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { exchange, type Outcome } from './browser/page.ts';

const HERE = fileURLToPath(new URL('./browser/', import.meta.url));
/** What bundles have to be made of, and nothing else. */
const ENTRIES = {
  protocol: "export * from '@cachetorrent/protocol';",
  wire: "export * from '@cachetorrent/protocol/wire';",
  tracker: "export * from '@cachetorrent/tracker';",
  page: "import { exchange } from './page.ts'; globalThis.outcome = exchange();",
} as const;

/** What it bundles to for browsers, in one file; throws at whatever the bundler remarks upon. */
async function bundled(entry: keyof typeof ENTRIES): Promise<string> {
  const name = `${HERE}virtual.js`;
  const bundle = await rolldown({
    input: name,
    platform: 'browser',
    resolve: { conditionNames: ['cachetorrent-source', 'browser', 'import', 'default'] },
    onLog: (_, { message }) => { throw new Error(message); },
    plugins: [{ name: 'entry', resolveId: (id) => (id === name ? id : undefined), load: (id) => (id === name ? ENTRIES[entry] : undefined) }],
  });
  const { output } = await bundle.generate({ format: 'esm' });
  await bundle.close();
  expect(output).toHaveLength(1);
  expect(output[0].imports).toEqual([]);
  return output[0].code;
}

test.each(['protocol', 'wire', 'tracker'] as const)('%s is bundled for browsers without shims', async (entry) => {
  const code = await bundled(entry);
  expect(code.length).toBeGreaterThan(1_000);
  expect(code.match(/.*(\bfrom ['"]|\brequire\(['"]|\bnode:|\bBuffer[.(]|\bprocess\.).*/g)).toBeNull();
});

const WHOLE: Partial<Outcome> = { introductions: ['1 knows 2', '2 knows 1'], isWhole: [true, true], ends: [] };
/** Every piece crosses once, and little besides. */
const FILE_BYTES = 1_298_375;

test('two peers exchange a file in this very process', async () => {
  const outcome = await exchange();
  expect(outcome).toMatchObject(WHOLE);
  expect(outcome.carriedBytes).toBeGreaterThan(FILE_BYTES);
  expect(outcome.carriedBytes).toBeLessThan(1.01 * FILE_BYTES);
});

const executablePath = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/google-chrome']
  .find((path) => path !== undefined && existsSync(path));
if (executablePath === undefined) {
  console.warn('\n!!! No Chromium here: peers are NOT tested in a browser (apt-get install chromium).\n');
}

describe.skipIf(executablePath === undefined)('in a browser', () => {
  let browser: Browser;
  let server: Server;
  beforeAll(async () => {
    const script = await bundled('page');
    // A page has cryptography only where it comes from a server.
    server = createServer((request, response) => {
      const [type, body] = request.url === '/page.js' ? ['text/javascript', script] : ['text/html', '<script type="module" src="page.js"></script>'];
      response.writeHead(200, { 'content-type': type }).end(body);
    });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    server.close();
  });

  test('two peers exchange a file', async () => {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => errors.push(message.text()));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.waitForFunction('globalThis.outcome');
    const outcome = await page.evaluate<Outcome>('globalThis.outcome');
    expect(outcome).toMatchObject(WHOLE);
    expect(outcome.carriedBytes).toBeLessThan(1.01 * FILE_BYTES);
    expect(errors.filter((text) => !text.includes('favicon'))).toEqual([]);
  }, 30_000);
});
