/**
 * A soak: a tracker and a seed run for a long time under all abuses at once, while honest peers
 * measure what they wait. Each row of the table says how the memory has grown and what was answered
 * since the row before.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '@cachetorrent/std';

import { withTemporaryFolder } from '../files.ts';
import { repeat } from './abuse.ts';
import { ABUSES_OF_SEED } from './abuses-of-seed.ts';
import { ABUSES_OF_TRACK } from './abuses-of-track.ts';
import { startBadTrackers } from './bad-trackers.ts';
import { falseSeeds } from './false-seeds.ts';
import { HonestPeers } from './honest.ts';
import type { LatencySummary } from './latencies.ts';
import type { CommandProcess } from './processes.ts';
import { startTarget, type Target } from './target.ts';

/** The options of a soak. */
export interface SoakOptions {
  readonly durationMs: number;
  /** The time between two rows. */
  readonly rowMs: number;
  /** The memory that the tracker or the seed may occupy; beyond it the soak ends. */
  readonly memoryMaxMb: number;
  /** The bytes that are seeded. */
  readonly contentBytes: number;
  /** Words of which one must occur in the name of an abuse; absent for all abuses. */
  readonly only?: readonly string[];
  /** The seed of all that strangers choose at random. */
  readonly seed: string;
  /** Ends the soak early. */
  readonly signal: AbortSignal;
  /** Receives each row when it is complete. */
  readonly onRow: (row: SoakRow) => void;
}

/** What was measured since the row before. */
export interface SoakRow {
  readonly atS: number;
  readonly trackMb: number;
  readonly seedMb: number;
  readonly announces: LatencySummary;
  readonly firstPieces: LatencySummary;
  readonly pieces: LatencySummary;
  readonly gets: LatencySummary;
  /** The rounds of all abuses. */
  readonly abuses: number;
}

/** What a soak has found. */
export interface SoakResult {
  readonly rows: readonly SoakRow[];
  /** By name of the abuse: how often strangers have done it. */
  readonly rounds: ReadonlyMap<string, number>;
  /** How often an honest peer was disconnected by the seed, and came back. */
  readonly disconnections: number;
  /** What must not happen and has, one sentence each. */
  readonly problems: readonly string[];
}

/** Runs a soak. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  return withTemporaryFolder(async (folder) => {
    const badTrackers = await startBadTrackers();
    try {
      const target = await startTarget(folder, options.contentBytes, badTrackers);
      try {
        return await abuse(target, options);
      } finally {
        await stopTarget(target);
      }
    } finally {
      await badTrackers.stop();
    }
  });
}

async function stopTarget({ track, seed }: Target): Promise<void> {
  await Promise.all([track.stop(), seed.stop()]);
}

async function abuse(target: Target, options: SoakOptions): Promise<SoakResult> {
  const { seed, durationMs, signal, only } = options;
  const stop = new AbortController();
  const ended = AbortSignal.any([stop.signal, signal]);
  const honest = new HonestPeers(target, ended);
  const abuses = [...ABUSES_OF_TRACK, ...ABUSES_OF_SEED, falseSeeds()].filter(
    ({ name }) => only === undefined || only.some((word) => name.includes(word)),
  );
  const rounds = new Map(abuses.map(({ name }) => [name, 0]));
  const strangers = abuses.map((one) => {
    const context = { target, honest, random: seededRandom(seed, one.name), signal: ended };
    return repeat(one, context, () => rounds.set(one.name, 1 + rounds.get(one.name)!));
  });
  const peers = honest.run();

  const rows: SoakRow[] = [];
  const problems = new Set<string>();
  const startMs = performance.now();
  while (!ended.aborted && problems.size === 0 && performance.now() - startMs < durationMs) {
    await sleep(options.rowMs, undefined, { signal }).catch(() => {});
    const row = await rowOf(target, honest, rounds, (performance.now() - startMs) / 1_000);
    rows.push(row);
    options.onRow(row);
    for (const problem of problemsOf(target, row, options)) problems.add(problem);
  }
  const lastFailure = honest.lastFailure === undefined ? [] : [honest.lastFailure];
  const printed = [target.track, target.seed].flatMap(unsafeOutput);
  stop.abort();
  // This closes the connections to them, for which strangers would wait.
  await stopTarget(target);
  await Promise.all([...strangers, peers]);
  return {
    rows,
    rounds,
    disconnections: honest.disconnections,
    problems: [...problems, ...printed, ...missing(rows), ...lastFailure],
  };
}

async function rowOf(
  { track, seed }: Target,
  honest: HonestPeers,
  rounds: ReadonlyMap<string, number>,
  atS: number,
): Promise<SoakRow> {
  return {
    atS,
    trackMb: await track.rssMb(),
    seedMb: await seed.rssMb(),
    announces: honest.announces.take(),
    firstPieces: honest.firstPieces.take(),
    pieces: honest.pieces.take(),
    gets: honest.gets.take(),
    abuses: [...rounds.values()].reduce((sum, count) => sum + count, 0),
  };
}

/** Returns why the soak must end. */
function* problemsOf(
  { track, seed }: Target,
  { trackMb, seedMb }: SoakRow,
  { memoryMaxMb }: SoakOptions,
): Iterable<string> {
  for (const { problem } of [track, seed]) if (problem !== undefined) yield problem;
  for (const [name, mb] of [
    ['track', trackMb],
    ['seed', seedMb],
  ] as const) {
    if (mb > memoryMaxMb) yield `${name} occupies ${Math.round(mb)} MB, more than ${memoryMaxMb}`;
  }
}

function unsafeOutput({ name, unsafeOutput: text }: CommandProcess): string[] {
  if (text === undefined) return [];
  return [`${name} has printed what affects a terminal: ${JSON.stringify(text.slice(0, 100))}`];
}

/** Says which honest requests were not answered. */
function* missing(rows: readonly SoakRow[]): Iterable<string> {
  const kinds = {
    announces: 'announces',
    firstPieces: 'first pieces',
    pieces: 'pieces',
    gets: 'downloads',
  };
  for (const [kind, name] of Object.entries(kinds) as [keyof typeof kinds, string][]) {
    const failed = rows.reduce((sum, row) => sum + row[kind].failed, 0);
    const answered = rows.reduce((sum, row) => sum + row[kind].answered, 0);
    if (failed > 0) yield `${failed} of ${failed + answered} honest ${name} have failed`;
    else if (answered === 0) yield `no honest ${name} were answered`;
  }
}
