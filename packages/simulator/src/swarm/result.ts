/** What a simulated swarm came to. Plain data; nothing in it depends on the machine or on time. */

/** Completion times of a group, in ms since the first completion of any (a seed's: the start). */
export interface Completion {
  /** The element at `floor(n · p / 100)` of the sorted times; undefined of an empty group. */
  readonly p50Ms: number | undefined;
  readonly p90Ms: number | undefined;
  readonly meanMs: number | undefined;
  readonly count: number;
}

export type Role = 'seed' | 'peer' | 'leader' | 'follower';

/** What became of each node; column by column, in order of peer id, the tracker left out. */
export interface PeerTable {
  readonly id: Uint32Array;
  readonly as: Uint32Array;
  /** Index into `ROLES`. */
  readonly role: Uint8Array;
  readonly uploadKbps: Float64Array;
  readonly downloadKbps: Float64Array;
  /** Simulated time at which it held the whole file, in ms since the start of the run. */
  readonly completedAtMs: Float64Array;
}

export const ROLES: readonly Role[] = ['seed', 'peer', 'leader', 'follower'];

export interface SwarmResult {
  /** Mean over all (AS, piece) imported at least once of how often it was. NaN-free: 0 if none. */
  readonly redundancy: number;
  /** Piece transfers per piece over the whole swarm (ideal: the number of leechers). */
  readonly traffic: number;
  /** Share of the bits moved that crossed a border between AS, 0 to 1. */
  readonly interAsShare: number;
  /** Simulated time from the first completion (a seed's) to the last. */
  readonly durationMs: number;
  /** Over the leechers (everybody who was not a seed). */
  readonly completion: Completion;
  readonly leaders: Completion;
  readonly followers: Completion;
  /** How many messages of each kind were sent, by the name of the kind. */
  readonly messages: Readonly<Record<string, number>>;
  /** SHA-256, hex, over every peer's completion time and every (AS, piece) count. */
  readonly resultHash: string;
  readonly asCount: number;
  readonly peers: PeerTable;
  /** Bits of pieces sent from AS i (row) to AS j (column): `asCount * asCount`, row-major. */
  readonly trafficBits: Float64Array;
}
