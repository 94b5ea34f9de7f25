/**
 * Properties of the command that must hold for any file, for fast-check: it ends with 2 and a
 * message that says where, what and how to fix it, or with 0 and a plan. The tests try each a few
 * hundred times, `npm run fuzz` for as long as requested.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import * as fc from 'fast-check';

import { cli } from '../../src/cli.ts';
import { EXIT_CODE } from '../../src/exit-code.ts';
import { testEnvironment } from '../test-environment.ts';
import {
  CONFIGURATION,
  configurationTexts,
  experimentTexts,
  settings,
  type Text,
} from './documents.ts';

/** The properties by name; a property throws if it does not hold. */
export const PROPERTIES: Readonly<Record<string, fc.IRawProperty<unknown>>> = {
  'a configuration is planned, or its mistakes are named': fc.asyncProperty(
    configurationTexts,
    (text) => isPlannedOrRefused(text, (file) => ['run', file, '--plan', '--force']),
  ) as fc.IRawProperty<unknown>,

  'fields on the command line are planned, or their mistakes are named': fc.asyncProperty(
    settings,
    (fields) => {
      const options = fields.flatMap((field) => ['--set', field]);
      const text: Text = { text: JSON.stringify(CONFIGURATION), extension: '.json' };
      return isPlannedOrRefused(text, (file) => ['run', file, '--plan', '--force', ...options]);
    },
  ) as fc.IRawProperty<unknown>,

  'an experiment is planned, or its mistakes are named': fc.asyncProperty(experimentTexts, (text) =>
    isPlannedOrRefused(text, (file) => ['sweep', file, '--dry-run', '--store', 'no-such-store']),
  ) as fc.IRawProperty<unknown>,
};

/** Checks all properties with one seed. Returns a description of the first failure. */
export async function falsify(seed: number, runs: number): Promise<string | undefined> {
  for (const [name, property] of Object.entries(PROPERTIES)) {
    const result = await fc.check(property, { seed, numRuns: runs });
    if (!result.failed) continue;
    return `${name}: fails with seed ${seed}\n${await fc.asyncDefaultReportMessage(result)}`;
  }
  return undefined;
}

async function isPlannedOrRefused(
  { text, extension }: Text,
  commandFor: (file: string) => readonly string[],
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cachetorrent-'));
  try {
    const file = join(folder, `file${extension}`);
    writeFileSync(file, text);
    const environment = testEnvironment();
    const code = await cli(commandFor(file), environment);
    const { out, err } = environment.output;
    if (code === EXIT_CODE.success) return checkPlan(out, err);
    if (code !== EXIT_CODE.userError) throw new Error(`it ended with ${code}: ${err}`);
    checkMessage(err);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function checkPlan(out: string, err: string): void {
  if (!/^(warning: .+\n)*$/.test(err)) throw new Error(`it printed ${err}`);
  const text = `${err}${out}`;
  if (/\b(NaN|undefined|Infinity)\b|\[object/.test(text)) throw new Error(`it planned ${text}`);
}

/** Each mistake is a line that begins with its place, and a line with the fix. */
function checkMessage(err: string): void {
  if (err.startsWith("error: option '--set <field=value>' argument")) return;
  const fixes = err.match(/^ {2}fix: .+$/gm)?.length ?? 0;
  if (fixes < 1 || fixes > 10) throw new Error(`there are ${fixes} mistakes: ${err}`);
  if (err.length > 10_000) throw new Error(`the message has ${err.length} characters`);
  if (/\bundefined\b|\[object|^\s+at /m.test(err)) throw new Error(`it printed ${err}`);
}
