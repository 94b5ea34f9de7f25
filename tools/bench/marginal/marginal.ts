/**
 * What one more message costs, without what a run costs before its first: the same swarm with the
 * whole file and with half of its pieces, in turns.
 *
 *     ns = (CPU time whole - CPU time half) / (messages whole - messages half)
 */

import { totalMessages, UserError } from '@cachetorrent/runner';

import { measureRun } from '../measured-run.ts';
import { swarmOf } from '../predict/measure.ts';
import { type Summary, summarize } from '../statistics.ts';

export interface Marginal {
  readonly config: string;
  /** Of the longer run; the other has half as many. */
  readonly pieces: number;
  readonly messages: number;
  /** CPU time of one more message, in ns: of each pair of runs. */
  readonly messageNs: Summary;
  /** The same from the least times of both, since what else the machine does only adds. */
  readonly leastNs: number;
  /** CPU time that messages do not account for, of each pair, in ms. */
  readonly restMs: Summary;
}

export interface MarginalOptions {
  readonly rounds: number;
  /** In place of those of the configuration. */
  readonly pieces?: number;
  /** Other options of `cachetorrent run`. */
  readonly args: readonly string[];
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
}

interface Point {
  readonly cpuMs: number;
  readonly messages: number;
}

/**
 * @throws UserError where there is nothing to halve
 * @throws ProcessFailed where a run fails
 */
export async function marginalCost(config: string, options: MarginalOptions): Promise<Marginal> {
  const { rounds, tell, signal } = options;
  const overrides = options.pieces === undefined ? {} : { pieces: options.pieces };
  const { pieces } = await swarmOf(config, overrides);
  if (pieces < 2) {
    throw new UserError({
      at: config,
      problem: `has ${pieces} piece, which cannot be halved`,
      fix: 'give it 2 or more',
    });
  }
  const pointOf = async (count: number): Promise<Point> => {
    const args = [config, ...options.args, '--pieces', String(count), '--workers', '1'];
    const { cpuMs, document } = await measureRun({ args, signal });
    return { cpuMs, messages: totalMessages(document.result.messages) };
  };

  const halves: Point[] = [];
  const wholes: Point[] = [];
  const prices: Price[] = [];
  for (let round = 0; round < rounds; round++) {
    const half = await pointOf(Math.floor(pieces / 2));
    const whole = await pointOf(pieces);
    const price = priceOf(half, whole);
    halves.push(half);
    wholes.push(whole);
    prices.push(price);
    tell(`round ${round + 1} of ${rounds}: ${config}: ${price.ns.toFixed(0)} ns`);
  }
  const least = priceOf(leastOf(halves), leastOf(wholes));
  return {
    config,
    pieces,
    messages: wholes[0]!.messages,
    messageNs: summarize(prices.map(({ ns }) => ns)),
    leastNs: least.ns,
    restMs: summarize(prices.map(({ restMs }) => restMs)),
  };
}

interface Price {
  /** Of one more message. */
  readonly ns: number;
  /** What messages do not account for at that price. */
  readonly restMs: number;
}

function priceOf(half: Point, whole: Point): Price {
  const msEach = (whole.cpuMs - half.cpuMs) / (whole.messages - half.messages);
  return { ns: msEach * 1e6, restMs: whole.cpuMs - msEach * whole.messages };
}

function leastOf(points: readonly Point[]): Point {
  return points.reduce((least, point) => (point.cpuMs < least.cpuMs ? point : least));
}
