/**
 * A finished run as one JSON document: what was run, what it came to, and apart from that, how
 * long it took. Runs of the same configuration, seed and version agree in all but `timing`.
 */

import type { Completion, Simulation } from '@cachetorrent/simulator';

import type { WholeConfig } from '../configuration/swarm.ts';
import { VERSION } from '../version.ts';

/** A run as JSON: what made it, what it came to, and how long it took. */
export interface RunDocument {
  /** The configuration, with all defaults. */
  readonly config: WholeConfig;
  /** Decided all chance. */
  readonly seed: number;
  /** Of CacheTorrent. */
  readonly version: string;
  /** The same on every machine, byte for byte. */
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
  /** What hangs on the machine. */
  readonly timing: Timing;
}

/** As in a `SwarmResult`, with null for what an empty group has none of. */
export interface CompletionDocument {
  /** When half of them had the whole file; null where nobody had. */
  readonly p50Ms: number | null;
  /** When nine tenths had it. */
  readonly p90Ms: number | null;
  /** The mean over those who had it. */
  readonly meanMs: number | null;
  /** How many had it. */
  readonly count: number;
}

/** What depends on the machine. */
export interface Timing {
  /** From start to end. */
  readonly wallMs: number;
  /** Threads. */
  readonly workers: number;
  /** Windows in which they ran. */
  readonly windows: number;
  /** Of the whole process, all threads. */
  readonly peakRssBytes: number;
  /** Messages of the simulated peers, by wall time. */
  readonly messagesPerSecond: number;
}

/** A run, as `documentOf` wants it. */
export interface FinishedRun {
  /** The configuration, with all defaults. */
  readonly config: WholeConfig;
  /** Decided all chance. */
  readonly seed: number;
  /** What `simulate` returned. */
  readonly simulation: Simulation;
  /** From start to end. */
  readonly wallMs: number;
  /** The most memory that the process had. */
  readonly peakRssBytes: number;
}

/** A run as it is written down and printed. */
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
      messagesPerSecond: Math.round(totalMessages(result.messages) / (wallMs / 1000)),
    },
  };
}

/** Of all kinds. */
export function totalMessages(messages: Readonly<Record<string, number>>): number {
  return Object.values(messages).reduce((sum, count) => sum + count, 0);
}

function withNulls({ p50Ms, p90Ms, meanMs, count }: Completion): CompletionDocument {
  return { p50Ms: p50Ms ?? null, p90Ms: p90Ms ?? null, meanMs: meanMs ?? null, count };
}
