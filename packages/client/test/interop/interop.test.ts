/**
 * Files exchanged with clients that others wrote, both ways: the quick part of what
 * `npm run interop` does. Programs that are not installed are left out.
 */

import { describe, expect, test } from 'vitest';

import { run } from './exchange.ts';
import { aria2, libtorrent, ours, rtorrent } from './programs.ts';

const BYTES = 16 * 2 ** 20;
const TIMEOUT_MS = 60_000;

describe.each([libtorrent, aria2, rtorrent])('$name', (theirs) => {
  const isThere = theirs.version() !== undefined;
  if (!isThere) {
    console.warn(`\n!!! ${theirs.name} is not installed: exchanges with it are NOT tested (docs/client.md).\n`);
  }

  test.skipIf(!isThere)('downloads from us', async () => {
    const exchange = { seeds: [ours], leeches: [theirs], bytes: BYTES, timeoutMs: TIMEOUT_MS };
    expect((await run(exchange)).sha256).toHaveLength(64);
  }, 2 * TIMEOUT_MS);

  test.skipIf(!isThere)('uploads to us', async () => {
    const exchange = { seeds: [theirs], leeches: [ours], bytes: BYTES, timeoutMs: TIMEOUT_MS };
    expect((await run(exchange)).sha256).toHaveLength(64);
  }, 2 * TIMEOUT_MS);
});
