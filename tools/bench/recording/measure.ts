/**
 * What a recording costs: whole processes with and without `--record`, one after the other, so that
 * a machine whose speed changes changes both. What counts is the ratio within each pair.
 */

import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { readRecording } from '@cachetorrent/runner';

import { table } from '../../runs/markdown.ts';
import { CACHETORRENT, type MeasuredProcess, measure } from '../process.ts';
import { type Summary, summarize } from '../statistics.ts';

export interface RecordingOptions {
  /** Configuration files. */
  readonly configs: readonly string[];
  /** Further options for `cachetorrent run`. */
  readonly args: readonly string[];
  /** The number of pairs of each. */
  readonly runs: number;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

/** The cost of recording a swarm. */
export interface RecordingCost {
  readonly config: string;
  /** The size of the recording, and how many frames it has. */
  readonly bytes: number;
  readonly frames: number;
  /** How many pieces were stored by peers. */
  readonly piecesStored: number;
  /** The time of a run without a recording, in ms. */
  readonly wallMs: Summary;
  /** With the recording, over without: wall time, CPU time, memory. */
  readonly wallRatio: Summary;
  readonly cpuRatio: Summary;
  readonly memoryRatio: Summary;
}

export async function recordingCosts(options: RecordingOptions): Promise<RecordingCost[]> {
  const costs: RecordingCost[] = [];
  for (const config of options.configs) costs.push(await costOf(config, options));
  return costs;
}

async function costOf(config: string, options: RecordingOptions): Promise<RecordingCost> {
  const { args, runs, log, signal } = options;
  const folder = await mkdtemp(join(tmpdir(), 'cachetorrent-recording-'));
  const run = (name: string, ...more: readonly string[]): Promise<MeasuredProcess> => {
    const out = join(folder, name);
    const flags = ['--out', out, '--force', '--quiet', ...args, ...more];
    return measure({ script: CACHETORRENT, args: ['run', config, ...flags], signal });
  };
  try {
    const pairs: { plain: MeasuredProcess; recorded: MeasuredProcess }[] = [];
    for (let i = 0; i < runs; i++) {
      // In turn, so that neither is always the first.
      const isPlainFirst = i % 2 === 0;
      const first = isPlainFirst ? await run('plain') : await run('recorded', '--record');
      const second = isPlainFirst ? await run('recorded', '--record') : await run('plain');
      const [plain, recorded] = isPlainFirst ? [first, second] : [second, first];
      pairs.push({ plain, recorded });
      const text = [plain, recorded].map(
        ({ wallMs, cpuMs }) => `${(wallMs / 1e3).toFixed(1)} s (CPU ${(cpuMs / 1e3).toFixed(1)} s)`,
      );
      log(`${basename(config)}, pair ${i + 1} of ${runs}: ${text.join(' and ')}`);
    }
    const ratio = (figure: 'wallMs' | 'cpuMs' | 'peakRssBytes'): Summary =>
      summarize(pairs.map(({ plain, recorded }) => recorded[figure] / plain[figure]));
    return {
      config,
      ...(await contentOf(join(folder, 'recorded', 'recording.ctr'))),
      wallMs: summarize(pairs.map(({ plain }) => plain.wallMs)),
      wallRatio: ratio('wallMs'),
      cpuRatio: ratio('cpuMs'),
      memoryRatio: ratio('peakRssBytes'),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function contentOf(path: string) {
  const { size } = await stat(path);
  let frames = 0;
  let piecesStored = 0;
  for await (const { changes } of await readRecording(path)) {
    frames++;
    for (const { kind } of changes) if (kind === 'stored') piecesStored++;
  }
  return { bytes: size, frames, piecesStored };
}

export function recordingTable(costs: readonly RecordingCost[]): string {
  const rows = costs.map((cost) => [
    basename(cost.config),
    (cost.bytes / 1e6).toFixed(1),
    String(cost.frames),
    (cost.bytes / cost.piecesStored).toFixed(1),
    (cost.wallMs.median / 1e3).toFixed(1),
    withRange(cost.wallRatio),
    withRange(cost.cpuRatio),
    cost.memoryRatio.median.toFixed(2),
    String(cost.wallMs.runs),
  ]);
  const titles = [
    'swarm',
    'MB',
    'frames',
    'bytes per piece stored',
    'without, s',
    'time, ratio',
    'CPU time, ratio',
    'memory, ratio',
    'pairs',
  ];
  return table(titles, rows, 'lrrrrrrrr');
}

function withRange({ median, min, max }: Summary): string {
  return `${median.toFixed(2)} (${min.toFixed(2)} – ${max.toFixed(2)})`;
}
