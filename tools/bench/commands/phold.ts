/** `bench phold`: events per second of the engine alone. */

import { availableParallelism } from 'node:os';

import { UserError } from '@cachetorrent/runner';
import type { Command } from 'commander';

import { count, counts, percentages } from '../../runs/options.ts';
import { checkCoreCount } from '../machine.ts';
import type { BenchEnvironment } from '../surroundings.ts';
import { type PholdPoint, pholdResult, pholdTable } from '../phold.ts';
import { deliver, type Destination, withDestination } from './delivery.ts';

interface Flags extends Destination {
  readonly pending?: readonly number[];
  readonly actors?: readonly number[];
  readonly workers?: readonly number[];
  readonly remote?: readonly number[];
  readonly runs: number;
  readonly events?: number;
}

const BASE: PholdPoint = { pending: 16_000, actors: 16, workers: 1, remote: 10 };

export function addPhold(program: Command, surroundings: BenchEnvironment): void {
  withDestination(program.command('phold'))
    .description('Measures the engine alone: events that schedule events (PHOLD).')
    .option('--pending <counts>', 'events pending at any time', counts)
    .option('--actors <counts>', 'actors that they are spread over', counts)
    .option('--workers <counts>', 'threads', counts)
    .option('--remote <percentages>', 'of the events, how many go to another actor', percentages)
    .option('--runs <n>', 'runs of each', count, 3)
    .option('--events <n>', 'events of a run, for a trial', count)
    .action((flags: Flags) => run(flags, surroundings));
}

async function run(flags: Flags, surroundings: BenchEnvironment): Promise<void> {
  const { runs, events } = flags;
  const chosen = pointsOf(flags);
  for (const point of chosen) check(point);
  const options = { runs, tell: surroundings.tell, ...(events === undefined ? {} : { events }) };
  const points = [];
  for (const point of chosen) points.push(await pholdResult(point, options));
  await deliver('phold', { table: pholdTable(points), document: { points } }, flags, surroundings);
}

/** All combinations of what was asked for; where nothing was, one thing is varied at a time. */
function pointsOf({ pending, actors, workers, remote }: Flags): readonly PholdPoint[] {
  if ([pending, actors, workers, remote].every((values) => values === undefined)) {
    const cores = availableParallelism();
    return [
      ...[1_000, 16_000, 128_000, 1_000_000].map((each) => ({ ...BASE, pending: each })),
      ...[4, 64, 256].map((each) => ({ ...BASE, actors: each })),
      ...[0, 50, 90].map((each) => ({ ...BASE, remote: each })),
      ...[2, 4, 8, 16].filter((each) => each <= cores).map((each) => ({ ...BASE, workers: each })),
    ];
  }
  return (pending ?? [BASE.pending]).flatMap((p) =>
    (actors ?? [BASE.actors]).flatMap((a) =>
      (workers ?? [BASE.workers]).flatMap((w) =>
        (remote ?? [BASE.remote]).map((r) => ({ pending: p, actors: a, workers: w, remote: r })),
      ),
    ),
  );
}

function check({ pending, actors, workers, remote }: PholdPoint): void {
  checkCoreCount('--workers', workers);
  const refuse = (at: string, problem: string, fix: string): never => {
    throw new UserError({ at, problem, fix });
  };
  if (workers > actors) {
    refuse('--workers', `is ${workers}, more than the ${actors} actors`, 'set it to fewer');
  }
  if (remote > 0 && actors === 1) {
    refuse(
      '--remote',
      `is ${remote} %, but there is one actor`,
      'set it to 0, or take more actors',
    );
  }
  if (pending < actors) {
    refuse('--pending', `is ${pending}, less than one for each of ${actors} actors`, 'take more');
  }
}
