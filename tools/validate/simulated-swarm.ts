/** Simulates a setting, and says which swarm that is, so that real clients can form the same. */

import {
  asCountOf,
  forecastPeers,
  type MessageLog,
  type PeerTable,
  simulate,
  type Swarm,
  swarm as swarmOf,
  type SwarmResult,
  type Timeline,
} from '@cachetorrent/simulator';

import { type Borders, exchangedBytes, type ObservedRun, type PairBytes } from './observed-run.ts';
import { configOf, type Setting } from './scenarios.ts';

/** A peer of a swarm, with what real clients need to know of it. */
export interface SwarmPeer {
  readonly class: string;
  /** The number of its AS, from 0. */
  readonly as: number;
  readonly uploadBytesPerS: number;
  readonly downloadBytesPerS: number;
  /** The peers to which it connects: indexes into the list of peers. */
  readonly neighbours: readonly number[];
}

const BIN_MS = 1_000;

/** The peers of the swarm that `setting` and `seed` give, the seed first. */
export function peersOf(setting: Setting, seed: number): readonly SwarmPeer[] {
  const swarm = swarmOf(configOf(setting));
  return forecastPeers(swarm, seed).map(({ class: classIndex, as, neighbours }) => {
    const { name, uploadKbps, downloadKbps } = swarm.classes[classIndex]!;
    return {
      class: name,
      as,
      uploadBytesPerS: bytesPerS(uploadKbps),
      downloadBytesPerS: bytesPerS(downloadKbps),
      neighbours: neighbours.map((id) => id - 1),
    };
  });
}

/** @throws SwarmStalled if the swarm cannot complete */
export async function simulateSwarm(
  setting: Setting,
  seed: number,
  signal: AbortSignal,
): Promise<ObservedRun> {
  const swarm = swarmOf(configOf(setting));
  const sent = new SentBlocks(swarm);
  const options = { seed, workers: 1, timelineMs: BIN_MS, messageLog: sent.log, signal };
  const { result, timeline } = await simulate(swarm, options);
  const { peers: table, messages, trafficBits } = result;
  const startMs = table.completedAtMs[0]!;
  const fileBytes = (swarm.pieces * swarm.pieceBits) / 8;
  const leechers = table.id.length - swarm.seeds;
  const receivedBytes = trafficBits.reduce((sum, bits) => sum + bits, 0) / 8;
  // With leaders, the classes that are compared are the roles.
  const classes = swarm.leaderPercent === undefined ? table.class : table.role;
  const peers = Array.from(table.id, (_, row) => ({
    class: classes[row]!,
    as: table.as[row]!,
    uploadBytesPerS: bytesPerS(table.uploadKbps[row]!),
    completedS: (table.completedAtMs[row]! - startMs) / 1_000,
    ...(table.departure[row] === undefined
      ? {}
      : { leftS: (table.leftAtMs[row]! - startMs) / 1_000 }),
  }));
  return {
    peers,
    fileBytes,
    sentBytes: sentBytes(timeline!, result),
    exchangedBytes: exchangedBytes(peers, sent.pairs),
    messages,
    wastedBytes: receivedBytes - leechers * fileBytes,
    ...(asCountOf(swarm.topology) === 1 ? {} : { borders: bordersOf(result) }),
  };
}

/** The bytes of blocks that each peer has sent to each other one, from the log of messages. */
class SentBlocks {
  readonly log: MessageLog;
  readonly #bytes = new Map<number, Map<number, number>>();

  constructor({ pieceBits }: Swarm) {
    // All pieces have whole blocks, see `pieces` in validate.ts.
    const blockBytes = Math.min(pieceBits / 8, 2 ** 14);
    this.log = {
      kinds: ['piece'],
      onMessages: (messages) => {
        for (let i = 0; i < messages.count; i++) {
          const row = this.#rowOf(messages.from(i) - 1);
          const to = messages.to(i) - 1;
          row.set(to, (row.get(to) ?? 0) + blockBytes * messages.blocks(i));
        }
      },
    };
  }

  get pairs(): readonly PairBytes[] {
    return [...this.#bytes].flatMap(([from, row]) =>
      [...row].map(([to, bytes]): PairBytes => [from, to, bytes]),
    );
  }

  #rowOf(from: number): Map<number, number> {
    const row = this.#bytes.get(from) ?? new Map<number, number>();
    this.#bytes.set(from, row);
    return row;
  }
}

/** The bytes that all peers have sent in each interval. */
function sentBytes(timeline: Timeline, { asCount, peers }: SwarmResult): number[] {
  const { uploadUtilisation, fromMs, toMs } = timeline;
  return Array.from({ length: uploadUtilisation.length / asCount }, (_, interval) => {
    let bytes = 0;
    for (let as = 0; as < asCount; as++) {
      const row = interval * asCount + as;
      bytes += (uploadUtilisation[row]! * capacityBits(peers, as, fromMs[row]!, toMs[row]!)) / 8;
    }
    return bytes;
  });
}

/** The bits that the peers of an AS that are there may send in a span of time. */
function capacityBits(table: PeerTable, as: number, fromMs: number, toMs: number): number {
  let bits = 0;
  for (const [row, uploadKbps] of table.uploadKbps.entries()) {
    const leftMs = table.departure[row] === undefined ? Infinity : table.leftAtMs[row]!;
    if (table.as[row] === as) bits += uploadKbps * Math.max(0, Math.min(toMs, leftMs) - fromMs);
  }
  return bits;
}

function bordersOf({ asCount, trafficBits, redundancy }: SwarmResult): Borders {
  const rows = Array.from({ length: asCount }, (_, from) =>
    Array.from(trafficBits.slice(from * asCount, (from + 1) * asCount), (bits) => bits / 8),
  );
  return { trafficBytes: rows, redundancy };
}

function bytesPerS(kbps: number): number {
  return (1_000 * kbps) / 8;
}
