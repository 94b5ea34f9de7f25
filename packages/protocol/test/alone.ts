/** One peer, X, with neighbours that say nothing by themselves: to try one rule after another. */

import {
  CLIENT_HABITS,
  type Connection,
  type Habits,
  type Peer,
  type PieceIndex,
  type Preference,
} from '../src/index.ts';
import { type Role, Stage } from './stage.ts';

export interface Setting {
  readonly pieces?: number;
  readonly neighbours?: number;
  readonly habits?: Partial<Habits>;
  readonly backlog?: number;
  readonly uploads?: number;
  readonly preference?: Preference;
  readonly role?: Role;
}

/** Its only connection, or its first. */
export const ONLY = 0 as Connection;

export const piece = (index: number): PieceIndex => index as PieceIndex;

/** X, connected to the neighbours N0, N1 … A follower has N0 for its leader. */
export function alone(setting: Setting = {}): { stage: Stage; peer: Peer } {
  const { pieces = 4, neighbours = 1, backlog = 2, uploads = 1, role = {} } = setting;
  const { preference = 'within-rarity' } = setting;
  const habits = { ...CLIENT_HABITS, ...setting.habits };
  const stage = new Stage(pieces, { habits, backlog, uploads, preference });
  const cast: Record<string, Role> = { X: role };
  const system = role.system ?? 0;
  for (let n = 0; n < neighbours; n++) cast[`N${n}`] = { system };
  if (role.standing === 'follower') cast['N0'] = { system, standing: 'leader' };
  const [peer] = stage.enter(cast);
  for (let n = 0; n < neighbours; n++) stage.connect('X', `N${n}`);
  stage.heard();
  return { stage, peer: peer! };
}
