/**
 * The configuration of a swarm: which fields there are, of which types, and what they mean. The
 * same model serves configuration files, experiments, options of the command line and the API.
 *
 *     peers: 200
 *     file: { size: 256 MiB, pieceSize: 256 KiB }
 *     network: { as: 8 }
 *     cache: { leaders: 30 % }
 *
 * Only the number of peers and the size of the file are required. A name of a field is unique
 * unless it is in a list, so that `leaders` and `cache.leaders` name the same parameter.
 *
 * The schema states types and units; `resolve.ts` the defaults; `checkSwarm` which values make
 * sense together.
 */

import {
  CHOKERS,
  type ChokerName,
  CLIENT_QUIRKS,
  type ClientName,
  type ClientOptions,
  CLIENTS,
  type Quirks,
  type RequestPriority,
  SEED_CHOKERS,
  type SeedChokerName,
} from '@cachetorrent/protocol';
import { ELECTION_POLICIES, type ElectionPolicyName } from '@cachetorrent/tracker';
import { z } from 'zod';

import { type UntilConfig, untilSchema } from './ends.ts';
import { type FaultConfig, faultSchema } from './fault-schema.ts';
import { type NetworkConfig, networkSchema } from './network-schema.ts';
import { type ClassConfig, classSchema, type SeedConfig, seedSchema } from './population-schema.ts';
import type { Percentage, QuantityKind, Rate, Size, Time } from './quantities.ts';
import { type ParentsConfig, parentsSchema } from './parents.ts';
import { type ProviderCacheConfig, providerCacheSchema } from './provider-cache-schema.ts';
import { objectIn, quantityKindIn, quantityOf } from './quantity-schema.ts';
import { type TrackerConfig, trackerSchema as tracker } from './tracker-schema.ts';

export type { CostConfig, TrackerConfig } from './tracker-schema.ts';

/** The file that the swarm shares. Either its size or its number of pieces is required. */
export interface FileConfig {
  /** Size of the file. It is rounded up to whole pieces. */
  readonly size?: Size;
  /** Number of pieces, instead of `size`. */
  readonly pieces?: number;
  /** Size of a piece (default: 256 KiB). */
  readonly pieceSize?: Size;
}

/** When the peers of the crowd arrive, those of classes without arrivals of their own. */
export interface ArrivalsConfig {
  /** Mean time between two arrivals, a Poisson process (default: 2 ms). */
  readonly meanGap?: Time;
  /**
   * Which leecher belongs to which class: drawn at random (`shuffled`, the default), or class by
   * class in order of arrival (`listed`).
   */
  readonly classOrder?: 'shuffled' | 'listed';
}

