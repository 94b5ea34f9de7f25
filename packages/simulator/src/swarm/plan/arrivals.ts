/**
 * Draws the times of arrival of a class of peers, from streams of its own.
 *
 * The gaps of a Poisson process with a constant rate are exponential. One whose rate decays is
 * thinned (Lewis and Shedler 1979): the time is cut into segments in which the rate falls to 1/e.
 * In a segment, candidates arrive at the rate r at which the segment begins, and each is accepted
 * with the probability by which the rate has fallen since:
 *
 *     rate   r |\\
 *              | `\\                          candidates   |  |||  | | |||| |
 *              |   `-._                      accepted     |  ||     |  |
 *         r/e  |.......`--.__                             t
 *                 decay                       with the probability e^-((t - start) / decay)
 *
 * An exponential number of mean `decay` exceeds `t - start` with exactly that probability, so
 * that no power of e is computed, whose last bit would depend on the machine.
 */

import { exponential, type Random } from '@cachetorrent/std';

import type { ArrivalProcess, PoissonProcess, TracedPeer } from './dynamics.ts';

/** An arrival, at a whole number of ms. */
export interface Arrival {
  readonly atMs: number;
  /** What a trace says about the peer. */
  readonly traced?: TracedPeer;
}

/** A decaying rate ends when fewer arrivals than this are still to be expected. */
const NOBODY = 1e-15;
const INVERSE_OF_E = 1 / Math.E;

/**
 * The first `countMax` arrivals of the processes of a class before `horizonMs`, in order of time;
 * of those at the same time, the one of the first process. `randomOf` returns the stream of a
 * process.
 */
export function drawArrivals(
  processes: readonly ArrivalProcess[],
  horizonMs: number,
  countMax: number,
  randomOf: (process: number) => Random,
): Arrival[] {
  const arrivals = processes.flatMap((process, i) =>
    arrivalsOf(process, horizonMs, countMax, randomOf(i)),
  );
  // The order of what is equal stays as it is: that of the processes.
  return arrivals.sort((a, b) => a.atMs - b.atMs).slice(0, countMax);
}

function arrivalsOf(
  process: ArrivalProcess,
  horizonMs: number,
  countMax: number,
  random: Random,
): Arrival[] {
  switch (process.process) {
    case 'at-once': {
      const { atMs, count } = process;
      if (atMs >= horizonMs) return [];
      return Array.from({ length: Math.min(count, countMax) }, () => ({ atMs: Math.floor(atMs) }));
    }
    case 'poisson': {
      const arrivals: Arrival[] = [];
      for (const atMs of poissonTimes(process, horizonMs, random)) {
        if (arrivals.length === countMax) break;
        arrivals.push({ atMs: Math.floor(atMs) });
      }
      return arrivals;
    }
    case 'trace':
      return process.peers
        .filter(({ atMs }) => atMs < horizonMs)
        .map((traced) => ({ atMs: Math.floor(traced.atMs), traced }));
  }
}

function* poissonTimes(
  process: PoissonProcess,
  horizonMs: number,
  random: Random,
): Generator<number> {
  const { fromMs, untilMs = Infinity, perMs, decayMs } = process;
  const endMs = Math.min(untilMs, horizonMs);
  if (decayMs === undefined) {
    yield* constantRate(perMs, fromMs, endMs, random);
    return;
  }
  for (const segment of segmentsOf(perMs, decayMs, fromMs, endMs)) {
    for (const atMs of constantRate(segment.perMs, segment.fromMs, segment.untilMs, random)) {
      if (exponential(random, decayMs) > atMs - segment.fromMs) yield atMs;
    }
  }
}

function* constantRate(
  perMs: number,
  fromMs: number,
  untilMs: number,
  random: Random,
): Generator<number> {
  const gapMs = 1 / perMs;
  for (let atMs = fromMs; ; ) {
    atMs += exponential(random, gapMs);
    if (!(atMs < untilMs)) return;
    yield atMs;
  }
}

/** The segments of a decaying rate, each with the rate at its start. */
function* segmentsOf(
  perMs: number,
  decayMs: number,
  fromMs: number,
  endMs: number,
): Generator<{ readonly perMs: number; readonly fromMs: number; readonly untilMs: number }> {
  let startPerMs = perMs;
  for (let startMs = fromMs; startMs < endMs && startPerMs * decayMs > NOBODY; startMs += decayMs) {
    yield { perMs: startPerMs, fromMs: startMs, untilMs: Math.min(startMs + decayMs, endMs) };
    startPerMs *= INVERSE_OF_E;
  }
}

/**
 * The number of arrivals to expect before `horizonMs`; Infinity if they never end. Within a segment
 * that is cut off, a decaying rate is taken to fall in a straight line.
 */
export function expectedArrivals(processes: readonly ArrivalProcess[], horizonMs: number): number {
  return processes.reduce((sum, process) => sum + expectedOf(process, horizonMs), 0);
}

function expectedOf(process: ArrivalProcess, horizonMs: number): number {
  switch (process.process) {
    case 'at-once':
      return process.atMs < horizonMs ? process.count : 0;
    case 'trace':
      return process.peers.filter(({ atMs }) => atMs < horizonMs).length;
    case 'poisson': {
      const { fromMs, untilMs = Infinity, perMs, decayMs } = process;
      const endMs = Math.min(untilMs, horizonMs);
      if (endMs <= fromMs) return 0;
      if (decayMs === undefined) return perMs * (endMs - fromMs);
      let sum = 0;
      for (const segment of segmentsOf(perMs, decayMs, fromMs, endMs)) {
        const lengthMs = segment.untilMs - segment.fromMs;
        const fallen = (1 - INVERSE_OF_E) * (lengthMs / decayMs);
        const isWhole = lengthMs >= decayMs;
        sum += segment.perMs * (isWhole ? decayMs * fallen : lengthMs * (1 - fallen / 2));
      }
      return sum;
    }
  }
}
