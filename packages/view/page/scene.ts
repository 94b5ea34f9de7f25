/**
 * What the worker of a run tells the page: once, how the AS are laid out; as frames of the
 * recording come, their figures and events; and at any time that the page asks for, a scene.
 */

import type { DepartureReason, RecordingHeader, Totals, WaitsFor } from '@cachetorrent/recording';

/** What the page needs to begin. */
export interface Opening {
  readonly header: RecordingHeader;
  readonly layout: MapLayout;
}

/**
 * Where the AS are on the map, and the peers in them, in units of the map: a peer has a radius
 * of 1. The map is centred on the origin.
 */
export interface MapLayout {
  /** The centre and the radius of each AS. The tracker's AS without peers has radius 0. */
  readonly asX: Float32Array;
  readonly asY: Float32Array;
  readonly asRadius: Float32Array;
  /** The place of each node, relative to the centre of its AS. */
  readonly nodeX: Float32Array;
  readonly nodeY: Float32Array;
  /** Half the side of the square that holds all. */
  readonly extent: number;
}

/** The figures at the end of a frame, for the curves. */
export interface FramePoint {
  /** The simulated time at which the frame ends, in ms. */
  readonly atMs: number;
  readonly totals: Totals;
  /** Redundancy so far. */
  readonly redundancy: number;
  /** What has arrived from other AS during the frame, in kbit/s. */
  readonly borderKbps: number;
  /** What has arrived within AS during the frame, in kbit/s. */
  readonly insideKbps: number;
  /** What peers have sent of what they could have sent, during the frame: 0 to 1. */
  readonly utilisation: number;
}

/**
 * Something that happens to few, to jump to. Events of a kind in one frame and AS are one; if there
 * are too many, one is for all AS and several frames, and is where the last of them begins.
 */
export interface SwarmEvent {
  /** When the first of them happened, in ms. */
  readonly atMs: number;
  readonly kind: EventKind;
  /** The AS. */
  readonly as: number;
  /** The peer; the first of several. */
  readonly peer: number;
  /** How many. */
  readonly count: number;
  /** More about it, such as what the fault was. */
  readonly detail?: string;
}

export type EventKind =
  /** A peer has become a leader. The first elections, when the swarm begins, are left out. */
  | 'election'
  /** A leader has left, or is a leader no longer. */
  | 'leader lost'
  /** A peer has left for this reason. */
  | DepartureReason
  /** A fault on purpose. */
  | 'fault'
  /** All leechers that are there are complete. */
  | 'all complete';

/** What has come since the last time. */
export interface Growth {
  readonly points: readonly FramePoint[];
  readonly events: readonly SwarmEvent[];
  /** Until when the recording can be shown, in ms. */
  readonly untilMs: number;
  /** How the recording ends, once it has: with the run, or before. */
  readonly end?: RunEnd;
}

/** How a recording ends. */
export type RunEnd =
  | { readonly kind: 'complete'; readonly endMs: number; readonly resultHash: string }
  /** The run was stopped or killed. */
  | { readonly kind: 'cut' };

/** What the page wants to see of a run. */
export interface Look {
  /** The simulated time, in ms. */
  readonly atMs: number;
  /** The AS that is open: a scene has its heat map. */
  readonly as?: number;
  /** The peer that is selected: a scene has all about it. */
  readonly peer?: number;
}

/** The state of a run at a time. */
export interface Scene {
  readonly atMs: number;
  readonly totals: Totals;
  readonly redundancy: number;
  /** What flows between AS, and within them, in kbit/s, on average over the last seconds. */
  readonly borderKbps: number;
  readonly insideKbps: number;
  /** By AS. */
  readonly systems: SystemColumns;
  /** What flows between AS, on average over the last seconds, the largest first. */
  readonly traffic: TrafficColumns;
  /** By node; the tracker is 0. */
  readonly nodes: NodeColumns;
  /** How many peers hold each piece. */
  readonly copies: Uint32Array;
  readonly openAs?: OpenAs;
  readonly peer?: PeerDetails;
}

/** By AS. */
export interface SystemColumns {
  readonly leechers: Uint32Array;
  readonly seeds: Uint32Array;
  readonly leaders: Uint32Array;
  /** What its peers hold of all that they could hold: 0 to 1. */
  readonly progress: Float32Array;
  /** Bits of blocks from other AS so far. */
  readonly outsideBits: Float64Array;
  /** How often it has downloaded a piece from outside, on average, so far; NaN if none. */
  readonly redundancy: Float32Array;
}

/** Traffic between AS: at most the `TRAFFIC_MAX` largest. */
export interface TrafficColumns {
  readonly from: Uint16Array;
  readonly to: Uint16Array;
  readonly kbps: Float32Array;
}

export const TRAFFIC_MAX = 400;

/** By node. */
export interface NodeColumns {
  /** What it holds: 0 to 255, which is all. */
  readonly progress: Uint8Array;
  /** A sum of `NODE` flags. */
  readonly flags: Uint8Array;
}

/** Flags of a node. */
export const NODE = {
  /** It is there. */
  present: 1,
  /** It has the whole file. */
  complete: 2,
  /** It leads in a sub-torrent. */
  leader: 4,
  /** It follows in a sub-torrent. */
  follower: 8,
  /** It is a cache of a provider. */
  cache: 16,
  /** Something flows to it. */
  receives: 32,
} as const;

/** Who holds what in an AS. */
export interface OpenAs {
  readonly as: number;
  /** The peers that are there, in the order of the rows: leaders first, then by id. */
  readonly peers: Uint32Array;
  /** The number of columns: each stands for as many pieces that follow one another. */
  readonly columns: number;
  /** What each peer holds of the pieces of each column: 0 to 255; row by row. */
  readonly held: Uint8Array;
}

/** The most columns of a heat map. */
export const COLUMNS_MAX = 1024;

/** All about a peer. */
export interface PeerDetails {
  readonly peer: number;
  readonly waitsFor: WaitsFor;
  readonly isComplete: boolean;
  /** When it completed the file, in ms; NaN if it has not, or came with it. */
  readonly completedAtMs: number;
  /** How often it has been there before. */
  readonly stay: number;
  readonly pieces: number;
  readonly uploadKbps: number;
  readonly downloadKbps: number;
  /** Its role in each sub-torrent. */
  readonly roles: readonly PeerRole[];
  /** Its connections, of all sub-torrents: those to which something flows first. */
  readonly neighbours: readonly PeerNeighbour[];
}

export interface PeerRole {
  readonly role: 'peer' | 'leader' | 'follower';
  /** Whom it has been told to follow. */
  readonly leaders: readonly number[];
}

export interface PeerNeighbour {
  readonly peer: number;
  readonly subTorrent: number;
  readonly mayDownload: boolean;
  /** Whether the peer has unchoked it, and it the peer. */
  readonly isUnchoked: boolean;
  readonly hasUnchokedUs: boolean;
  /** What flows from the peer to this neighbour, in kbit/s. */
  readonly toKbps: number;
  /** What flows from this neighbour to the peer, in kbit/s. */
  readonly fromKbps: number;
}
