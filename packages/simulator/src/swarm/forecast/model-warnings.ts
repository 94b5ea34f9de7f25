/**
 * Finds before a run where a swarm stretches the model, or what clients are made for: the run is
 * possible, but what comes out depends on something that the user may not have meant to study.
 *
 * All of it is about pieces that are moved in blocks. The original moves whole pieces, and is
 * there to reproduce results, whatever they depend on.
 */

import {
  blockLayoutOf,
  type PeerClass,
  peerCountOf,
  peersOfClass,
  type Swarm,
  usedUploadKbps,
} from '../plan/swarm.ts';
import { minimumDistributionTimeMs } from './minimum-time.ts';
import { typicalLatencyMs } from './typical-latency.ts';

/** What is stretched. A campaign warns once about each. */
export type ModelWarningKind =
  | 'large pieces'
  | 'slow slots'
  | 'short request window'
  | 'rare allocations'
  | 'early timeouts';

/** One way in which a swarm stretches the model. */
export interface ModelWarning {
  /** What is stretched, in two words. */
  readonly kind: ModelWarningKind;
  /** What is stretched, why it matters, and what to do. */
  readonly text: string;
}

/** Clients measure rates over about this time: mainline's `max_rate_period`. */
const RATE_PERIOD_MS = 20_000;

/** All ways in which `swarm` stretches the model. The swarm has passed its checks. */
export function modelWarningsOf(swarm: Swarm): readonly ModelWarning[] {
  if (swarm.quirks.wholePieces) return [];
  const found: Readonly<Record<ModelWarningKind, string | undefined>> = {
    'large pieces': largePieces(swarm),
    'slow slots': slowSlots(swarm),
    'short request window': shortRequestWindow(swarm),
    'rare allocations': rareAllocations(swarm),
    'early timeouts': earlyTimeouts(swarm),
  };
  return Object.entries(found).flatMap(([kind, text]) =>
    text === undefined ? [] : [{ kind: kind as ModelWarningKind, text }],
  );
}

function largePieces(swarm: Swarm): string | undefined {
  const { pieces, pieceBits } = swarm;
  const fix =
    'A peer uploads nothing of a piece that it has not completed, so the size of a piece decides ' +
    'the result. Lower file.pieceSize, or use a larger file';
  if (pieces < 10) {
    return `the file has ${plural(pieces, 'piece')}, so a piece is more than a tenth of it. ${fix}`;
  }
  const uploadKbps = meanUploadKbps(swarm);
  if (uploadKbps === 0) return undefined;
  const slots = slotsOf(swarm);
  const pieceMs = (pieceBits * slots) / uploadKbps;
  const fileMs = minimumDistributionTimeMs(swarm);
  if (pieceMs <= fileMs / 10) return undefined;
  return (
    `a piece takes ${seconds(pieceMs)} on one of the ${plural(slots, 'upload slot')} of a peer, ` +
    `more than a tenth of the ${seconds(fileMs)} that the file takes at best. ${fix}`
  );
}

function slowSlots(swarm: Swarm): string | undefined {
  const { rechokeIntervalMs, choker } = swarm;
  // It has as many slots as the rate allows.
  if (choker === 'rate-based') return undefined;
  const slots = slotsOf(swarm);
  const slowest = uploadingClasses(swarm).reduce((slow, each) =>
    each.uploadKbps < slow.uploadKbps ? each : slow,
  );
  const { blockBits } = blockLayoutOf(swarm, swarm.pieces);
  const bits = Math.min(blockBits, swarm.pieceBits);
  const blockMs = (bits * slots) / slowest.uploadKbps;
  const [limitMs, limit] =
    rechokeIntervalMs < RATE_PERIOD_MS
      ? [rechokeIntervalMs, `the rechoke interval of ${seconds(rechokeIntervalMs)}`]
      : [RATE_PERIOD_MS, `the ${seconds(RATE_PERIOD_MS)} over which clients measure rates`];
  if (blockMs <= limitMs) return undefined;
  return (
    `a block takes ${seconds(blockMs)} on one of the ${plural(slots, 'upload slot')} of a peer ` +
    `of class "${slowest.name}", longer than ${limit}. Chokers then decide before a block has ` +
    'arrived, and a choke waits for the block in progress. Lower client.uploadSlots, or raise ' +
    'client.rechokeInterval or the upload capacity'
  );
}

