/**
 * Runs the tests of the npm package `bittorrent-protocol`, from its last version that was published
 * with tests (2.4.1, MIT), against our session with that package's interface.
 */

import { readdirSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { describe, expect, test } from 'vitest';

import type { tape } from './tape.ts';

/**
 * An extension of that package may add fields to the extended handshake. A session does not support
 * that: it sends only fields that it knows.
 */
const UNSUPPORTED = ['Extension.onExtendedHandshake'];

const require = createRequire(import.meta.url);
const SUITE = join(dirname(require.resolve('bittorrent-protocol-tests')), 'test');
const REPLACEMENTS: Readonly<Record<string, string>> = {
  '../': new URL('wire-adapter.ts', import.meta.url).href,
  tape: new URL('tape.ts', import.meta.url).href,
};

registerHooks({
  resolve(specifier, context, next) {
    const isFromSuite = context.parentURL?.includes('bittorrent-protocol@2.4.1') === true;
    const url = isFromSuite ? REPLACEMENTS[specifier] : undefined;
    return url === undefined
      ? next(specifier, context)
      : { url, format: 'module-typescript', shortCircuit: true };
  },
});

// Node loads this module: the test runner would load a second copy of it.
const { registered } = require('./tape.ts') as typeof tape;

describe.each(readdirSync(SUITE).map((name) => ({ name })))('$name', ({ name }) => {
  const first = registered.length;
  require(join(SUITE, name));
  const tests = registered.slice(first).filter(({ title }) => !UNSUPPORTED.includes(title));
  test.each(tests)('$title', async ({ run }) => {
    expect(await run()).toBeGreaterThan(0);
  });
});

test('all tests of the package are registered', () => {
  expect(SUITE).toContain(`bittorrent-protocol${sep}test`);
  expect(registered).toHaveLength(15);
});
