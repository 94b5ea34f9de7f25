/**
 * `bench topology`: the time and memory to read AS relationships, and to find the routes between
 * the AS that host peers.
 */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import type { WindowForecast } from '@cachetorrent/simulator';

import { table } from '../../runs/markdown.ts';
import { measure } from '../process.ts';
import { generateInternet, type InternetSize } from './internet.ts';

/** What the measured process prints. */
export interface LaidOutNetwork {
  readonly readMs: number;
  readonly routedMs: number;
  readonly window: WindowForecast;
}

export interface TopologyPoint extends InternetSize {
  /** AS that host peers, drawn from those without customers. */
  readonly hostCount: number;
}

export interface TopologyResult extends TopologyPoint, LaidOutNetwork {
  /** Of the whole process, its start included; CPU time does not depend on the machine's load. */
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakRssBytes: number;
}

const SEED = 1;
const SCRIPT = 'tools/bench/topology/lay-out.ts';

export async function topologyResult(
  point: TopologyPoint,
  signal: AbortSignal,
): Promise<TopologyResult> {
  const folder = await mkdtemp(join(tmpdir(), 'cachetorrent-topology-'));
  try {
    await writeFile(join(folder, 'as-rel.txt.gz'), gzipSync(generateInternet(point, SEED)));
    const config = join(folder, 'swarm.json');
    await writeFile(config, JSON.stringify(configOf(point)));
    const { stdout, ...usage } = await measure({
      script: SCRIPT,
      args: [config],
      signal,
    });
    return { ...point, ...(JSON.parse(stdout) as LaidOutNetwork), ...usage };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function configOf({ hostCount }: TopologyPoint): object {
  return {
    peers: 4 * hostCount,
    file: { pieces: 100 },
    network: {
      topology: 'relationships',
      topologyFile: 'as-rel.txt.gz',
      hosts: { count: hostCount },
      sizes: 'equal',
    },
  };
}

/** Markdown. */
export function topologyTable(results: readonly TopologyResult[]): string {
  const rows = results.map((result) => {
    const { asCount, relationshipCount, hostCount, window } = result;
    const { readMs, routedMs, wallMs, cpuMs } = result;
    const links = window.links === undefined ? '–' : window.links.mean.toFixed(1);
    return [
      ...[asCount, relationshipCount, hostCount].map((n) => n.toLocaleString('en')),
      ...[readMs, routedMs, wallMs, cpuMs].map((ms) => (ms / 1_000).toFixed(1)),
      String(Math.round(result.peakRssBytes / 1e6)),
      links,
    ];
  });
  const titles = [
    'AS',
    'relationships',
    'hosting AS',
    'read, s',
    'routed, s',
    'process, s',
    'CPU, s',
    'memory, MB',
    'links of a route',
  ];
  return table(titles, rows, 'rrrrrrrrr');
}
