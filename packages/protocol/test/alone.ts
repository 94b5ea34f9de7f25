/** One peer, X, with neighbours that say nothing by themselves: to try one rule after another. */

import {
  CLIENT_QUIRKS,
  type Connection,
  type Quirks,
  type Peer,
  type PieceIndex,
  type RequestPriority,
} from '../src/index.ts';
import { type CastMember, Stage } from './stage.ts';

export interface Setting {
  readonly pieces?: number;
  readonly neighbours?: number;
  readonly habits?: Partial<Quirks>;
  readonly backlog?: number;
  readonly uploads?: number;
  readonly preference?: RequestPriority;
  readonly role?: CastMember;
}

/** Its only connection, or its first. */
export const ONLY = 0 as Connection;

export const piece = (index: number): PieceIndex => index as PieceIndex;

/** X, connected to the neighbours N0, N1 … A follower has N0 for its leader. */
export function alone(setting: Setting = {}): { stage: Stage; peer: Peer } {
  const { pieces = 4, neighbours = 1, backlog = 2, uploads = 1, role = {} } = setting;
  const { preference = 'within-rarity' } = setting;
  const habits = { ...CLIENT_QUIRKS, ...setting.habits };
  const stage = new Stage(pieces, {
    quirks: habits,
    backlog,
    uploadSlots: uploads,
    requestPriority: preference,
  });
  const cast: Record<string, CastMember> = { X: role };
  const system = role.system ?? 0;
  for (let n = 0; n < neighbours; n++) cast[`N${n}`] = { system };
  if (role.role === 'follower') cast['N0'] = { system, role: 'leader' };
  const [peer] = stage.enter(cast);
  for (let n = 0; n < neighbours; n++) stage.connect('X', `N${n}`);
  stage.heard();
  return { stage, peer: peer! };
}
