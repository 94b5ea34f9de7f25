/** What is at a point of the screen. */

import { type MapLayout, NODE } from '../scene.ts';
import type { Members } from './members.ts';
import type { Target, Viewport } from './target.ts';

/** How far from a circle or a dot a pointer still hits it, in pixels. */
const TOLERANCE_PX = 4;

/**
 * From how many pixels for each unit of the map on a peer is hit: a dot has a radius of about a
 * unit. Smaller ones cannot be told apart, and their AS is hit instead.
 */
const PEER_FROM_PX = 4;

/** What the map shows. */
export interface MapContents {
  readonly layout: MapLayout;
  readonly members: Members;
  /** The flags of the nodes: peers that are not there cannot be hit. */
  readonly flags: Uint8Array | undefined;
  readonly openAs: number | undefined;
}

/** The peer at a point of the screen, in pixels, or else the AS, or nothing. */
export function targetAt(
  xPx: number,
  yPx: number,
  viewport: Viewport,
  contents: MapContents,
): Target | undefined {
  const x = (xPx - viewport.left) / viewport.scale;
  const y = (yPx - viewport.top) / viewport.scale;
  const tolerance = TOLERANCE_PX / viewport.scale;
  const as = systemAt(x, y, tolerance, contents.layout);
  if (as === undefined) return undefined;
  if (as !== contents.openAs && viewport.scale < PEER_FROM_PX) return { as };
  const { layout } = contents;
  const peer = peerAt(x - layout.asX[as]!, y - layout.asY[as]!, tolerance, as, contents);
  return peer === undefined ? { as } : { as, peer };
}

/** The AS in whose circle the point is; of several, the one whose edge it is furthest from. */
function systemAt(x: number, y: number, tolerance: number, layout: MapLayout): number | undefined {
  let nearest: number | undefined;
  let least = tolerance;
  for (let as = 0; as < layout.asRadius.length; as++) {
    const radius = layout.asRadius[as]!;
    if (radius <= 0) continue;
    const outside = Math.hypot(x - layout.asX[as]!, y - layout.asY[as]!) - radius;
    if (outside < least) {
      least = outside;
      nearest = as;
    }
  }
  return nearest;
}

/** The peer of an AS that is nearest to a point, if near enough. */
function peerAt(
  x: number,
  y: number,
  tolerance: number,
  as: number,
  { layout, members, flags }: MapContents,
): number | undefined {
  let nearest: number | undefined;
  const reach = Math.max(1, tolerance);
  let least = reach * reach;
  for (const peer of members.of(as)) {
    if (!isPresent(peer, flags)) continue;
    const dx = layout.nodeX[peer]! - x;
    const dy = layout.nodeY[peer]! - y;
    const distance = dx * dx + dy * dy;
    if (distance < least) {
      least = distance;
      nearest = peer;
    }
  }
  return nearest;
}

/** Whether a peer is there. */
export function isPresent(peer: number, flags: Uint8Array | undefined): boolean {
  return flags !== undefined && (flags[peer]! & NODE.present) !== 0;
}
