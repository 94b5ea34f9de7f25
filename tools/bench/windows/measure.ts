/**
 * `bench windows`: what the window of synchronization costs. The same swarm runs on tables of
 * latencies that differ only in the latency between AS, which is the window.
 *
 * The swarms do not take the same time: peers that are closer get blocks and messages sooner. So
 * all runs end after the same simulated time, before any peer has completed, and the messages of a
 * second are measured, too.
 */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { totalMessages } from '@cachetorrent/runner';

import { table } from '../../runs/markdown.ts';
import { measureRun } from '../process.ts';
import { type Summary, summarize } from '../statistics.ts';

export interface WindowsOptions {
  readonly peers: number;
  readonly asCount: number;
  /** The latencies between AS, in ms. */
  readonly latenciesMs: readonly number[];
  readonly workers: number;
  /** How long each swarm runs, in simulated seconds. */
  readonly seconds: number;
  readonly runs: number;
  readonly signal: AbortSignal;
}

/** The figures of a simulated second. */
export interface WindowCost {
  readonly peers: number;
  readonly asCount: number;
  readonly latencyMs: number;
  readonly windows: number;
  readonly messages: number;
  /** Of the simulation alone, without the start of the process. */
  readonly wallMs: Summary;
}

const SEED = '1';
/** Far larger than what a peer gets in any run. */
const FILE = { pieces: 4_096, pieceSize: '256 KiB' };

/**
 * All cases run in turn, so that other load on the machine affects all of them alike.
 *
 * @throws ProcessFailed if a run fails
 */
export async function windowCosts(options: WindowsOptions): Promise<WindowCost[]> {
  const { peers, asCount, latenciesMs, workers, seconds, runs, signal } = options;
  const folder = await mkdtemp(join(tmpdir(), 'cachetorrent-windows-'));
  try {
    const wallMs = latenciesMs.map((): number[] => []);
    const counts: { windows: number; messages: number }[] = [];
    for (let run = 0; run < runs; run++) {
      for (const [i, latencyMs] of latenciesMs.entries()) {
        const config = join(folder, 'swarm.json');
        await writeFile(join(folder, 'latencies.csv'), tableOf(asCount, latencyMs));
        await writeFile(config, JSON.stringify(configOf(peers, seconds)));
        const args = [config, '--seed', SEED, '--workers', String(workers)];
        const { result, timing } = (await measureRun({ args, signal })).document;
        wallMs[i]!.push(timing.wallMs / seconds);
        const messages = totalMessages(result.messages) / seconds;
        counts[i] = { windows: timing.windows / seconds, messages };
      }
    }
    return latenciesMs.map((latencyMs, i) => {
      return { peers, asCount, latencyMs, ...counts[i]!, wallMs: summarize(wallMs[i]!) };
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

function configOf(peers: number, seconds: number): object {
  return {
    peers,
    file: FILE,
    until: { time: `${seconds} s` },
    network: { topology: 'table', topologyFile: 'latencies.csv' },
  };
}

/** 5 ms within each AS, as by default. */
function tableOf(asCount: number, latencyMs: number): string {
  const names = Array.from({ length: asCount }, (_, as) => `AS${as}`);
  const rows = names.map((name, as) =>
    [name, ...names.map((_, other) => (other === as ? 5 : latencyMs))].join(','),
  );
  return `${[['as', ...names].join(','), ...rows].join('\n')}\n`;
}

/** Markdown. */
export function windowTable(costs: readonly WindowCost[]): string {
  const rows = costs.map(({ peers, asCount, latencyMs, windows, messages, wallMs }) => [
    peers.toLocaleString('en'),
    asCount.toLocaleString('en'),
    String(latencyMs),
    windows.toFixed(1),
    Math.round(messages).toLocaleString('en'),
    wallMs.median.toPrecision(3),
    `${wallMs.min.toPrecision(3)} – ${wallMs.max.toPrecision(3)}`,
  ]);
  const titles = [
    'peers',
    'AS',
    'window, ms',
    'windows in a second',
    'messages in a second',
    'wall time of a second, ms',
    'min – max',
  ];
  return table(titles, rows, 'rrrrrrr');
}
