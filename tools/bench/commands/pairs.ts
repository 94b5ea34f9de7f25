/** `bench pairs`: this version of the source beside another one. */

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { UserError } from '@cachetorrent/runner';
import type { Command } from 'commander';

import { inRepository } from '../../files.ts';
import { checkOnly, count, names } from '../../runs/options.ts';
import type { BenchEnvironment } from '../environment.ts';
import { PAIR_CASES } from '../pairs/cases.ts';
import { measurePairs, pairsTable } from '../pairs/pairs.ts';
import { CACHETORRENT } from '../process.ts';
import { deliver, type Destination, withDestination } from './delivery.ts';

interface Flags extends Destination {
  readonly before: string;
  readonly runs: number;
  readonly only?: readonly string[];
}

const CASE_NAMES = PAIR_CASES.map(({ name }) => name);

export function addPairs(program: Command, environment: BenchEnvironment): void {
  withDestination(program.command('pairs'))
    .description('Compares this version with another checkout, in pairs of whole processes.')
    .requiredOption('--before <folder>', 'an installed checkout of the other version')
    .option('--runs <n>', 'number of pairs of each case', count, 5)
    .option(
      '--only <cases>',
      `some of ${CASE_NAMES.join(',')} (default: all but the last two)`,
      names,
    )
    .action((flags: Flags) => run(flags, environment));
}

async function run(flags: Flags, environment: BenchEnvironment): Promise<void> {
  const { runs, only } = flags;
  const { log, signal } = environment;
  const before = resolve(flags.before);
  checkCheckout(before, flags.before);
  if (only !== undefined) checkOnly('case', only, CASE_NAMES);
  const cases = PAIR_CASES.filter(({ name, isLong }) => only?.includes(name) ?? isLong !== true);
  const after = inRepository('.');
  const measured = await measurePairs({ before, after, cases, runs, log, signal });
  const document = { before, cases: measured };
  await deliver('pairs', { table: pairsTable(cases, measured), document }, flags, environment);
}

/** @throws UserError if there is no command to run */
function checkCheckout(folder: string, named: string): void {
  for (const needed of [CACHETORRENT, 'node_modules']) {
    if (existsSync(join(folder, needed))) continue;
    throw new UserError({
      at: '--before',
      problem: `${named} has no ${needed}`,
      fix: 'name a checkout of this repository, and install its packages with `npm start` there',
    });
  }
}
