/** What a peer is in all sub-torrents together. */

import type { SwarmState } from '@cachetorrent/recording';

/** Whether a peer leads in any sub-torrent. */
export function leadsAnywhere(state: SwarmState, peer: number): boolean {
  return hasRole(state, peer, 'leader');
}

/** Whether a peer follows in any sub-torrent. */
export function followsAnywhere(state: SwarmState, peer: number): boolean {
  return hasRole(state, peer, 'follower');
}

function hasRole(state: SwarmState, peer: number, role: 'leader' | 'follower'): boolean {
  for (let sub = 0; sub < state.header.subTorrents; sub++) {
    if (state.roleOf(peer, sub) === role) return true;
  }
  return false;
}