/** How peers exchange pieces. */
export interface ClientConfig {
  /** `client`: what today's clients do (default). `original`: as the simulator of 2018. */
  readonly rules?: 'client' | 'original';
  /** The client whose choices are the defaults of the other fields (default: libtorrent). */
  readonly preset?: ClientName;
  /** Single quirks of the original simulator that differ from `rules`. */
  readonly quirks?: Partial<Quirks>;
  /** Greatest number of connections of a peer (default: no limit). */
  readonly connectionsMax?: number;
  /** Connections that a peer unchokes for their rate. */
  readonly uploadSlots?: number;
  /** Connections that a peer unchokes optimistically. */
  readonly optimisticSlots?: number;
  /** Time between two runs of the choker. */
  readonly rechokeInterval?: Time;
  /** How long an optimistic unchoke lasts. */
  readonly optimisticInterval?: Time;
  /** Choker of leechers. */
  readonly choker?: ChokerName;
  /** Choker of seeds (with `rules: original` the same as `choker`). */
  readonly seedChoker?: SeedChokerName;
  /** The number of rounds of the choker over which rates are measured. */
  readonly rateRounds?: 1 | 2;
  /** When a free upload slot is given to another peer; see `ClientOptions`. */
  readonly freeSlots?: ClientOptions['freeSlots'];
  /** Pieces that a peer keeps requested if they are moved whole, and from its leader (10). */
  readonly backlog?: number;
  /** A peer keeps requested what arrives in this time, */
  readonly requestQueue?: Time;
  /** but at least so many blocks, */
  readonly requestQueueMin?: number;
  /** at most so many, */
  readonly requestQueueMax?: number;
  /** and so many while the rate is not known. */
  readonly requestQueueStart?: number;
  /** A connection that can deliver pieces in this time is asked for whole ones; 0 for none. */
  readonly wholePieceTime?: Time;
  /** When partial pieces are requested; see `ClientOptions`. */
  readonly partialPieces?: ClientOptions['partialPieces'];
  /** The order in which pieces are begun; see `ClientOptions`. */
  readonly pieceOrder?: ClientOptions['pieceOrder'];
  /** The number of pieces that are picked at random before the rarest are. */
  readonly randomFirstPieces?: number;
  /** How blocks are requested from a second peer at the end; see `ClientOptions`. */
  readonly endgame?: ClientOptions['endgame'];
  /** Whether a block that has arrived is cancelled where it is requested, too. */
  readonly endgameCancels?: boolean;
  /** Time without an answer after which blocks are requested elsewhere; 0 for never. */
  readonly requestTimeout?: Time;
  /** Who has sent nothing for this time gets no slot for its rate; 0 for never. */
  readonly snubbedAfter?: Time;
  /** Whether seeds reveal their pieces one by one (BEP 16). */
  readonly superSeeding?: boolean;
  /** Whether a `have` is sent to peers that have announced the piece. */
  readonly redundantHaves?: boolean;
  /** Pieces that a peer may request while choked (BEP 6); 0: none. See `ClientOptions`. */
  readonly allowedFastPieces?: number;
}

/** CacheTorrent: leaders that fetch pieces into their AS. */
export interface CacheConfig {
  /** Percentage of the peers of each AS that are leaders, at least one (default: none at all). */
  readonly leaders?: Percentage;
  /** Which peers lead: those with the most `capacity` (default), `uptime`, … */
  readonly policy?: ElectionPolicyName;
  /** The least number of leaders of an AS, if it has as many peers (default: 1). */
  readonly minLeaders?: number;
  /** The greatest number of leaders of an AS (default: no limit). */
  readonly maxLeaders?: number;
  /** Number of sub-torrents, each with leaders of its own (default: 1). */
  readonly subTorrents?: number;
  /**
   * How leaders are divided between AS: the same percentage in all (`equal`, the default), or fewer
   * where traffic over the border is dear (`price`), which needs `network.prices`.
   */
  readonly leaderShare?: 'equal' | 'price';
  /**
   * The parents of AS, through whose leaders those of an AS get pieces from elsewhere (default:
   * none): their `providers` or `peers`, the `cheapest` of them, or a list.
   */
  readonly parents?: ParentsConfig;
  /** Caches that providers run: peers that are always there (default: none). */
  readonly providerCaches?: readonly ProviderCacheConfig[];
  /**
   * How a leader ranks pieces that its followers have requested: first among equally rare pieces
   * (`within-rarity`, the default), or before all others (`absolute`).
   */
  readonly requestPriority?: RequestPriority;
}

