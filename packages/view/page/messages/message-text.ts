/** Messages as text. */

import type { RecordingHeader } from '@cachetorrent/recording';

import type { LoggedMessage } from '../../src/messages.ts';
import { formatInteger } from '../panels/format.ts';

/** A node and its AS: `peer 17 (AS 3)`; the tracker as such. */
export function nodeText({ peers, as }: RecordingHeader, node: number): string {
  const name = node === 0 ? 'tracker' : `peer ${node}`;
  const system = peers.as[node];
  return system === undefined ? name : `${name} (${as.name[system]})`;
}

/** What a message names: `piece 40`, `piece 40, block 8`, `piece 40, blocks 8 to 9`; or nothing. */
export function subjectText({ piece, block, blocks }: LoggedMessage): string {
  if (piece === undefined) return '';
  const subject = `piece ${formatInteger(piece)}`;
  if (block === undefined || blocks === undefined) return subject;
  if (blocks === 1) return `${subject}, block ${block}`;
  return `${subject}, blocks ${block} to ${block + blocks - 1}`;
}

/**
 * The peer of a message that is shown on the map: its sender or its receiver, or the other one if
 * that is the tracker.
 */
export function peerToShow({ from, to }: LoggedMessage, end: 'sender' | 'receiver'): number {
  const [first, second] = end === 'sender' ? [from, to] : [to, from];
  return first === 0 ? second : first;
}
