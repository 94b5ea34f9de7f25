/** One peer, X, with neighbours that say nothing by themselves: to try one rule after another. */

import {
  CLIENT_QUIRKS,
  type Connection,
  type Quirks,
  type Peer,
  type PieceIndex,
  type RequestPriority,
} from '../src/index.ts';
import { type PeerSetup, TestSwarm } from './test-swarm.ts';

export interface SinglePeerOptions {
  readonly pieces?: number;
  readonly neighbours?: number;
  readonly quirks?: Partial<Quirks>;
  readonly backlog?: number;
  readonly uploadSlots?: number;
  readonly requestPriority?: RequestPriority;
  readonly setup?: PeerSetup;
}

/** Its only connection, or its first. */
export const ONLY = 0 as Connection;

export const piece = (index: number): PieceIndex => index as PieceIndex;

/** X, connected to the neighbours N0, N1 … A follower has N0 for its leader. */
export function singlePeer(setting: SinglePeerOptions = {}): { stage: TestSwarm; peer: Peer } {
  const { pieces = 4, neighbours = 1, backlog = 2, uploadSlots = 1, setup = {} } = setting;
  const { requestPriority = 'within-rarity' } = setting;
  const habits = { ...CLIENT_QUIRKS, ...setting.quirks };
  const stage = new TestSwarm(pieces, {
    quirks: habits,
    backlog,
    uploadSlots,
    requestPriority,
  });
  const cast: Record<string, PeerSetup> = { X: setup };
  const system = setup.asId ?? 0;
  for (let n = 0; n < neighbours; n++) cast[`N${n}`] = { asId: system };
  if (setup.role === 'follower') cast['N0'] = { asId: system, role: 'leader' };
  const [peer] = stage.addPeers(cast);
  for (let n = 0; n < neighbours; n++) stage.connect('X', `N${n}`);
  stage.takeTranscript();
  return { stage, peer: peer! };
}
