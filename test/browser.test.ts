/**
 * `protocol`, `tracker` and `recording` in a browser: they can be bundled without changes; in a
 * page, two peers exchange a file, and a recording is replayed. Without Chromium, the tests in a
 * page are skipped with a warning.
 */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { exchange, type ExchangeOutcome } from './browser/page.ts';
import { replay, type Replayed } from './browser/replay.ts';
import { record, sourceOf } from './recorded.ts';
import { smallSwarm } from './swarms.ts';
import { executablePath } from './view/viewer.ts';

const HERE = fileURLToPath(new URL('./browser/', import.meta.url));
/** The sources of the bundles. */
const ENTRIES = {
  protocol: "export * from '@cachetorrent/protocol';",
  wire: "export * from '@cachetorrent/protocol/wire';",
  tracker: "export * from '@cachetorrent/tracker';",
  recording: "export * from '@cachetorrent/recording';",
  replay:
    "import { fetched, replay } from './replay.ts';" +
    "globalThis.outcome = replay(() => fetched('a.ctr'));",
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

test.each(['protocol', 'wire', 'tracker', 'recording'] as const)(
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

if (executablePath === undefined) {
  console.warn(
    '\n!!! Chromium is not installed: pages are NOT tested in a browser (apt-get install chromium).\n',
  );
}

describe.skipIf(executablePath === undefined)('in a browser', () => {
  let browser: Browser;
  let server: Server;
  let recorded: Uint8Array;
  beforeAll(async () => {
    const scripts = { '/page.js': await bundle('page'), '/replay.js': await bundle('replay') };
    ({ bytes: recorded } = await record(smallSwarm({ changes: { leaderPercent: 30 } })));
    // Only a page from a server has the Web Crypto API.
    server = createServer((request, response) => {
      const path = request.url ?? '';
      const [type, body] = Object.hasOwn(scripts, path)
        ? ['text/javascript', scripts[path as keyof typeof scripts]]
        : path === '/a.ctr'
          ? ['application/octet-stream', recorded]
          : ['text/html', `<script type="module" src="${path}.js"></script>`];
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

  /** The outcome of the script with this name, in a page of its own. */
  async function outcomeOf<Outcome>(script: string): Promise<Outcome> {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => errors.push(message.text()));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${script}`);
    await page.waitForFunction('globalThis.outcome');
    const outcome = await page.evaluate<Outcome>('globalThis.outcome');
    expect(errors.filter((text) => !text.includes('favicon'))).toEqual([]);
    return outcome;
  }

  test('two peers exchange a file', async () => {
    const outcome = await outcomeOf<ExchangeOutcome>('page');
    expect(outcome).toMatchObject(WHOLE);
    expect(outcome.transferredBytes).toBeLessThan(1.01 * FILE_BYTES);
  }, 30_000);

  test('a recording is replayed as in Node', async () => {
    const outcome = await outcomeOf<Replayed>('replay');
    expect(outcome).toEqual(await replay(sourceOf(recorded)));
    expect(outcome).toMatchObject({ isComplete: true, totals: { leechers: 0, seeds: 40 } });
  }, 30_000);
});
