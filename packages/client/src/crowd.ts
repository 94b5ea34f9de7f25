/**
 * Who has to go when there is no room and somebody else comes, so that strangers who only sit
 * there cannot keep others out: first one that has not even said who it is, then the one that has
 * neither given nor taken anything for the longest time.
 */

import type { Introductions } from './introductions.ts';
import type { Link } from './link.ts';
import type { TcpConnection } from './net/tcp-connection.ts';

/** Who has been of use since then stays. */
const IDLE_MS = 60_000;

/** Undefined where everybody is of use. */
export function leastUseful(
  introductions: Introductions,
  links: Iterable<Link>,
): TcpConnection | undefined {
  const stranger = introductions.oldestStranger();
  if (stranger !== undefined) return stranger;
  let idlest: Link | undefined;
  for (const link of links) {
    if (idlest === undefined || link.usedAtMs < idlest.usedAtMs) idlest = link;
  }
  const isIdle = idlest !== undefined && idlest.usedAtMs < performance.now() - IDLE_MS;
  return isIdle ? idlest!.connection : undefined;
}
