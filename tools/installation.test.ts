/** When `npm start` installs the workspace again. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';

import { isInstalled, markChanging, markInstalled } from './installation.mjs';

const PNPM = 'pnpm@1.0.0';
let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'workspace-'));
  write('pnpm-lock.yaml', 'lockfileVersion: 9\n');
  write('pnpm-workspace.yaml', 'packages: [packages/*]\n');
  write('package.json', '{}');
  write('packages/std/package.json', '{}');
  write('packages/std/src/index.ts', '');
  write('node_modules/.modules.yaml', '{}');
});

test('a fresh clone is not installed', () => {
  expect(isInstalled(root, PNPM)).toBe(false);
});

describe('an installed workspace', () => {
  beforeEach(() => markInstalled(root, PNPM));

  test('is installed', () => {
    expect(isInstalled(root, PNPM)).toBe(true);
  });

  test.each([
    { change: 'a package is added', act: () => write('packages/new/package.json', '{}') },
    { change: 'a manifest changes', act: () => write('packages/std/package.json', '{"a":1}') },
    { change: 'the lockfile changes', act: () => write('pnpm-lock.yaml', 'lockfileVersion: 10\n') },
    { change: 'the settings change', act: () => write('pnpm-workspace.yaml', 'packages: []\n') },
    { change: 'pnpm is called by hand', act: () => write('node_modules/.modules.yaml', '{"a":1}') },
    { change: 'node_modules is deleted', act: () => rmSync(join(root, 'node_modules'), FORCE) },
    { change: 'another installation was not finished', act: () => markChanging(root) },
  ])('is installed again if $change', ({ act }) => {
    act();
    expect(isInstalled(root, PNPM)).toBe(false);
  });

  test('is installed again by another version of pnpm', () => {
    expect(isInstalled(root, 'pnpm@2.0.0')).toBe(false);
  });

  test('stays installed if a source changes', () => {
    write('packages/std/src/index.ts', 'export const a = 1;\n');
    expect(isInstalled(root, PNPM)).toBe(true);
  });
});

const FORCE = { recursive: true, force: true } as const;

function write(path: string, text: string): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
