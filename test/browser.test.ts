/**
 * `protocol` and `tracker` in a browser: they can be bundled without changes, and two peers in a
 * page exchange a file. Without Chromium, the second test is skipped with a warning.
 */

import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { exchange, type ExchangeOutcome } from './browser/page.ts';

const HERE = fileURLToPath(new URL('./browser/', import.meta.url));
/** The sources of the bundles. */
const ENTRIES = {
  protocol: "export * from '@cachetorrent/protocol';",
  wire: "export * from '@cachetorrent/protocol/wire';",
  tracker: "export * from '@cachetorrent/tracker';",
  page: "import { exchange } from './page.ts'; globalThis.outcome = exchange();",
} as const;

/** Bundles `entry` for browsers into one file. Throws at every warning of the bundler. */
async function bundle(entry: keyof typeof ENTRIES): Promise<string> {
  const name = `${HERE}virtual.js`;
  const build = await rolldown({
    input: name,
    platform: 'browser',
    resolve: { conditionNames: ['cachetorrent-source', 'browser', 'import', 'default'] },
    onLog: (_, { message }) => {
      throw new Error(message);
    },
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === name ? id : undefined),
        load: (id) => (id === name ? ENTRIES[entry] : undefined),
      },
    ],
  });
  const { output } = await build.generate({ format: 'esm' });
  await build.close();
  expect(output).toHaveLength(1);
  expect(output[0].imports).toEqual([]);
  return output[0].code;
}

test.each(['protocol', 'wire', 'tracker'] as const)(
  '%s is bundled for browsers without shims',
  async (entry) => {
    const code = await bundle(entry);
    expect(code.length).toBeGreaterThan(1_000);
    // Lines of comments, which begin with a star, may show imports.
    expect(
      code.match(/^(?! *\*).*(\bfrom ['"]|\brequire\(['"]|\bnode:|\bBuffer[.(]|\bprocess\.).*/gm),
    ).toBeNull();
  },
);

const WHOLE: Partial<ExchangeOutcome> = {
  introductions: ['1 knows 2', '2 knows 1'],
  isWhole: [true, true],
  ends: [],
};
/** Each piece is transferred once, with little overhead. */
const FILE_BYTES = 1_298_375;

test('two peers exchange a file in this process', async () => {
  const outcome = await exchange();
  expect(outcome).toMatchObject(WHOLE);
  expect(outcome.transferredBytes).toBeGreaterThan(FILE_BYTES);
  expect(outcome.transferredBytes).toBeLessThan(1.01 * FILE_BYTES);
});

const executablePath = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
].find((path) => path !== undefined && existsSync(path));
if (executablePath === undefined) {
  console.warn(
    '\n!!! Chromium is not installed: peers are NOT tested in a browser (apt-get install chromium).\n',
  );
}

describe.skipIf(executablePath === undefined)('in a browser', () => {
  let browser: Browser;
  let server: Server;
  beforeAll(async () => {
    const script = await bundle('page');
    // Only a page from a server has the Web Crypto API.
    server = createServer((request, response) => {
      const [type, body] =
        request.url === '/page.js'
          ? ['text/javascript', script]
          : ['text/html', '<script type="module" src="page.js"></script>'];
      response.writeHead(200, { 'content-type': type }).end(body);
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
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
    const outcome = await page.evaluate<ExchangeOutcome>('globalThis.outcome');
    expect(outcome).toMatchObject(WHOLE);
    expect(outcome.transferredBytes).toBeLessThan(1.01 * FILE_BYTES);
    expect(errors.filter((text) => !text.includes('favicon'))).toEqual([]);
  }, 30_000);
});