/** The configuration of a swarm. A plain number is in bytes, kbit/s, milliseconds or percent. */
export interface SwarmConfig {
  /** For editors: the location of the JSON Schema. */
  readonly $schema?: string;
  /** Number of peers, seeds included. May be left out if all classes have a count. */
  readonly peers?: number;
  /** Number of seeds, or their number and capacity (default: 1). */
  readonly seeds?: number | SeedConfig | readonly SeedConfig[];
  /** Upload capacity of seeds and classes that have none of their own (default: 10 Mbit/s). */
  readonly upload?: Rate;
  /** Download capacity of seeds and classes that have none of their own (default: 50 Mbit/s). */
  readonly download?: Rate;
  /** Classes of leechers (default: one class, `peer`). */
  readonly classes?: readonly ClassConfig[];
  /** The file that the swarm shares. */
  readonly file: FileConfig;
  /** When the crowd arrives. */
  readonly arrivals?: ArrivalsConfig;
  /** When the run ends: at a time, by an event, or when all are `complete` (default). */
  readonly until?: 'complete' | Time | UntilConfig;
  /** What happens before this time does not count in figures (default: 0). */
  readonly warmUp?: Time;
  /** The network between the peers. */
  readonly network?: NetworkConfig;
  /** What the tracker does. */
  readonly tracker?: TrackerConfig;
  /** How peers exchange pieces; a name is short for `{ preset: name }`. */
  readonly client?: ClientName | ClientConfig;
  /** What happens on purpose in the course of the run: crashes, for instance. */
  readonly faults?: readonly FaultConfig[];
  /** CacheTorrent; absent: plain BitTorrent. */
  readonly cache?: CacheConfig;
}

const count = z.number();
const size = quantityOf('size');
const rate = quantityOf('rate');
const time = quantityOf('time');
const percentage = quantityOf('percent');

function names<Name extends string>(of: Readonly<Record<Name, unknown>>): Name[] {
  return Object.keys(of) as Name[];
}

const quirks = z
  .strictObject(
    Object.fromEntries(names(CLIENT_QUIRKS).map((name) => [name, z.boolean().exactOptional()])),
  )
  .describe('Single quirks of the original simulator that differ from `rules`.');

const file = z
  .strictObject({
    size: size.exactOptional().describe('Size of the file, such as 256 MiB, or in bytes.'),
    pieces: count.exactOptional().describe('Number of pieces, instead of `size`.'),
    pieceSize: size.exactOptional().describe('Size of a piece (default: 256 KiB).'),
  })
  .describe('The file that the swarm shares: its size, or its number of pieces.');

const arrivals = z
  .strictObject({
    meanGap: time.exactOptional().describe('Mean time between two arrivals (default: 2 ms).'),
    classOrder: z
      .enum(['shuffled', 'listed'])
      .exactOptional()
      .describe('Classes at random (default), or one after the other in order of arrival.'),
  })
  .describe('When peers of classes without `arrivals` arrive: a Poisson process.');

const clientName = z.enum(names(CLIENTS));

