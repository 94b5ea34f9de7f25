/**
 * From a configuration to the swarm that it means: fills in what was left out, applies what the
 * command line said instead, and has the simulator check the whole.
 */

import { CLIENT_QUIRKS, ORIGINAL_QUIRKS } from '@cachetorrent/protocol';
import { checkSwarm, type LatencyModel, type Swarm, SwarmError } from '@cachetorrent/simulator';
import type { JSONPath } from 'jsonc-parser';

import { UserError } from '../user-error.ts';
import type { ConfigFile } from './read.ts';
import type { Config } from './schema.ts';

/** What stands on the command line instead of in the file. */
export type Overrides = Partial<
  Pick<
    Config,
    | 'leaders'
    | 'bias'
    | 'multi'
    | 'pieces'
    | 'pieceSize'
    | 'choker'
    | 'seedChoker'
    | 'preference'
    | 'rules'
  >
>;

/** A configuration in which every field that matters is written out. */
export type WholeConfig = Config &
  Required<
    Pick<
      Config,
      'rules' | 'habits' | 'latency' | 'arrivalGapMs' | 'preference' | 'choker' | 'seedChoker'
    >
  >;

/** A swarm that can be simulated, and the configuration that it was made of. */
export interface CheckedSwarm {
  /** To be given to `simulate`. */
  readonly swarm: Swarm;
  /** Written to a file, it gives the same swarm again. */
  readonly config: WholeConfig;
}

/** The original's messages take no time; this stands in for how long they wait to be handled. */
const ORIGINAL_LATENCY_MS = 50;
/** As in the original: all of `medium` have joined within some 1.4 s. */
const ARRIVAL_GAP_MS = 2;

/** @throws UserMistake where the swarm makes no sense, naming the line or the option */
export function checkedSwarm({ config, places }: ConfigFile, overrides: Overrides): CheckedSwarm {
  const whole = complete({ ...config, ...overrides });
  refuseIdlePreference(whole, overrides);
  const swarm = swarmOf(whole);
  const nameOf = (field: string) => {
    const name = configFieldOf(field);
    return name in overrides ? flagOf(name) : name;
  };
  try {
    checkSwarm(swarm, nameOf);
  } catch (error) {
    if (!(error instanceof SwarmError)) throw error;
    const { at, problem, fix } = error;
    const where = at.startsWith('--') ? at : `${places.ofValue(pathOf(at))}: ${at}`;
    throw new UserError({ at: where, problem, fix });
  }
  return { swarm, config: whole };
}

/** A file may hold a preference that nobody follows: every configuration that we write does. */
function refuseIdlePreference({ leaders }: WholeConfig, { preference }: Overrides): void {
  if (preference === undefined || leaders !== undefined) return;
  const problem = `is ${preference}, but only the leaders of CacheTorrent have one`;
  throw new UserError({ at: '--preference', problem, fix: 'set --leaders too, or leave it out' });
}

/** Fills in what was left out. */
export function complete(config: Config): WholeConfig {
  const rules = config.rules ?? 'client';
  const choker = config.choker ?? 'tit-for-tat';
  const original = rules === 'original';
  return {
    ...config,
    rules,
    habits: config.habits ?? {},
    latency:
      config.latency ?? (original ? { fixedMs: ORIGINAL_LATENCY_MS } : { model: 'topology' }),
    arrivalGapMs: config.arrivalGapMs ?? ARRIVAL_GAP_MS,
    preference: config.preference ?? 'within-rarity',
    choker,
    seedChoker: config.seedChoker ?? (original ? choker : 'round-robin'),
  };
}

/** In the simulator's words. It is not checked. */
export function swarmOf(config: WholeConfig): Swarm {
  const { transitDomains, transitDomainSize, stubDomains, stubDomainSize } = config;
  const { fixedMs } = config.latency;
  const latency: LatencyModel =
    fixedMs === undefined ? { model: 'topology' } : { model: 'fixed', fixedMs };
  const habits = config.rules === 'original' ? ORIGINAL_QUIRKS : CLIENT_QUIRKS;
  return {
    neighbours: config.outPeers,
    minPeers: config.minNodes,
    seeds: config.seeds,
    pieces: config.pieces,
    pieceBits: config.pieceSize,
    uploadSlots: config.uploads,
    optimisticSlots: config.optimistics,
    rechokeIntervalMs: config.interval,
    backlog: config.backlog,
    choker: config.choker,
    seedChoker: config.seedChoker,
    allocationIntervalMs: config.transferInterval,
    arrivalGapMs: config.arrivalGapMs,
    capacities: config.capacityNodes.map(({ number, upload, download }) => ({
      count: number,
      uploadKbps: upload,
      downloadKbps: download,
    })),
    topology: { transitDomains, transitDomainSize, stubDomains, stubDomainSize },
    latency,
    quirks: { ...habits, ...config.habits },
    requestPriority: config.preference,
    subTorrents: config.multi ?? 1,
    ...(config.leaders === undefined ? {} : { leaderPercent: config.leaders }),
    ...(config.bias === undefined ? {} : { externalPercent: config.bias }),
  };
}

/** Fields of a swarm that go by another name in a configuration file. */
const CONFIG_NAMES: Readonly<Record<string, string>> = {
  neighbours: 'outPeers',
  minPeers: 'minNodes',
  pieceBits: 'pieceSize',
  uploadSlots: 'uploads',
  optimisticSlots: 'optimistics',
  rechokeIntervalMs: 'interval',
  allocationIntervalMs: 'transferInterval',
  capacities: 'capacityNodes',
  count: 'number',
  uploadKbps: 'upload',
  downloadKbps: 'download',
  leaderPercent: 'leaders',
  externalPercent: 'bias',
  subTorrents: 'multi',
  quirks: 'habits',
  requestPriority: 'preference',
};

function configFieldOf(swarmField: string): string {
  const field = swarmField.replace(/^topology\./, '');
  return field.replace(/[a-zA-Z]+/g, (name) => CONFIG_NAMES[name] ?? name);
}

/** The option of the command line that stands for a field of a configuration. */
export function flagOf(field: string): string {
  return `--${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** `capacityNodes[1].upload` is ['capacityNodes', 1, 'upload']. */
function pathOf(field: string): JSONPath {
  return Array.from(field.matchAll(/[a-zA-Z]+|\d+/g), ([step]) =>
    /^\d/.test(step) ? Number(step) : step,
  );
}
