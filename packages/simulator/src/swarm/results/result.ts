/** What a simulated swarm came to. Plain data; nothing in it depends on the machine or on time. */

/** Completion times of a group, in ms since the first completion of any (a seed's: the start). */
export interface Completion {
  /** The element at `floor(n · p / 100)` of the sorted times; undefined of an empty group. */
  readonly p50Ms: number | undefined;
  /** When nine tenths of them had it. */
  readonly p90Ms: number | undefined;
  /** The mean over those who had it. */
  readonly meanMs: number | undefined;
  /** How many had it. */
  readonly count: number;
}

/** What a peer was in its AS, or that it had the file from the start. */
export type Role = 'seed' | 'peer' | 'leader' | 'follower';

/** What became of each node; column by column, in order of peer id, the tracker left out. */
export interface PeerTable {
  /** The id of each peer, from 1. */
  readonly id: Uint32Array;
  /** The AS of each. */
  readonly as: Uint32Array;
  /** Index into `ROLES`. */
  readonly role: Uint8Array;
  /** Upload capacity, in kbit/s. */
  readonly uploadKbps: Float64Array;
  /** Download capacity, in kbit/s. */
  readonly downloadKbps: Float64Array;
  /** Simulated time at which it held the whole file, in ms since the start of the run. */
  readonly completedAtMs: Float64Array;
}

/** The roles, in the order in which `PeerTable.role` numbers them. */
export const ROLES: readonly Role[] = ['seed', 'peer', 'leader', 'follower'];

/** What came out of a run: the same for the same swarm and seed. */
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
  /** Completion of those who led. */
  readonly leaders: Completion;
  /** Completion of those who followed. */
  readonly followers: Completion;
  /** How many messages of each kind were sent, by the name of the kind. */
  readonly messages: Readonly<Record<string, number>>;
  /** SHA-256, hex, over every peer's completion time and every (AS, piece) count. */
  readonly resultHash: string;
  /** Autonomous systems: rows and columns of `trafficBits`. */
  readonly asCount: number;
  /** Every peer, in order of id. */
  readonly peers: PeerTable;
  /** Bits of pieces sent from AS i (row) to AS j (column): `asCount * asCount`, row-major. */
  readonly trafficBits: Float64Array;
}