const client = z
  .strictObject({
    rules: z
      .enum(['client', 'original'])
      .exactOptional()
      .describe("`client`: what today's clients do (default); `original`: the simulator of 2018."),
    preset: clientName
      .exactOptional()
      .describe('Client whose choices are the defaults below (default: libtorrent).'),
    quirks: quirks.exactOptional(),
    connectionsMax: count
      .exactOptional()
      .describe('Greatest number of connections of a peer (default: no limit; our client: 80).'),
    uploadSlots: count.exactOptional().describe('Unchokes by rate (libtorrent: 7).'),
    optimisticSlots: count.exactOptional().describe('Optimistic unchokes (libtorrent: 1).'),
    rechokeInterval: time
      .exactOptional()
      .describe('Time between two runs of the choker (libtorrent: 15 s).'),
    optimisticInterval: time
      .exactOptional()
      .describe('How long an optimistic unchoke lasts (libtorrent: 30 s).'),
    choker: z
      .enum(names(CHOKERS))
      .exactOptional()
      .describe('Choker of leechers (libtorrent: tit-for-tat).'),
    seedChoker: z
      .enum(names(SEED_CHOKERS))
      .exactOptional()
      .describe('Choker of seeds (libtorrent: round-robin).'),
    rateRounds: z
      .union([z.literal(1), z.literal(2)])
      .exactOptional()
      .describe('Rounds of the choker over which rates are measured (libtorrent: 1).'),
    freeSlots: z
      .enum(['at-once', 'rechoke', 'next-round'])
      .exactOptional()
      .describe('When a free slot is given away: at once (libtorrent), by a rechoke, or later.'),
    backlog: count
      .exactOptional()
      .describe('Pieces kept requested from a leader, and if pieces are moved whole (10).'),
    requestQueue: time
      .exactOptional()
      .describe('Blocks are kept requested that arrive in this time (libtorrent: 3 s).'),
    requestQueueMin: count.exactOptional().describe('Least of these blocks (libtorrent: 2).'),
    requestQueueMax: count.exactOptional().describe('Most of these blocks (libtorrent: 500).'),
    requestQueueStart: count
      .exactOptional()
      .describe('Blocks requested while the rate is not known (libtorrent: 4).'),
    wholePieceTime: time
      .exactOptional()
      .describe('Connections that deliver pieces in this time get whole ones (20 s; 0: none).'),
    partialPieces: z
      .enum(['first', 'seeds-apart', 'among-rarest', 'fewest-missing'])
      .exactOptional()
      .describe('Partial pieces first (seeds-apart: each kind), among equally rare, or by size.'),
    pieceOrder: z
      .enum(['rarest', 'random', 'in-order'])
      .exactOptional()
      .describe('Pieces are begun rarest first (libtorrent), at random, or in order.'),
    randomFirstPieces: count
      .exactOptional()
      .describe('Pieces picked at random before the rarest are (libtorrent: 4).'),
    endgame: z
      .enum(['strict', 'two', 'all'])
      .exactOptional()
      .describe('At the end idle peers help with a block (strict), or two or all send all blocks.'),
    endgameCancels: z
      .boolean()
      .exactOptional()
      .describe('Whether what has arrived is cancelled elsewhere (libtorrent: false).'),
    requestTimeout: time
      .exactOptional()
      .describe('Time without an answer until requests go elsewhere (libtorrent: 20 s; 0: never).'),
    snubbedAfter: time
      .exactOptional()
      .describe('Who sends nothing for this time gets no slot by rate (mainline: 30 s; 0: never).'),
    superSeeding: z
      .boolean()
      .exactOptional()
      .describe('Whether seeds reveal their pieces one by one (BEP 16; default: false).'),
    redundantHaves: z
      .boolean()
      .exactOptional()
      .describe('Whether `have` is sent to peers that have the piece (default: true).'),
    allowedFastPieces: count
      .exactOptional()
      .describe('Pieces that a peer may request while choked (BEP 6; libtorrent: 5; 0: none).'),
  })
  .describe('How peers exchange pieces.');

const cache = z
  .strictObject({
    leaders: percentage
      .exactOptional()
      .describe('Percentage of the peers of each AS that are leaders (default: none).'),
    policy: z
      .enum(names(ELECTION_POLICIES))
      .exactOptional()
      .describe('Who leads: by capacity (default), uptime, stability (both), or at random.'),
    minLeaders: count
      .exactOptional()
      .describe('Least number of leaders of an AS, if it has as many peers (default: 1).'),
    maxLeaders: count
      .exactOptional()
      .describe('Greatest number of leaders of an AS (default: no limit).'),
    subTorrents: count
      .exactOptional()
      .describe('Sub-torrents, each with leaders of its own (default: 1).'),
    requestPriority: z
      .enum(['within-rarity', 'absolute'])
      .exactOptional()
      .describe('How a leader ranks pieces that its followers have requested.'),
    leaderShare: z
      .enum(['equal', 'price'])
      .exactOptional()
      .describe('Leaders of AS: the same percentage (default), or fewer where traffic is dear.'),
    parents: parentsSchema.exactOptional(),
    providerCaches: z
      .array(providerCacheSchema)
      .exactOptional()
      .describe('Caches that providers run, in each AS or for several (default: none).'),
  })
  .describe('CacheTorrent: leaders fetch pieces into their AS. Plain BitTorrent without leaders.');

