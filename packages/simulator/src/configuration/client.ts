/** The section `client` of a configuration: its defaults are the choices of a client by name. */

import { type ChokerName, CLIENTS, type SeedChokerName } from '@cachetorrent/protocol';

import { quantity } from './quantities.ts';
import type { ClientConfig, SwarmConfig } from './schema.ts';

/** The times among the fields of `client`. */
type ClientTime =
  | 'rechokeInterval'
  | 'optimisticInterval'
  | 'requestQueue'
  | 'wholePieceTime'
  | 'requestTimeout'
  | 'snubbedAfter';

/** The section `client` with every field written out. */
export type CompleteClientConfig = Required<Omit<ClientConfig, ClientTime | 'connectionsMax'>> &
  Readonly<Record<ClientTime, number>> &
  // Absent if there is no limit.
  Pick<ClientConfig, 'connectionsMax'>;

const DEFAULT_BACKLOG = 10;

/** The slots of the original simulator. */
const ORIGINAL = {
  uploadSlots: 4,
  optimisticSlots: 1,
  rechokeIntervalMs: 10_000,
  choker: 'tit-for-tat',
} as const;

/** The section with its fields, also where the configuration only names a client. */
export function clientSection(client: SwarmConfig['client'] = {}): ClientConfig {
  return typeof client === 'string' ? { preset: client } : client;
}

/** Fills in what was left out, from the client that the configuration names. */
export function clientOf(client: ClientConfig): CompleteClientConfig {
  const { rules = 'client', preset = 'libtorrent' } = client;
  const { options, ...slots } = CLIENTS[preset];
  const isOriginal = rules === 'original';
  const base = isOriginal ? ORIGINAL : slots;
  const choker = client.choker ?? base.choker;
  return {
    rules,
    preset,
    quirks: client.quirks ?? {},
    ...(client.connectionsMax === undefined ? {} : { connectionsMax: client.connectionsMax }),
    uploadSlots: client.uploadSlots ?? base.uploadSlots,
    optimisticSlots: client.optimisticSlots ?? base.optimisticSlots,
    rechokeInterval: time(client.rechokeInterval, base.rechokeIntervalMs),
    optimisticInterval: time(client.optimisticInterval, options.optimisticMs),
    choker,
    seedChoker: client.seedChoker ?? (isOriginal ? chokerOfOriginalSeed(choker) : slots.seedChoker),
    rateRounds: client.rateRounds ?? options.rateRounds,
    freeSlots: client.freeSlots ?? options.freeSlots,
    backlog: client.backlog ?? DEFAULT_BACKLOG,
    requestQueue: time(client.requestQueue, options.requestQueueMs),
    requestQueueMin: client.requestQueueMin ?? options.requestQueueMin,
    requestQueueMax: client.requestQueueMax ?? options.requestQueueMax,
    requestQueueStart: client.requestQueueStart ?? options.requestQueueStart,
    wholePieceTime: time(client.wholePieceTime, options.wholePieceMs),
    partialPieces: client.partialPieces ?? options.partialPieces,
    pieceOrder: client.pieceOrder ?? options.pieceOrder,
    randomFirstPieces: client.randomFirstPieces ?? options.randomFirstPieces,
    endgame: client.endgame ?? options.endgame,
    endgameCancels: client.endgameCancels ?? options.endgameCancels,
    requestTimeout: time(client.requestTimeout, options.requestTimeoutMs),
    snubbedAfter: time(client.snubbedAfter, options.snubbedAfterMs),
    superSeeding: client.superSeeding ?? options.superSeeding,
    redundantHaves: client.redundantHaves ?? options.redundantHaves,
    allowedFastPieces: client.allowedFastPieces ?? options.allowedFastPieces,
  };
}

/** In the original, a seed has the choker of leechers. */
function chokerOfOriginalSeed(choker: ChokerName): SeedChokerName {
  return choker === 'rate-based' ? 'tit-for-tat' : choker;
}

function time(value: string | number | undefined, otherwise: number): number {
  return value === undefined ? otherwise : quantity('time', value);
}
