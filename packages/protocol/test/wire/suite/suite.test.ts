/**
 * The tests of the npm package `bittorrent-protocol`, as they are in its last version that was
 * published with them (2.4.1, MIT), against our session with that package's face.
 */

import { readdirSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { describe, expect, test } from 'vitest';

import type * as Registry from './registry.ts';

/**
 * Its extensions may put fields of their own into the extended handshake. A session has no way
 * to do that: it says what it knows the meaning of.
 */
const NOT_OURS = ['Extension.onExtendedHandshake'];

const require = createRequire(import.meta.url);
const SUITE = join(dirname(require.resolve('bittorrent-protocol-tests')), 'test');
const STAND_INS: Readonly<Record<string, string>> = {
  '../': new URL('wire-adapter.ts', import.meta.url).href,
  'tape': new URL('tape.ts', import.meta.url).href,
};

registerHooks({
  resolve(specifier, context, next) {
    const isTheirs = context.parentURL?.includes('bittorrent-protocol@2.4.1') === true;
    const url = isTheirs ? STAND_INS[specifier] : undefined;
    return url === undefined ? next(specifier, context) : { url, format: 'module-typescript', shortCircuit: true };
  },
});

// Node loads these, and not the test runner, which would give the tests another copy.
const { registered } = require('./registry.ts') as typeof Registry;

describe.each(readdirSync(SUITE).map((name) => ({ name })))('$name', ({ name }) => {
  const first = registered.length;
  require(join(SUITE, name));
  const tests = registered.slice(first).filter(({ title }) => !NOT_OURS.includes(title));
  test.each(tests)('$title', async ({ run }) => {
    expect(await run()).toBeGreaterThan(0);
  });
});

test('all of its files were there', () => {
  expect(SUITE).toContain(`bittorrent-protocol${sep}test`);
  expect(registered).toHaveLength(15);
});
