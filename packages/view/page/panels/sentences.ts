/** What the panels say in sentences. */

import type { RecordingHeader, WaitsFor } from '@cachetorrent/recording';

import type { PeerDetails, PeerRole } from '../scene.ts';
import type { Range } from './availability.ts';
import { formatInteger, formatSeconds, pluralize } from './format.ts';

const WAITS_FOR: Readonly<Record<WaitsFor, string>> = {
  absent: 'It is not there, and waits for nothing.',
  nothing: 'It waits for nothing: it has the whole file.',
  tracker: 'It waits for the tracker, from which it has not heard yet.',
  'the next piece': 'It waits for the next piece: something flows to it.',
  'a connection': 'It waits for a connection: it has none on which it may download.',
  'a piece': 'It waits for a piece: no neighbour from which it may download has one that it lacks.',
  'an unchoke': 'It waits for an unchoke: no neighbour that has a piece it lacks has unchoked it.',
  'the first block':
    'It waits for the first block: a neighbour has unchoked it, and its requests are under way.',
};

/** What a peer waits for, and why. */
export function waitsForSentence(waitsFor: WaitsFor): string {
  return WAITS_FOR[waitsFor];
}

/** Where a peer is in its life, at a time in ms. */
export function lifeSentence(
  { peers }: RecordingHeader,
  { peer, waitsFor, isComplete, completedAtMs, stay }: PeerDetails,
  atMs: number,
): string {
  const before = stay === 0 ? '' : ` It had been there ${pluralize(stay, 'time')} before.`;
  const arrivesAtMs = peers.arrivesAtMs[peer]!;
  if (waitsFor === 'absent') {
    if (atMs <= arrivesAtMs)
      return `It has not arrived yet: it does at ${formatSeconds(arrivesAtMs)}.`;
    return `It has left.${before}`;
  }
  if (waitsFor === 'tracker') return `It has arrived, and joins the swarm.${before}`;
  if (!isComplete) return `It takes part as a leecher.${before}`;
  const how = Number.isNaN(completedAtMs)
    ? 'it came with the whole file'
    : `it completed the file at ${formatSeconds(completedAtMs)}`;
  return `It takes part as a seed: ${how}.${before}`;
}

/** The name of a role. */
export function roleName({ role, leaders }: PeerRole): string {
  if (role === 'peer') return 'plain peer';
  return role === 'follower' && leaders.length > 0 ? 'follower of' : role;
}

/**
 * What is to be said of a cell of the strip: of its only piece, or the rarest of several.
 *
 * @param piece this piece
 * @param places the places of the cell
 */
export function cellSentence(
  piece: number,
  copies: number,
  { from, to }: Range,
  isInOrder: boolean,
): string {
  const rarest = `piece ${formatInteger(piece)}`;
  if (to - from <= 1) return `Piece ${formatInteger(piece)}: ${copiesText(copies)}`;
  const pieces = isInOrder
    ? `Pieces ${formatInteger(from)} to ${formatInteger(to - 1)}`
    : pluralize(to - from, 'piece');
  return `${pieces}: the rarest is ${rarest}, with ${copiesText(copies)}`;
}

/**
 * What is to be said of a cell of a heat map.
 *
 * @param name the peer with its role
 * @param held what it holds of the pieces: 0 to 255
 */
export function heldSentence(name: string, { from, to }: Range, held: number): string {
  if (to - from === 1) {
    return `${name} ${held > 0 ? 'holds' : 'lacks'} piece ${formatInteger(from)}`;
  }
  const pieces = `pieces ${formatInteger(from)} to ${formatInteger(to - 1)}`;
  // Of many pieces, a few are rounded to none.
  if (held === 0)
    return `${name} ${to - from > 255 ? 'holds less than 1 % of' : 'lacks'} ${pieces}`;
  if (held === 255) return `${name} holds ${pieces}`;
  const share = Math.min(99, Math.max(1, Math.round((100 * held) / 255)));
  return `${name} holds ${share} % of ${pieces}`;
}

/** The peer of which somebody has typed the number, or why there is none. */
export function parsePeer(text: string, nodes: number): { peer: number } | { problem: string } {
  const numbers = `Peers have the numbers 1 to ${formatInteger(nodes - 1)}.`;
  const digits = text.trim().replace(/^peer\s+/i, '');
  if (digits === '') return { problem: `Type the number of a peer. ${numbers}` };
  if (!/^\d+$/.test(digits)) return { problem: `"${text.trim()}" is no number. ${numbers}` };
  const peer = Number(digits);
  if (peer === 0) return { problem: `0 is the tracker. ${numbers}` };
  if (peer >= nodes) return { problem: `There is no peer ${digits}. ${numbers}` };
  return { peer };
}

/** `no copy`, `1 copy`, `2 copies`. */
export function copiesText(copies: number): string {
  if (copies === 0) return 'no copy';
  return copies === 1 ? '1 copy' : `${formatInteger(copies)} copies`;
}
