/** One peer, X, with neighbours that send nothing unless a test makes them: for tests of one rule. */

import {
  type BlockIndex,
  CLIENT_QUIRKS,
  type ClientOptions,
  type Connection,
  LIBTORRENT,
  type Quirks,
  type Peer,
  type PeerOptions,
  type PieceIndex,
  type RequestPriority,
} from '../src/index.ts';
import { fourBlocks, type PeerSetup, TestSwarm, WHOLE_PIECES } from './test-swarm.ts';

export interface SinglePeerOptions {
  readonly pieces?: number;
  readonly neighbours?: number;
  readonly quirks?: Partial<Quirks>;
  readonly backlog?: number;
  readonly uploadSlots?: number;
  readonly requestPriority?: RequestPriority;
  readonly setup?: PeerSetup;
}

/** The only connection of X, or its first. */
export const ONLY = 0 as Connection;

export const piece = (index: number): PieceIndex => index as PieceIndex;

export const block = (index: number): BlockIndex => index as BlockIndex;

/** X, connected to the neighbours N0, N1 … The leader of a follower is N0. Moves whole pieces. */
export function singlePeer(options: SinglePeerOptions = {}): SinglePeer {
  const { pieces = 4, backlog = 2, uploadSlots = 1 } = options;
  const { requestPriority = 'within-rarity' } = options;
  const quirks = { ...WHOLE_PIECES, ...options.quirks };
  const swarm = new TestSwarm(pieces, { quirks, backlog, uploadSlots, requestPriority });
  return withNeighbours(swarm, options);
}

export interface BlockPeerOptions extends Partial<Omit<PeerOptions, 'client'>> {
  readonly pieces?: number;
  readonly neighbours?: number;
  readonly client?: Partial<ClientOptions>;
  readonly setup?: PeerSetup;
}

/** The same by the rules of clients: the pieces have four blocks, unless `layout` is given. */
export function blockPeer(options: BlockPeerOptions = {}): SinglePeer {
  const { pieces = 4, neighbours, setup, client, ...rest } = options;
  const swarm = new TestSwarm(pieces, {
    quirks: CLIENT_QUIRKS,
    layout: fourBlocks(pieces),
    uploadSlots: 1,
    ...rest,
    client: { ...LIBTORRENT, ...client },
  });
  return withNeighbours(swarm, { ...(neighbours && { neighbours }), ...(setup && { setup }) });
}

export interface SinglePeer {
  readonly swarm: TestSwarm;
  readonly peer: Peer;
}

function withNeighbours(
  swarm: TestSwarm,
  { neighbours = 1, setup = {} }: { readonly neighbours?: number; readonly setup?: PeerSetup },
): SinglePeer {
  const setups: Record<string, PeerSetup> = { X: setup };
  const asId = setup.asId ?? 0;
  for (let n = 0; n < neighbours; n++) setups[`N${n}`] = { asId };
  if (setup.role === 'follower') setups['N0'] = { asId, role: 'leader' };
  const [peer] = swarm.addPeers(setups);
  for (let n = 0; n < neighbours; n++) swarm.connect('X', `N${n}`);
  swarm.takeTranscript();
  return { swarm, peer: peer! };
}
