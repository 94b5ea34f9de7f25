/** Where the focus of the keyboard is on the map: on an AS, or in the open one on a peer. */

import { type Direction, nextInDirection, type Place } from './direction.ts';
import { isPresent, type MapContents } from './hit.ts';
import type { Target } from './target.ts';

/**
 * The focus as it is now that an AS may have been opened or closed elsewhere: in the open AS if
 * there is one, and otherwise not on a peer.
 */
export function currentFocus(focus: Target | undefined, contents: MapContents): Target | undefined {
  const { openAs } = contents;
  if (openAs !== undefined) return focus?.as === openAs ? focus : { as: openAs };
  return focus === undefined ? undefined : { as: focus.as };
}

/** The AS that gets the focus first: the open one, or else the largest. */
export function firstSystem({ layout, openAs }: MapContents): Target | undefined {
  if (openAs !== undefined) return { as: openAs };
  let largest = 0;
  for (let as = 1; as < layout.asRadius.length; as++) {
    if (layout.asRadius[as]! > layout.asRadius[largest]!) largest = as;
  }
  return layout.asRadius[largest]! > 0 ? { as: largest } : undefined;
}

/** The peer of an AS that gets the focus first: that nearest to the centre; or else the AS. */
export function firstPeer(as: number, { layout, members, flags }: MapContents): Target {
  let nearest: number | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const peer of members.of(as)) {
    if (!isPresent(peer, flags)) continue;
    const distance = Math.hypot(layout.nodeX[peer]!, layout.nodeY[peer]!);
    if (distance < least) {
      least = distance;
      nearest = peer;
    }
  }
  return nearest === undefined ? { as } : { as, peer: nearest };
}

/** The focus after an arrow key: it stays if there is nothing in that direction. */
export function focusInDirection(
  focus: Target,
  direction: Direction,
  contents: MapContents,
): Target {
  const { layout, openAs } = contents;
  if (openAs === undefined) {
    const from = systemPlace(focus.as, contents);
    const systems = others(systemsOf(contents), focus.as, (as) => systemPlace(as, contents));
    return { as: nextInDirection(from, direction, systems) ?? focus.as };
  }
  if (focus.peer === undefined) return firstPeer(openAs, contents);
  const placeOf = (peer: number): Place => ({
    id: peer,
    x: layout.nodeX[peer]!,
    y: layout.nodeY[peer]!,
  });
  const peers = others(peersOf(openAs, contents), focus.peer, placeOf);
  const peer = nextInDirection(placeOf(focus.peer), direction, peers) ?? focus.peer;
  return { as: openAs, peer };
}

/** The focus on the next or the previous by id, around the ends. */
export function focusByStep(focus: Target, by: 1 | -1, contents: MapContents): Target {
  const { openAs } = contents;
  if (openAs === undefined) return { as: stepped(systemsOf(contents), focus.as, by) };
  const peers = peersOf(openAs, contents);
  if (peers.length === 0) return { as: openAs };
  return { as: openAs, peer: stepped(peers, focus.peer, by) };
}

/** The id after or before this one; the first if there is no such id in the list. */
function stepped(ids: readonly number[], id: number | undefined, by: 1 | -1): number {
  const at = id === undefined ? -1 : ids.indexOf(id);
  return at === -1 ? ids[0]! : ids.at((at + by) % ids.length)!;
}

function systemsOf({ layout }: MapContents): number[] {
  return [...layout.asRadius.keys()].filter((as) => layout.asRadius[as]! > 0);
}

function peersOf(as: number, { members, flags }: MapContents): number[] {
  return [...members.of(as)].filter((peer) => isPresent(peer, flags));
}

function systemPlace(as: number, { layout }: MapContents): Place {
  return { id: as, x: layout.asX[as]!, y: layout.asY[as]! };
}

function* others(
  ids: readonly number[],
  except: number,
  placeOf: (id: number) => Place,
): Generator<Place> {
  for (const id of ids) if (id !== except) yield placeOf(id);
}
