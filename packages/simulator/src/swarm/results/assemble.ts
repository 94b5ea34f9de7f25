/** Assembles the result of a run from the reports of all AS (docs/model.md, What is measured). */

import { createHash } from 'node:crypto';

import { MESSAGE_KINDS, type MessageKind, type PeerId } from '@cachetorrent/protocol';

import type { PopulationReport } from '../nodes/population.ts';
import { kindOf } from '../faults/kinds.ts';
import { type Departure, DEPARTURES } from '../plan/dynamics.ts';
import type { Plan } from '../plan/plan.ts';
import { borderTrafficOf } from './border-traffic.ts';
import {
  downloadTimesMs,
  firstCompletionMs,
  isMeasured,
  leechingTimesMs,
} from './download-times.ts';
import { leaderShortagesOf, missingLeaderShareOf } from './leader-shortage.ts';
import { type AsReport, lastPiecesOf } from './observations.ts';
import {
  type ClassCompletion,
  type Completion,
  type FaultRecord,
  type PeerTable,
  type RunEnd,
  SWARM_ROLES,
  type SwarmResult,
  type SwarmRole,
  type Churn,
} from './result.ts';
import { deathOf, endOf } from './run-end.ts';

export function assemble(plan: Plan, reports: readonly AsReport[]): SwarmResult {
  const end = endOf(plan, reports);
  const peers = tabulatePeers(plan, reports, end?.atMs ?? Infinity);
  const death = deathOf(plan, reports, peers);
  const measuredFromMs = plan.swarm.warmUpMs ?? 0;
  // Times of peers that do not count are not known.
  const timesMs = downloadTimesMs(peers).map((ms, row) =>
    isMeasured({ measuredFromMs, peers }, row) ? ms : NaN,
  );
  const completion = (...roles: SwarmRole[]) =>
    completionOf(timesMs, (row) => roles.includes(peers.role[row]!));
  const leaderShortages = leaderShortagesOf(reports);
  const missingLeaderShare = missingLeaderShareOf(reports);
  const borders = borderTrafficOf(plan, endMsOf(plan, peers, end));
  const { blocksPerPiece } = plan.blockLayout;
  const receivedPieces = sumOf(reports, ({ receivedBlocks }) => receivedBlocks) / blocksPerPiece;
  return {
    redundancy: redundancyOf(reports) / blocksPerPiece,
    importsPerPiece: importsPerPieceOf(reports) / blocksPerPiece,
    traffic: receivedPieces / plan.swarm.pieces,
    interAsShare: interAsShareOf(reports),
    durationMs: durationOf(plan, peers, end),
    measuredFromMs,
    ...(end === undefined ? {} : { churn: churnOf(reports, end.atMs - measuredFromMs, end), end }),
    ...(death === undefined ? {} : { death }),
    ...(plan.swarm.faults === undefined ? {} : { faults: faultsOf(plan, reports) }),
    completion: completion('peer', 'leader', 'follower'),
    uploadUtilisation: utilisationOf(plan, peers, reports, end?.atMs),
    lastPiecesPace: lastPiecesPaceOf(plan, peers, reports, timesMs),
    leaders: completion('leader'),
    followers: completion('follower'),
    ...(leaderShortages === undefined ? {} : { leaderShortages }),
    ...(missingLeaderShare === undefined ? {} : { missingLeaderShare }),
    classes: completionByClass(plan, peers, reports, timesMs, end?.atMs),
    messages: messagesOf(reports),
    resultHash: hashOf(plan, peers, reports),
    asCount: plan.asCount,
    ...(plan.asNames === undefined ? {} : { asNames: plan.asNames }),
    peers,
    trafficBits: trafficMatrix(reports),
    classTrafficBits: classTrafficOf(reports, 'classBits'),
    leecherTrafficBits: classTrafficOf(reports, 'leecherBits'),
    ...(borders === undefined ? {} : { borders }),
  };
}

function durationOf(plan: Plan, peers: PeerTable, end: RunEnd | undefined): number {
  const startMs = plan.swarm.warmUpMs ?? firstCompletionMs(peers);
  return Math.max(0, endMsOf(plan, peers, end) - startMs);
}

/** When the run has ended: with the last completion, or when it was ended. */
function endMsOf({ swarm }: Plan, peers: PeerTable, end: RunEnd | undefined): number {
  const isEnded = end !== undefined && (swarm.horizonMs !== undefined || end.reason === 'died');
  const ofPeers = peers.completedAtMs.filter((_, row) => peers.role[row] !== 'cache');
  return isEnded ? end.atMs : greatestOf(ofPeers);
}

