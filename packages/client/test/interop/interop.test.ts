/**
 * Exchanges files with other BitTorrent clients, in both directions: the fast part of
 * `npm run interop`. Programs that are not installed are skipped.
 */

import { describe, expect, test } from 'vitest';

import { run } from './exchange.ts';
import { aria2, libtorrent, ours, rtorrent } from './programs.ts';

const BYTES = 16 * 2 ** 20;
const TIMEOUT_MS = 60_000;

describe.each([libtorrent, aria2, rtorrent])('$name', (other) => {
  const isInstalled = other.version() !== undefined;
  if (!isInstalled) {
    console.warn(
      `\n!!! ${other.name} is not installed: exchanges with it are NOT tested (docs/client.md).\n`,
    );
  }

  test.skipIf(!isInstalled)(
    'downloads from us',
    async () => {
      const exchange = { seeds: [ours], leeches: [other], bytes: BYTES, timeoutMs: TIMEOUT_MS };
      expect((await run(exchange)).sha256).toHaveLength(64);
    },
    2 * TIMEOUT_MS,
  );

  test.skipIf(!isInstalled)(
    'uploads to us',
    async () => {
      const exchange = { seeds: [other], leeches: [ours], bytes: BYTES, timeoutMs: TIMEOUT_MS };
      expect((await run(exchange)).sha256).toHaveLength(64);
    },
    2 * TIMEOUT_MS,
  );
});
