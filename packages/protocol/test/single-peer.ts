/** One peer, X, with neighbours that send nothing unless a test makes them: for tests of one rule. */

import {
  type BlockIndex,
  type Connection,
  type Quirks,
  type Peer,
  type PieceIndex,
  type RequestPriority,
} from '../src/index.ts';
import { type PeerSetup, TestSwarm, WHOLE_PIECES } from './test-swarm.ts';

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

/** X, connected to the neighbours N0, N1 … The leader of a follower is N0. */
export function singlePeer(options: SinglePeerOptions = {}): { swarm: TestSwarm; peer: Peer } {
  const { pieces = 4, neighbours = 1, backlog = 2, uploadSlots = 1, setup = {} } = options;
  const { requestPriority = 'within-rarity' } = options;
  const quirks = { ...WHOLE_PIECES, ...options.quirks };
  const swarm = new TestSwarm(pieces, { quirks, backlog, uploadSlots, requestPriority });
  const setups: Record<string, PeerSetup> = { X: setup };
  const asId = setup.asId ?? 0;
  for (let n = 0; n < neighbours; n++) setups[`N${n}`] = { asId };
  if (setup.role === 'follower') setups['N0'] = { asId, role: 'leader' };
  const [peer] = swarm.addPeers(setups);
  for (let n = 0; n < neighbours; n++) swarm.connect('X', `N${n}`);
  swarm.takeTranscript();
  return { swarm, peer: peer! };
}
