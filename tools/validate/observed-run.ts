/** What is observed of one run of a swarm, real or simulated, in the same terms. */

/** Messages of clients, as `MESSAGE_KINDS` names them. */
export const COMPARED_MESSAGES = [
  'choke',
  'unchoke',
  'interested',
  'notInterested',
  'have',
  'request',
  'piece',
  'cancel',
  'allowedFast',
  'bitfield',
  'leaderStart',
] as const;

export type ComparedMessage = (typeof COMPARED_MESSAGES)[number];

export interface ObservedPeer {
  /** The name of its class, or its role in a swarm with leaders; `seed` for the seed. */
  readonly class: string;
  /** The number of its AS, from 0. */
  readonly as: number;
  readonly uploadBytesPerS: number;
  /** When it completed the file, in s since the start; null if it did not. */
  readonly completedS: number | null;
  /** When it left, in s since the start; absent if it stayed. */
  readonly leftS?: number;
}

/** What crossed the borders between AS. */
export interface Borders {
  /** The bytes of pieces that an AS (row) has sent to another (column), or to itself. */
  readonly trafficBytes: readonly (readonly number[])[];
  /** How often an AS imports a piece: see docs/protocol.md, Measures. */
  readonly redundancy: number;
}

export interface ObservedRun {
  /** In order of peer id, the seed first. */
  readonly peers: readonly ObservedPeer[];
  readonly fileBytes: number;
  /** For each second, how many bytes of pieces all peers have sent in it. */
  readonly sentBytes: readonly number[];
  /** For each class, seeds included, the bytes of pieces that it has sent to each class. */
  readonly exchangedBytes: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** The number of messages that all peers have sent, as on the wire. */
  readonly messages: Readonly<Record<ComparedMessage, number>>;
  /** Bytes of pieces that were received a second time, or in vain. */
  readonly wastedBytes: number;
  /** Absent if the swarm has one AS. */
  readonly borders?: Borders;
}

export const SEED_CLASS = 'seed';

/** The groups of leechers of a swarm with leaders. */
export const ROLES = ['leader', 'follower'] as const;

/** The leechers of a class, or of all. */
export function leechersOf({ peers }: ObservedRun, className?: string): readonly ObservedPeer[] {
  return peers.filter(
    (peer) => peer.class !== SEED_CLASS && (className === undefined || peer.class === className),
  );
}

/** The median completion of the leechers, in s; undefined if it was not reached. */
export function medianCompletionS(run: ObservedRun): number | undefined {
  return percentileS(leechersOf(run), 50);
}

/** The element at `floor(n · p / 100)` of the sorted completion times; undefined if none is. */
export function percentileS(peers: readonly ObservedPeer[], percent: number): number | undefined {
  const sorted = peers.map(({ completedS }) => completedS ?? Infinity).sort((a, b) => a - b);
  const value = sorted[Math.min(Math.floor((sorted.length * percent) / 100), sorted.length - 1)];
  return value === Infinity ? undefined : value;
}

/** The bytes that the peers that are there may send in a span of seconds. */
export function capacityBytes(peers: ObservedRun['peers'], fromS: number, toS: number): number {
  return peers.reduce(
    (sum, { uploadBytesPerS, leftS = Infinity }) =>
      sum + uploadBytesPerS * Math.max(0, Math.min(toS, leftS) - fromS),
    0,
  );
}

/** The share of the peers' upload capacity that was used in a span of seconds. */
export function utilisation(
  { sentBytes, peers }: ObservedRun,
  fromS: number,
  toS: number,
): number | undefined {
  const seconds = sentBytes.slice(fromS, toS);
  if (seconds.length === 0) return undefined;
  const capacity = capacityBytes(peers, fromS, fromS + seconds.length);
  return seconds.reduce((sum, bytes) => sum + bytes, 0) / capacity;
}

/** A peer, another peer, and the bytes of pieces that the first has sent to the second. */
export type PairBytes = readonly [from: number, to: number, bytes: number];

/** The bytes of pieces that each class has sent to each class. */
export function exchangedBytes(
  peers: readonly Pick<ObservedPeer, 'class'>[],
  pairs: readonly PairBytes[],
): ObservedRun['exchangedBytes'] {
  const exchanged: Record<string, Record<string, number>> = {};
  for (const [from, to, bytes] of pairs) {
    const row = (exchanged[peers[from]!.class] ??= {});
    const column = peers[to]!.class;
    row[column] = (row[column] ?? 0) + bytes;
  }
  return exchanged;
}
