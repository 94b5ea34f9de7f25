/** Assembles the result of a run from the reports of all AS (docs/model.md, What is measured). */

import { createHash } from 'node:crypto';

import { MESSAGE_KINDS, type MessageKind, type PeerId } from '@cachetorrent/protocol';

import type { Plan } from '../plan/plan.ts';
import { type AsReport, lastPiecesOf } from './observations.ts';
import {
  type ClassCompletion,
  type Completion,
  type PeerTable,
  SWARM_ROLES,
  type SwarmResult,
  type SwarmRole,
} from './result.ts';

export function assemble(plan: Plan, reports: readonly AsReport[]): SwarmResult {
  const peers = tabulatePeers(plan, reports);
  const startMs = leastOf(peers.completedAtMs);
  const completion = (...roles: SwarmRole[]) =>
    completionOf(peers, startMs, (row) => roles.includes(peers.role[row]!));
  const { blocksPerPiece } = plan.blockLayout;
  const receivedPieces = sumOf(reports, ({ receivedBlocks }) => receivedBlocks) / blocksPerPiece;
  return {
    redundancy: redundancyOf(reports) / blocksPerPiece,
    traffic: receivedPieces / plan.swarm.pieces,
    interAsShare: interAsShareOf(reports),
    durationMs: greatestOf(peers.completedAtMs) - startMs,
    completion: completion('peer', 'leader', 'follower'),
    uploadUtilisation: utilisationOf(plan, peers, reports, startMs),
    lastPiecesPace: lastPiecesPaceOf(plan, peers, reports, startMs),
    leaders: completion('leader'),
    followers: completion('follower'),
    classes: completionByClass(plan, peers, reports, startMs),
    messages: messagesOf(reports),
    resultHash: hashOf(peers, reports),
    asCount: plan.asCount,
    peers,
    trafficBits: trafficMatrix(reports),
    classTrafficBits: classTrafficOf(reports, 'classBits'),
    leecherTrafficBits: classTrafficOf(reports, 'leecherBits'),
  };
}

/** The element at `floor(n · percent / 100)`, or the last one; undefined if there is none. */
export function percentile(sorted: ArrayLike<number>, percent: number): number | undefined {
  const index = Math.floor((sorted.length * percent) / 100);
  return sorted[Math.min(index, sorted.length - 1)];
}

function tabulatePeers(plan: Plan, reports: readonly AsReport[]): PeerTable {
  const count = plan.nodeCount - 1;
  const id = Uint32Array.from({ length: count }, (_, i) => i + 1);
  const table = {
    id,
    as: new Uint32Array(count),
    role: new Array<SwarmRole>(count),
    class: new Array<string>(count),
    uploadKbps: new Float64Array(count),
    downloadKbps: new Float64Array(count),
    completedAtMs: new Float64Array(count),
  };
  for (let row = 0; row < count; row++) {
    const peer = (row + 1) as PeerId;
    const asId = plan.asOf(peer);
    const localNode = plan.localNodeOf(peer);
    const { uploadKbps, downloadKbps } = plan.capacityOf(peer);
    const { roles, completedAtMs } = reports[asId]!;
    table.as[row] = asId;
    table.role[row] = SWARM_ROLES[roles[localNode]!]!;
    table.class[row] = plan.swarm.classes[plan.classOf(peer)]!.name;
    table.uploadKbps[row] = uploadKbps;
    table.downloadKbps[row] = downloadKbps;
    table.completedAtMs[row] = completedAtMs[localNode]!;
  }
  return table;
}

/** Of the leechers of each class; classes of the same name count as one. */
function completionByClass(
  plan: Plan,
  peers: PeerTable,
  reports: readonly AsReport[],
  startMs: number,
): ClassCompletion[] {
  const names = new Set(plan.swarm.classes.map(({ name }) => name));
  return [...names]
    .map((name) => ({
      name,
      ...completionOf(
        peers,
        startMs,
        (row) => peers.class[row] === name && peers.role[row] !== 'seed',
      ),
      uploadUtilisation: utilisationOf(plan, peers, reports, startMs, name),
    }))
    .filter(({ count }) => count > 0);
}

