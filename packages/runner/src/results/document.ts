/**
 * A finished run as one JSON document: what was run, what it came to, and apart from that, how
 * long it took. Runs of the same configuration, seed and version agree in all but `timing`.
 */

import type { Completion, Simulation } from '@cachetorrent/simulator';

import type { WholeConfig } from '../configuration/swarm.ts';
import { VERSION } from '../version.ts';

export interface RunDocument {
  readonly config: WholeConfig;
  readonly seed: number;
  /** Of CacheTorrent. */
  readonly version: string;
  readonly result: {
    readonly redundancy: number;
    readonly traffic: number;
    /** 0 to 1. */
    readonly interAsShare: number;
    readonly durationMs: number;
    readonly completion: CompletionDocument;
    readonly leaders: CompletionDocument;
    readonly followers: CompletionDocument;
    /** By kind. */
    readonly messages: Readonly<Record<string, number>>;
    /** Two runs are the same if and only if it is. */
    readonly resultHash: string;
  };
  readonly timing: Timing;
}

/** As in a `SwarmResult`, with null for what an empty group has none of. */
export interface CompletionDocument {
  readonly p50Ms: number | null;
  readonly p90Ms: number | null;
  readonly meanMs: number | null;
  readonly count: number;
}

/** What depends on the machine. */
export interface Timing {
  readonly wallMs: number;
  readonly workers: number;
  readonly windows: number;
  /** Of the whole process, all threads. */
  readonly peakRssBytes: number;
  readonly messagesPerSecond: number;
}

export interface FinishedRun {
  readonly config: WholeConfig;
  readonly seed: number;
  readonly simulation: Simulation;
  readonly wallMs: number;
  readonly peakRssBytes: number;
}

export function documentOf(run: FinishedRun): RunDocument {
  const { config, seed, simulation, wallMs, peakRssBytes } = run;
  const { result, workers, windows } = simulation;
  return {
    config,
    seed,
    version: VERSION,
    result: {
      redundancy: result.redundancy,
      traffic: result.traffic,
      interAsShare: result.interAsShare,
      durationMs: result.durationMs,
      completion: withNulls(result.completion),
      leaders: withNulls(result.leaders),
      followers: withNulls(result.followers),
      messages: result.messages,
      resultHash: result.resultHash,
    },
    timing: {
      wallMs: Math.round(wallMs),
      workers,
      windows,
      peakRssBytes,
      messagesPerSecond: Math.round(messageCount(result.messages) / (wallMs / 1000)),
    },
  };
}

/** Of all kinds. */
export function messageCount(messages: Readonly<Record<string, number>>): number {
  return Object.values(messages).reduce((sum, count) => sum + count, 0);
}

function withNulls({ p50Ms, p90Ms, meanMs, count }: Completion): CompletionDocument {
  return { p50Ms: p50Ms ?? null, p90Ms: p90Ms ?? null, meanMs: meanMs ?? null, count };
}
