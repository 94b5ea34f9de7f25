/**
 * The fields of a configuration file. Those of the original simulator keep their names and units,
 * so that its files run unchanged; the others, all of them optional, are ours.
 *
 * Here stands which types fields have. What values make sense together is the simulator's to
 * say (`checkSwarm`).
 */

import {
  CHOKERS,
  type ChokerName,
  CLIENT_QUIRKS,
  type Quirks,
  type RequestPriority,
  SEED_CHOKERS,
  type SeedChokerName,
} from '@cachetorrent/protocol';
import { z } from 'zod';

/** A number of nodes, in order of arrival, the tracker first. */
export interface CapacityNodes {
  /** How many nodes have this line, in order of arrival. */
  readonly number: number;
  /** Upload capacity, in bits per millisecond, that is kbit/s. */
  readonly upload: number;
  /** Download capacity, in kbit/s. */
  readonly download: number;
}

/** All messages take one time, or each the time of its shortest path. */
export interface LatencyChoice {
  /** The same between any two nodes, in ms. */
  readonly fixedMs?: number;
  /** Along the shortest way through the topology. */
  readonly model?: 'topology';
}

/** Which habits peers have: those of today's clients, or of the original simulator. */
export type Rules = 'client' | 'original';

/** What a configuration file says. Sizes are in bits, times in ms, capacities in kbit/s. */
export interface Config {
  /** Neighbours that a peer asks the tracker for. */
  readonly outPeers: number;
  /** Not used, here as in the original: a peer accepts every stranger. */
  readonly inPeers?: number;
  /** The tracker answers when so many peers have joined. */
  readonly minNodes: number;
  /** How many of the first peers hold the whole file from the start. */
  readonly seeds: number;
  /** In bits. */
  readonly pieceSize: number;
  /** Pieces of the file. */
  readonly pieces: number;
  /** Upload slots given for what a peer uploads to us. */
  readonly uploads: number;
  /** Upload slots given by chance. */
  readonly optimistics: number;
  /** Time between two rounds of the choker, in ms. */
  readonly interval: number;
  /** Pieces that a download keeps asked for. */
  readonly backlog: number;
  /** Transit domains, that is parts of the backbone. */
  readonly transitDomains: number;
  /** Routers of each transit domain, give or take two. */
  readonly transitDomainSize: number;
  /** Stub domains, each an autonomous system that hosts peers. */
  readonly stubDomains: number;
  /** Routers of each stub domain, give or take two. */
  readonly stubDomainSize: number;
  /** Time between two allocations of rates, in ms. */
  readonly transferInterval: number;
  /** Who can send and receive how much; the numbers add up to the peers and one tracker. */
  readonly capacityNodes: readonly CapacityNodes[];
  /** Not used, here as in the original. */
  readonly allNodesRunInterval?: number;

  /** The habits of today's clients (the default), or those of the original simulator. */
  readonly rules?: Rules;
  /** Single habits, where they differ from those of `rules`. */
  readonly habits?: Partial<Quirks>;
  /** By default 50 ms under the original's rules, and the topology's otherwise. */
  readonly latency?: LatencyChoice;
  /** Mean time between two arrivals, in ms; by default 2. */
  readonly arrivalGapMs?: number;
  /** Turns on CacheTorrent, with so many percent of the peers as leaders. */
  readonly leaders?: number;
  /** How a leader treats what its followers asked for. */
  readonly preference?: RequestPriority;
  /** Biased neighbour selection, with so many percent of the neighbours from anywhere. */
  readonly bias?: number;
  /** Splits the file into so many parts, each with leaders of its own. */
  readonly multi?: number;
  /** Whom leechers upload to. Default: tit-for-tat. */
  readonly choker?: ChokerName;
  /** By default `round-robin`; under the original's rules, as `choker`. */
  readonly seedChoker?: SeedChokerName;
}

const number = z.number();
const capacityNodes = z.strictObject({ number, upload: number, download: number });
const latency = z.strictObject({
  fixedMs: number.exactOptional(),
  model: z.literal('topology').exactOptional(),
});
const habits = z.strictObject(
  Object.fromEntries(namesOf(CLIENT_QUIRKS).map((name) => [name, z.boolean().exactOptional()])),
);

const config = z.strictObject({
  outPeers: number,
  inPeers: number.exactOptional(),
  minNodes: number,
  seeds: number,
  pieceSize: number,
  pieces: number,
  uploads: number,
  optimistics: number,
  interval: number,
  backlog: number,
  transitDomains: number,
  transitDomainSize: number,
  stubDomains: number,
  stubDomainSize: number,
  transferInterval: number,
  capacityNodes: z.array(capacityNodes),
  allNodesRunInterval: number.exactOptional(),

  rules: z.enum(['client', 'original']).exactOptional(),
  habits: habits.exactOptional(),
  latency: latency.exactOptional(),
  arrivalGapMs: number.exactOptional(),
  leaders: number.exactOptional(),
  preference: z.enum(['within-rarity', 'absolute']).exactOptional(),
  bias: number.exactOptional(),
  multi: number.exactOptional(),
  choker: z.enum(namesOf(CHOKERS)).exactOptional(),
  seedChoker: z.enum(namesOf(SEED_CHOKERS)).exactOptional(),
});

export const CONFIG_SCHEMA: z.ZodType<Config> = config;

/** The fields that an object at `path` may have: at the top, in an entry, in a nested object. */
export function fieldsAt(path: readonly PropertyKey[]): readonly string[] {
  switch (path[0]) {
    case undefined:
      return namesOf(config.shape);
    case 'capacityNodes':
      return namesOf(capacityNodes.shape);
    case 'latency':
      return namesOf(latency.shape);
    case 'habits':
      return namesOf(habits.shape);
    default:
      return [];
  }
}

function namesOf<Name extends string>(of: Readonly<Record<Name, unknown>>): Name[] {
  return Object.keys(of) as Name[];
}