function shortRequestWindow(swarm: Swarm): string | undefined {
  const { client } = swarm;
  const { requestQueueMs, requestQueueMin, requestQueueMax } = client;
  const { blockBits } = blockLayoutOf(swarm, swarm.pieces);
  const roundTripMs = 2 * typicalLatencyMs(swarm);
  const uploadKbps = Math.max(...uploadingClasses(swarm).map((each) => each.uploadKbps));
  const downloadKbps = Math.max(...swarm.classes.map((each) => each.downloadKbps));
  const kbps = Math.min(uploadKbps / slotsOf(swarm), downloadKbps);
  const blocks = Math.ceil((kbps * requestQueueMs) / blockBits);
  const window = Math.min(requestQueueMax, Math.max(requestQueueMin, blocks));
  // More is requested when half has arrived; or at once, if whole pieces are requested.
  const refilled = kbps * client.wholePieceMs >= swarm.pieceBits ? window : window / 2;
  const needed = Math.ceil((kbps * roundTripMs) / blockBits);
  if (refilled >= needed) return undefined;
  const field = blocks > requestQueueMax ? 'client.requestQueueMax' : 'client.requestQueue';
  return (
    `an upload slot of the fastest peers sends ${plural(needed, 'block')} in a round trip of ` +
    `${seconds(roundTripMs)}, but at most ${plural(window, 'block')} are requested ahead, ` +
    'and more only when half of them have arrived. Their connections are idle while ' +
    `requests are on their way. Raise ${field}, or lower the latency`
  );
}

function rareAllocations(swarm: Swarm): string | undefined {
  const { allocationIntervalMs, rechokeIntervalMs } = swarm;
  const fileMs = minimumDistributionTimeMs(swarm);
  if (fileMs < 10 * allocationIntervalMs) {
    return (
      `the file takes ${seconds(fileMs)} at best, less than ten of the ` +
      `${seconds(allocationIntervalMs)} between two allocations of rates. A connection that is ` +
      'unchoked sends nothing until the next allocation, so this interval decides the result. ' +
      'Lower network.allocationInterval, or use a larger file'
    );
  }
  if (allocationIntervalMs <= rechokeIntervalMs / 2) return undefined;
  return (
    `rates are allocated every ${seconds(allocationIntervalMs)}, but chokers run every ` +
    `${seconds(rechokeIntervalMs)}. A connection that is unchoked sends nothing until the next ` +
    'allocation, so much of each round is idle. Lower network.allocationInterval to half of ' +
    'client.rechokeInterval or less'
  );
}

function earlyTimeouts(swarm: Swarm): string | undefined {
  const { client, allocationIntervalMs } = swarm;
  const { requestTimeoutMs } = client;
  if (requestTimeoutMs === 0) return undefined;
  const answerMs = 2 * typicalLatencyMs(swarm) + allocationIntervalMs;
  if (requestTimeoutMs > answerMs) return undefined;
  return (
    `a peer gives up on another after ${seconds(requestTimeoutMs)} without an answer, but an ` +
    `answer may take ${seconds(answerMs)}: a round trip and an allocation interval. Blocks are ` +
    'then requested elsewhere for no reason. Raise client.requestTimeout'
  );
}

/** How many connections of a peer are unchoked at a time; it has no more than there are peers. */
function slotsOf(swarm: Swarm): number {
  const { uploadSlots, optimisticSlots } = swarm;
  return Math.min(uploadSlots + optimisticSlots, peerCountOf(swarm) - 1);
}

function uploadingClasses({ classes }: Swarm): readonly PeerClass[] {
  return classes.filter((peerClass) => usedUploadKbps(peerClass) > 0);
}

/** The mean upload capacity of the leechers that upload. */
function meanUploadKbps(swarm: Swarm): number {
  const { classes, seeds } = swarm;
  let first = 0;
  let peers = 0;
  let totalKbps = 0;
  for (const peerClass of classes) {
    const count = peersOfClass(peerClass, swarm);
    const uploadKbps = usedUploadKbps(peerClass);
    const leechers = count - Math.max(0, Math.min(count, seeds - first));
    first += count;
    if (uploadKbps === 0) continue;
    peers += leechers;
    totalKbps += leechers * uploadKbps;
  }
  return peers === 0 ? 0 : totalKbps / peers;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toLocaleString('en-US', { maximumSignificantDigits: 3 })} s`;
}

function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}
