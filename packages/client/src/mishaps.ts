/** What is done about pieces that come broken, or cannot be read, and about a slow disk. */

import type { PieceIndex } from '@cachetorrent/protocol';

import type { Link } from './link.ts';
import type { TcpConnection } from './net/tcp-connection.ts';

/** What a mishap happens to. */
export interface Afflicted {
  readonly options: { readonly onTrouble: (what: string) => void };
  readonly links: Iterable<Link>;
  /** The link on a connection, while there is one. */
  linkOf(connection: TcpConnection): Link | undefined;
  /** A piece that was asked for on a link will not come on it. */
  refused(link: Link, piece: PieceIndex): void;
}

/** A piece failed its hash: it is asked for again, and who gives too many such is left. */
export function pieceBroken(
  swarm: Afflicted,
  piece: PieceIndex,
  from: Link | undefined,
  sources: ReadonlySet<Link>,
): void {
  const names = [...sources].map(({ connection }) => connection.host).join(', ');
  swarm.options.onTrouble(`piece ${piece} from ${names} does not have its hash: asked again`);
  if (from !== undefined && swarm.linkOf(from.connection) === from) swarm.refused(from, piece);
  for (const { trust, connection } of sources) {
    if (trust.isBad) connection.close('bad-pieces', 'too many of its pieces fail their hash');
  }
}

/** A piece that we should have cannot be read: who asked for it is told. */
export function pieceUnreadable({ options, links }: Afflicted, piece: number): void {
  options.onTrouble(`piece ${piece} cannot be read any more`);
  for (const { deliveries, connection } of links) {
    for (const { begin, length } of deliveries.takeAll(piece)) {
      connection.say.reject(piece, begin, length);
    }
  }
}

/** Too much waits to be written, or no longer does. */
export function pressed(links: Iterable<Link>, mayCome: boolean): void {
  for (const { connection } of links) {
    if (mayCome) connection.release('disk');
    else connection.hold('disk');
  }
}