function churnOf(reports: readonly AsReport[], durationMs: number, { atMs }: RunEnd): Churn {
  const sum = (value: (population: PopulationReport) => number): number =>
    sumOf(reports, ({ population }) => value(population));
  // Nothing has happened in an AS from when it has been asked until the end.
  const leecherMs = sum((of) => of.leecherMs + of.leechersAtEnd * (atMs - of.untilMs));
  const seedMs = sum((of) => of.seedMs + of.seedsAtEnd * (atMs - of.untilMs));
  const [leechersAtEnd, seedsAtEnd] = [sum((of) => of.leechersAtEnd), sum((of) => of.seedsAtEnd)];
  const isInstant = durationMs === 0;
  return {
    leechersAtStart: sum((of) => of.leechersAtStart),
    seedsAtStart: sum((of) => of.seedsAtStart),
    arrivals: sum((of) => of.arrivals),
    completions: sum((of) => of.completions),
    finished: sum((of) => of.finished),
    aborted: sum((of) => of.aborted),
    crashed: sum((of) => of.crashed),
    lostBytes: sumOf(reports, ({ lostBits }) => lostBits) / 8,
    leechersAtEnd,
    seedsAtEnd,
    meanLeechers: isInstant ? leechersAtEnd : leecherMs / durationMs,
    meanSeeds: isInstant ? seedsAtEnd : seedMs / durationMs,
  };
}

function faultsOf({ swarm }: Plan, reports: readonly AsReport[]): FaultRecord[] {
  return swarm.faults!.map((event, index) => {
    const peers = sumOf(reports, ({ peersHit }) => peersHit[index]!);
    const { atMs } = event;
    const hit = Number.isNaN(peers) ? undefined : peers;
    return { atMs, event: kindOf(event).describe(event), peers: hit };
  });
}

/** The element at `floor(n · percent / 100)`, or the last one; undefined if there is none. */
export function percentile(sorted: ArrayLike<number>, percent: number): number | undefined {
  const index = Math.floor((sorted.length * percent) / 100);
  return sorted[Math.min(index, sorted.length - 1)];
}

/** Of those who have come before the end; the others have the last ids. */
function tabulatePeers(plan: Plan, reports: readonly AsReport[], endMs: number): PeerTable {
  let count = plan.nodeCount - 1;
  while (count > 0 && plan.arrivesAtMs(count as PeerId) >= endMs) count--;
  const id = Uint32Array.from({ length: count }, (_, i) => i + 1);
  const table = {
    id,
    as: new Uint32Array(count),
    role: new Array<SwarmRole>(count),
    class: new Array<string>(count),
    uploadKbps: new Float64Array(count),
    downloadKbps: new Float64Array(count),
    arrivedAtMs: new Float64Array(count),
    completedAtMs: new Float64Array(count),
    leftAtMs: new Float64Array(count),
    unservedMs: new Float64Array(count),
    departure: new Array<Departure | undefined>(count),
  };
  for (let row = 0; row < count; row++) {
    const peer = (row + 1) as PeerId;
    const asId = plan.asOf(peer);
    const localNode = plan.localNodeOf(peer);
    const { uploadKbps, downloadKbps } = plan.capacityOf(peer);
    const { roles, completedAtMs, leftAtMs, departures, unservedMs } = reports[asId]!;
    table.as[row] = asId;
    table.role[row] = SWARM_ROLES[roles[localNode]!]!;
    table.class[row] = plan.swarm.classes[plan.classOf(peer)]!.name;
    table.uploadKbps[row] = uploadKbps;
    table.downloadKbps[row] = downloadKbps;
    table.arrivedAtMs[row] = plan.arrivesAtMs(peer);
    table.completedAtMs[row] = completedAtMs[localNode]!;
    table.leftAtMs[row] = leftAtMs[localNode]!;
    table.unservedMs[row] = plan.swarm.quirks.wholePieces ? NaN : unservedMs[localNode]!;
    table.departure[row] = DEPARTURES[departures[localNode]! - 1];
  }
  return table;
}

