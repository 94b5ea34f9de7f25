/** A finished run as a person reads it: a table of a few lines. */

import type { Completion, SwarmResult } from '@cachetorrent/simulator';

import type { FinishedRun } from './document.ts';
import { totalMessages } from './document.ts';

/** `file` is what the user called the configuration. */
export function summaryOf(file: string, run: FinishedRun): string {
  const { config, seed, simulation, wallMs, peakRssBytes } = run;
  const { result, workers, windows } = simulation;
  const messages = totalMessages(result.messages);
  const lines = [
    `${protocolText(run)} on ${file}, ${config.rules} rules, seed ${seed}`,
    '',
    row('peers', `${whole(result.peers.id.length)}, of them ${seedCountText(config.seeds)}`),
    row('autonomous systems', whole(result.asCount)),
    row('simulated duration', seconds(result.durationMs)),
    '',
    row('time to complete', columns(['50 %', '90 %', 'mean', 'peers'])),
    ...completionRows(result),
    '',
    row('redundancy', `${result.redundancy.toFixed(2)} times that an AS imported a piece`),
    row('traffic', `${result.traffic.toFixed(1)} transfers of each piece`),
    row('crossed a border', `${(100 * result.interAsShare).toFixed(1)} % of the bytes`),
    row('control messages', whole(messages - (result.messages['piece'] ?? 0))),
    '',
    row('wall time', `${seconds(wallMs)}, ${workerCountText(workers)}, ${whole(windows)} windows`),
    row('messages', `${whole(messages / (wallMs / 1000))} a second`),
    row('peak memory', `${whole(peakRssBytes / 1e6)} MB`),
    row('result hash', result.resultHash),
  ];
  return `${lines.join('\n')}\n`;
}

function protocolText({ config: { leaders, bias, multi } }: FinishedRun): string {
  const parts = multi !== undefined && multi > 1 ? `, ${multi} parts` : '';
  const near = bias === undefined ? '' : `, ${bias} % of the neighbours from anywhere`;
  if (leaders === undefined) return `BitTorrent${near}`;
  return `CacheTorrent with ${leaders} % leaders${parts}${near}`;
}

function completionRows({ completion, leaders, followers }: SwarmResult): string[] {
  const groups: [string, Completion][] = [['  all leechers', completion]];
  if (leaders.count > 0) groups.push(['  leaders', leaders]);
  if (followers.count > 0) groups.push(['  followers', followers]);
  return groups.map(([name, { p50Ms, p90Ms, meanMs, count }]) =>
    row(name, columns([...[p50Ms, p90Ms, meanMs].map(seconds), whole(count)])),
  );
}

function row(name: string, value: string): string {
  return `${name.padEnd(20)}${value}`;
}

function columns(cells: readonly string[]): string {
  return cells.map((cell) => cell.padStart(11)).join('');
}

function seedCountText(count: number): string {
  return count === 1 ? '1 seed' : `${whole(count)} seeds`;
}

function workerCountText(count: number): string {
  return count === 1 ? '1 worker' : `${whole(count)} workers`;
}

function whole(n: number): string {
  return Math.round(n).toLocaleString('en-US');
}

function seconds(ms: number | undefined): string {
  if (ms === undefined) return '-';
  const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  return `${(ms / 1000).toLocaleString('en-US', digits)} s`;
}