/** Of the leechers of a class, or of all; see `SwarmResult`. */
function utilisationOf(
  { swarm }: Plan,
  { role, class: classOf, uploadKbps, completedAtMs }: PeerTable,
  reports: readonly AsReport[],
  startMs: number,
  className?: string,
): number | undefined {
  const isIncluded = (name: string) => className === undefined || name === className;
  let capacityBits = 0;
  for (const [row, kbps] of uploadKbps.entries()) {
    if (role[row] === 'seed' || !isIncluded(classOf[row]!)) continue;
    capacityBits += kbps * (completedAtMs[row]! - startMs);
  }
  const { classes } = swarm;
  const sentBits = sumOf(reports, ({ leecherBits }) =>
    leecherBits.reduce((sum, bits, cell) => {
      const { name } = classes[Math.floor(cell / classes.length)]!;
      return isIncluded(name) ? sum + bits : sum;
    }, 0),
  );
  return capacityBits === 0 ? undefined : sentBits / capacityBits;
}

function lastPiecesPaceOf(
  plan: Plan,
  { id, role, completedAtMs }: PeerTable,
  reports: readonly AsReport[],
  startMs: number,
): number | undefined {
  const { pieces } = plan.swarm;
  const last = lastPiecesOf(pieces);
  let sum = 0;
  let count = 0;
  for (const [row, peer] of id.entries()) {
    if (role[row] === 'seed') continue;
    const atMs = completedAtMs[row]!;
    const { nearlyCompletedAtMs } = reports[plan.asOf(peer as PeerId)]!;
    const lastMs = atMs - nearlyCompletedAtMs[plan.localNodeOf(peer as PeerId)]!;
    sum += lastMs / last / ((atMs - startMs) / pieces);
    count++;
  }
  return last === 0 || count === 0 ? undefined : sum / count;
}

function completionOf(
  peers: PeerTable,
  startMs: number,
  isIncluded: (row: number) => boolean,
): Completion {
  const times = peers.completedAtMs.filter((_, row) => isIncluded(row));
  const sorted = times.map((atMs) => atMs - startMs).sort();
  return {
    p50Ms: percentile(sorted, 50),
    p90Ms: percentile(sorted, 90),
    meanMs: sorted.length === 0 ? undefined : sorted.reduce((a, b) => a + b, 0) / sorted.length,
    count: sorted.length,
  };
}

function messagesOf(reports: readonly AsReport[]): Record<MessageKind, number> {
  const counts = MESSAGE_KINDS.map((kind, index) => [
    kind,
    sumOf(reports, ({ messages }) => messages[index]!),
  ]);
  return Object.fromEntries(counts) as Record<MessageKind, number>;
}

/** The redundancy, in blocks. */
function redundancyOf(reports: readonly AsReport[]): number {
  let blocks = 0;
  let pairs = 0;
  for (const { imports } of reports) {
    for (const count of imports) {
      blocks += count;
      if (count > 0) pairs++;
    }
  }
  return pairs === 0 ? 0 : blocks / pairs;
}

function interAsShareOf(reports: readonly AsReport[]): number {
  const all = sumOf(reports, ({ bitsFrom }) => bitsFrom.reduce((a, b) => a + b, 0));
  const within = sumOf(reports, ({ bitsFrom }, asId) => bitsFrom[asId]!);
  return all === 0 ? 0 : (all - within) / all;
}

function trafficMatrix(reports: readonly AsReport[]): Float64Array {
  const asCount = reports.length;
  const matrix = new Float64Array(asCount * asCount);
  reports.forEach(({ bitsFrom }, to) => {
    for (let from = 0; from < asCount; from++) matrix[from * asCount + to] = bitsFrom[from]!;
  });
  return matrix;
}

/** The sums in order of the AS, so that rounding is always the same. */
function classTrafficOf(
  reports: readonly AsReport[],
  column: 'classBits' | 'leecherBits',
): Float64Array {
  return reports[0]![column].map((_, cell) => sumOf(reports, (report) => report[column][cell]!));
}

/** A hash over the completion times by peer id, and over the imports by AS and piece. */
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
  figure: (report: AsReport, asId: number) => number,
): number {
  return reports.reduce((sum, report, asId) => sum + figure(report, asId), 0);
}

/** The least value; NaN is ignored. */
function leastOf(values: Float64Array): number {
  let least = Infinity;
  for (const value of values) if (value < least) least = value;
  return least;
}

/** The greatest value; NaN is ignored. */
function greatestOf(values: Float64Array): number {
  let greatest = -Infinity;
  for (const value of values) if (value > greatest) greatest = value;
  return greatest;
}