/** Of the leechers of each class; classes of the same name count as one. */
function completionByClass(
  plan: Plan,
  peers: PeerTable,
  reports: readonly AsReport[],
  timesMs: Float64Array,
  endMs: number | undefined,
): ClassCompletion[] {
  const names = new Set(plan.swarm.classes.map(({ name }) => name));
  return [...names]
    .map((name) => ({
      name,
      ...completionOf(timesMs, (row) => peers.class[row] === name && peers.role[row] !== 'seed'),
      uploadUtilisation: utilisationOf(plan, peers, reports, endMs, name),
    }))
    .filter(({ count }) => count > 0);
}

/** Of the leechers of a class, or of all, while they were leechers; see `SwarmResult`. */
function utilisationOf(
  plan: Plan,
  peers: PeerTable,
  reports: readonly AsReport[],
  endMs: number | undefined,
  className?: string,
): number | undefined {
  const { swarm } = plan;
  const { id, role, class: classOf, arrivedAtMs } = peers;
  const startMs = firstCompletionMs(peers);
  const isIncluded = (name: string, isCache: boolean) =>
    className === undefined ? !isCache : name === className;
  const leechedMs = leechingTimesMs(peers, swarm.warmUpMs ?? 0, endMs);
  let capacityBits = 0;
  for (const [row, ms] of leechedMs.entries()) {
    if (role[row] === 'seed' || !isIncluded(classOf[row]!, role[row] === 'cache')) continue;
    const sinceMs = Math.max(startMs, arrivedAtMs[row]!);
    capacityBits += plan.uploadBits(id[row] as PeerId, sinceMs, ms);
  }
  const { classes } = swarm;
  const sentBits = sumOf(reports, ({ leecherBits }) =>
    leecherBits.reduce((sum, bits, cell) => {
      const { name, caches } = classes[Math.floor(cell / classes.length)]!;
      return isIncluded(name, caches !== undefined) ? sum + bits : sum;
    }, 0),
  );
  return capacityBits === 0 ? undefined : sentBits / capacityBits;
}

function lastPiecesPaceOf(
  plan: Plan,
  { id, role, completedAtMs }: PeerTable,
  reports: readonly AsReport[],
  timesMs: Float64Array,
): number | undefined {
  const { pieces } = plan.swarm;
  const last = lastPiecesOf(pieces);
  let sum = 0;
  let count = 0;
  for (const [row, peer] of id.entries()) {
    const atMs = completedAtMs[row]!;
    if (!isLeecher(role[row]!) || Number.isNaN(timesMs[row]!)) continue;
    const { nearlyCompletedAtMs } = reports[plan.asOf(peer as PeerId)]!;
    const lastMs = atMs - nearlyCompletedAtMs[plan.localNodeOf(peer as PeerId)]!;
    sum += lastMs / last / (timesMs[row]! / pieces);
    count++;
  }
  return last === 0 || count === 0 ? undefined : sum / count;
}

/** Whether a peer downloads for itself: no seed, and no cache of a provider. */
function isLeecher(role: SwarmRole): boolean {
  return role !== 'seed' && role !== 'cache';
}

function completionOf(timesMs: Float64Array, isIncluded: (row: number) => boolean): Completion {
  const sorted = timesMs.filter((ms, row) => !Number.isNaN(ms) && isIncluded(row)).sort();
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

/** The imports per piece, in blocks. */
function importsPerPieceOf(reports: readonly AsReport[]): number {
  const blocks = sumOf(reports, ({ imports }) => imports.reduce((sum, count) => sum + count, 0));
  const pairs = sumOf(reports, ({ neededPieces }) => neededPieces);
  return pairs === 0 ? 0 : blocks / pairs;
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

/**
 * A hash over the completion times by peer id, and over the imports by AS and piece; if peers come
 * and go, also over when each has left, and why.
 */
function hashOf(plan: Plan, peers: PeerTable, reports: readonly AsReport[]): string {
  const hash = createHash('sha256');
  hash.update(`${peers.id.length} peers, ${reports.length} AS\n`);
  hash.update(bytesOf(peers.completedAtMs));
  for (const { imports } of reports) hash.update(bytesOf(imports));
  if (plan.isOpen) {
    hash.update(bytesOf(peers.leftAtMs));
    for (const { departures } of reports) hash.update(departures);
  }
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

/** The greatest value; NaN is ignored. */
function greatestOf(values: Float64Array): number {
  let greatest = -Infinity;
  for (const value of values) if (value > greatest) greatest = value;
  return greatest;
}
