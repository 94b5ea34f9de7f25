/**
 * Measures the cost of one more message, without what a run costs before its first message. The
 * same swarm runs alternately with all pieces of the file and with half of them:
 *
 *     ns = (CPU time whole - CPU time half) / (messages whole - messages half)
 */

import { totalMessages, UserError } from '@cachetorrent/runner';

import { measureRun } from './process.ts';
import { type Summary, summarize } from './statistics.ts';

export interface Marginal {
  readonly config: string;
  /** In the longer run; the other one has half of them. */
  readonly pieces: number;
  readonly messages: number;
  /** CPU time of one more message, in ns, over the pairs of runs. */
  readonly messageNs: Summary;
  /** The same from the least times of both, since other load only adds time. */
  readonly leastNs: number;
  /** CPU time that messages do not account for, in ms, over the pairs of runs. */
  readonly restMs: Summary;
}

export interface MarginalOptions {
  readonly rounds: number;
  /** Further options of `cachetorrent run`. */
  readonly args: readonly string[];
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

interface CpuPoint {
  readonly cpuMs: number;
  readonly messages: number;
}

/**
 * @throws UserError if the number of pieces cannot be halved
 * @throws ProcessFailed if a run fails
 */
export async function marginalCost(
  config: string,
  pieces: number,
  { rounds, args, log, signal }: MarginalOptions,
): Promise<Marginal> {
  if (pieces < 2) {
    const problem = `has ${pieces} piece, which cannot be halved`;
    throw new UserError({ at: config, problem, fix: 'set 2 or more' });
  }
  const measurePoint = async (count: number): Promise<CpuPoint> => {
    const run = [config, ...args, '--pieces', String(count), '--workers', '1'];
    const { cpuMs, document } = await measureRun({ args: run, signal });
    return { cpuMs, messages: totalMessages(document.result.messages) };
  };

  const halves: CpuPoint[] = [];
  const wholes: CpuPoint[] = [];
  const costs: MessageCost[] = [];
  for (let round = 0; round < rounds; round++) {
    const half = await measurePoint(Math.floor(pieces / 2));
    const whole = await measurePoint(pieces);
    const cost = costBetween(half, whole);
    halves.push(half);
    wholes.push(whole);
    costs.push(cost);
    log(`round ${round + 1} of ${rounds}: ${config}: ${cost.ns.toFixed(0)} ns`);
  }
  return {
    config,
    pieces,
    messages: wholes[0]!.messages,
    messageNs: summarize(costs.map(({ ns }) => ns)),
    leastNs: costBetween(leastOf(halves), leastOf(wholes)).ns,
    restMs: summarize(costs.map(({ restMs }) => restMs)),
  };
}

interface MessageCost {
  /** CPU time of one more message. */
  readonly ns: number;
  /** CPU time of the run that its messages do not account for. */
  readonly restMs: number;
}

function costBetween(half: CpuPoint, whole: CpuPoint): MessageCost {
  const messageMs = (whole.cpuMs - half.cpuMs) / (whole.messages - half.messages);
  return { ns: messageMs * 1e6, restMs: whole.cpuMs - messageMs * whole.messages };
}

function leastOf(points: readonly CpuPoint[]): CpuPoint {
  return points.reduce((least, point) => (point.cpuMs < least.cpuMs ? point : least));
}
