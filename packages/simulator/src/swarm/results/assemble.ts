/** Puts together what all AS have reported: the result of the run (docs/protocol.md, Measures). */

import { createHash } from 'node:crypto';

import { MESSAGE_KINDS, type PeerId } from '@cachetorrent/protocol';

import type { AsReport } from './observations.ts';
import type { Plan } from '../plan/plan.ts';
import { type Completion, type PeerTable, type Role, ROLES, type SwarmResult } from './result.ts';

export function assemble(plan: Plan, reports: readonly AsReport[]): SwarmResult {
  const peers = tabulatePeers(plan, reports);
  const startMs = leastOf(peers.completedAtMs);
  const of = (...roles: Role[]) => completionOf(peers, startMs, roles);
  return {
    redundancy: redundancyOf(reports),
    traffic:
      sumOf(reports, ({ imports, bitsFrom }, system) =>
        transfersInto(imports, bitsFrom, system, plan.swarm.pieceBits),
      ) / plan.swarm.pieces,
    interAsShare: interAsShareOf(reports),
    durationMs: greatestOf(peers.completedAtMs) - startMs,
    completion: of('peer', 'leader', 'follower'),
    leaders: of('leader'),
    followers: of('follower'),
    messages: Object.fromEntries(
      MESSAGE_KINDS.map((kind, i) => [kind, sumOf(reports, ({ messages }) => messages[i]!)]),
    ),
    resultHash: hashOf(peers, reports),
    asCount: plan.asCount,
    peers,
    trafficBits: trafficMatrix(reports),
  };
}

/** Of the sorted times the one at `floor(n · percent / 100)`, capped at the last. */
export function percentile(sorted: ArrayLike<number>, percent: number): number | undefined {
  const place = Math.floor((sorted.length * percent) / 100);
  return sorted[Math.min(place, sorted.length - 1)];
}

function tabulatePeers(plan: Plan, reports: readonly AsReport[]): PeerTable {
  const count = plan.nodeCount - 1;
  const id = Uint32Array.from({ length: count }, (_, i) => i + 1);
  const table = {
    id,
    as: new Uint32Array(count),
    role: new Uint8Array(count),
    uploadKbps: new Float64Array(count),
    downloadKbps: new Float64Array(count),
    completedAtMs: new Float64Array(count),
  };
  for (let row = 0; row < count; row++) {
    const peer = (row + 1) as PeerId;
    const system = plan.asOf(peer);
    const rank = plan.rankOf(peer);
    const { uploadKbps, downloadKbps } = plan.capacityOf(peer);
    table.as[row] = system;
    table.role[row] = reports[system]!.roles[rank]!;
    table.uploadKbps[row] = uploadKbps;
    table.downloadKbps[row] = downloadKbps;
    table.completedAtMs[row] = reports[system]!.completedAtMs[rank]!;
  }
  return table;
}

function completionOf(peers: PeerTable, startMs: number, roles: readonly Role[]): Completion {
  const wanted = roles.map((role) => ROLES.indexOf(role));
  const times = peers.completedAtMs.filter((_, row) => wanted.includes(peers.role[row]!));
  const sorted = times.map((atMs) => atMs - startMs).sort();
  return {
    p50Ms: percentile(sorted, 50),
    p90Ms: percentile(sorted, 90),
    meanMs: sorted.length === 0 ? undefined : sorted.reduce((a, b) => a + b, 0) / sorted.length,
    count: sorted.length,
  };
}

function redundancyOf(reports: readonly AsReport[]): number {
  let transfers = 0;
  let pairs = 0;
  for (const { imports } of reports) {
    for (const count of imports) {
      transfers += count;
      if (count > 0) pairs++;
    }
  }
  return pairs === 0 ? 0 : transfers / pairs;
}

/** All transfers that ended in an AS: those from outside, and those from within. */
function transfersInto(
  imports: Uint32Array,
  bitsFrom: Float64Array,
  system: number,
  pieceBits: number,
): number {
  return imports.reduce((a, b) => a + b, 0) + Math.round(bitsFrom[system]! / pieceBits);
}

function interAsShareOf(reports: readonly AsReport[]): number {
  const all = sumOf(reports, ({ bitsFrom }) => bitsFrom.reduce((a, b) => a + b, 0));
  const within = sumOf(reports, ({ bitsFrom }, system) => bitsFrom[system]!);
  return all === 0 ? 0 : (all - within) / all;
}

function trafficMatrix(reports: readonly AsReport[]): Float64Array {
  const systems = reports.length;
  const matrix = new Float64Array(systems * systems);
  reports.forEach(({ bitsFrom }, to) => {
    for (let from = 0; from < systems; from++) matrix[from * systems + to] = bitsFrom[from]!;
  });
  return matrix;
}

/** Over every peer's completion time, in order of id, and every AS's imports, piece by piece. */
function hashOf(peers: PeerTable, reports: readonly AsReport[]): string {
  const hash = createHash('sha256');
  hash.update(`${peers.id.length} peers, ${reports.length} AS\n`);
  hash.update(bytesOf(peers.completedAtMs));
  for (const { imports } of reports) hash.update(bytesOf(imports));
  return hash.digest('hex');
}

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array | Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function sumOf(
  reports: readonly AsReport[],
  figure: (report: AsReport, system: number) => number,
): number {
  return reports.reduce((sum, report, system) => sum + figure(report, system), 0);
}

/** The least of those that are numbers. */
function leastOf(values: Float64Array): number {
  let least = Infinity;
  for (const value of values) if (value < least) least = value;
  return least;
}

function greatestOf(values: Float64Array): number {
  let greatest = -Infinity;
  for (const value of values) if (value > greatest) greatest = value;
  return greatest;
}