const swarmConfig = z.strictObject({
  $schema: z.string().exactOptional().describe('For editors: the location of this schema.'),
  peers: count.exactOptional().describe('Number of peers, seeds included.'),
  seeds: z
    .union([count, seedSchema, z.array(seedSchema)])
    .exactOptional()
    .describe('Number of seeds, or their number and capacity (default: 1).'),
  upload: rate
    .exactOptional()
    .describe(
      'Upload capacity of seeds and classes that have none of their own (default: 10 Mbit/s).',
    ),
  download: rate
    .exactOptional()
    .describe(
      'Download capacity of seeds and classes that have none of their own (default: 50 Mbit/s).',
    ),
  classes: z
    .array(classSchema)
    .exactOptional()
    .describe('Classes of leechers that are alike (default: one class, `peer`).'),
  file,
  arrivals: arrivals.exactOptional(),
  until: z
    .union([untilSchema, quantityOf('time', 'complete')])
    .exactOptional()
    .describe('When the run ends: at a time, by an event, or when all are `complete` (default).'),
  warmUp: time
    .exactOptional()
    .describe('What happens before this time does not count in figures (default: 0).'),
  network: networkSchema.exactOptional(),
  tracker: tracker.exactOptional(),
  // The object is first: a name is no object, but an object may be a mistaken name.
  client: z
    .union([client, clientName])
    .exactOptional()
    .describe('How peers exchange pieces: a client, or its name and what differs from it.'),
  cache: cache.exactOptional(),
  faults: z
    .array(faultSchema)
    .exactOptional()
    .describe('What happens on purpose, and when: crashes of leaders, for instance.'),
});

/** Checks the types and units of a configuration. */
export const SWARM_SCHEMA: z.ZodType<SwarmConfig> =
  swarmConfig as unknown as z.ZodType<SwarmConfig>;

/** The JSON Schema of a configuration, for editors. */
export function swarmJsonSchema(): object {
  return {
    title: 'A swarm of CacheTorrent',
    ...z.toJSONSchema(swarmConfig, { target: 'draft-7', reused: 'ref' }),
  };
}

const SECTIONS = { file, arrivals, network: networkSchema, tracker, client, cache } as const;

/** The fields that the object at `path` may have, also as an entry of a list. */
export function fieldsAt(path: readonly PropertyKey[]): readonly string[] {
  return Object.keys(shapeAt(path));
}

/** The kind of the quantity that the field at `path` holds; undefined if it holds none. */
export function quantityKindAt(path: readonly PropertyKey[]): QuantityKind | undefined {
  const shape = shapeAt(path.slice(0, -1));
  const field = path.at(-1) ?? '';
  return Object.hasOwn(shape, field) ? quantityKindIn(shape[String(field)]) : undefined;
}

function shapeAt(path: readonly PropertyKey[]): z.core.$ZodShape {
  let object: z.ZodObject | undefined = swarmConfig;
  for (const step of path) {
    if (typeof step === 'number') continue;
    const shape: z.core.$ZodShape = object?.shape ?? {};
    object = Object.hasOwn(shape, step) ? objectIn(shape[String(step)]) : undefined;
  }
  return object?.shape ?? {};
}

/** The path of every field that holds a value, lists left out: `['cache', 'leaders']`. */
export const FIELD_PATHS: readonly (readonly string[])[] = [
  ...['peers', 'seeds', 'upload', 'download', 'classes', 'until', 'warmUp', 'faults'].map(
    (name) => [name],
  ),
  ...names(SECTIONS).flatMap((section) =>
    fieldsAt([section]).flatMap((name) =>
      name === 'quirks'
        ? fieldsAt(['client', 'quirks']).map((quirk) => [section, name, quirk])
        : [[section, name]],
    ),
  ),
];
