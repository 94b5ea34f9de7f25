/**
 * Parents of AS, as caches of the web have them (Chankhunthod et al. 1996, *A Hierarchical Internet
 * Object Cache*): the leaders of an AS get pieces from elsewhere only through those of its parent.
 *
 *     outside ──▶ leaders of AS1 ──▶ leaders of AS3, whose parent is AS1 ──▶ their followers
 */

import type { AsId, PeerId } from '@cachetorrent/protocol';

/** The parent of an AS; undefined if it has none. No AS is above itself. */
export type ParentOf = (asId: AsId) => AsId | undefined;

/** Where no AS has a parent. */
export const NO_PARENTS: ParentOf = () => undefined;

/**
 * Whom the tracker names as leaders to a peer: those of its AS. To one of these it also names those
 * that they follow: the leaders of the nearest AS above that has any. Where an AS has no leaders,
 * all of it follow those.
 *
 * @param own The leaders of the peer's AS.
 */
export function withLeadersAbove(
  id: PeerId,
  asId: AsId,
  own: readonly PeerId[],
  parentOf: ParentOf,
  leadersOf: (asId: AsId) => readonly PeerId[],
): readonly PeerId[] {
  if (own.length > 0 && !own.includes(id)) return own;
  for (let above = parentOf(asId); above !== undefined; above = parentOf(above)) {
    // A cache may lead several AS.
    const leaders = leadersOf(above).filter((leader) => !own.includes(leader));
    if (leaders.length > 0) return [...own, ...leaders];
  }
  return own;
}
