/**
 * How a message travels between AS: an envelope, which is the simulator's, around the bytes of
 * the protocol's codec.
 *
 *     machine u32    connection u32   latencyMs f32   │ message      for one connection
 *     BROADCAST u32  channel u32                      │ message      for all that listen
 *     LISTENER u32   channel u32  rank u32  machine u32  connection u32  latencyMs f32
 *     FLOW_NEWS u32  …                                               see `flow-news.ts`
 *
 * A message to a node and not to a connection of it has the connection NOWHERE.
 */

import type { Connection } from '@cachetorrent/protocol';

/** The connection of a message that is for the node itself. */
export const NOWHERE = 0xffff_ffff;

/** A first word that is no machine's number: what follows tells of flows, not of a message. */
export const FLOW_NEWS = 0xffff_ffff;
/** Another: the message is for all who listen to a channel. */
export const BROADCAST = 0xffff_fffe;
/** Another: a connection listens to a channel from now on. */
export const LISTENER = 0xffff_fffd;

export const ADDRESS_BYTES = 12;
export const BROADCAST_BYTES = 8;
export const LISTENER_BYTES = 24;

/** What comes: a machine's number, or one of the words above. */
export function readForm(view: DataView, offset: number): number {
  return view.getUint32(offset, true);
}

export function writeAddress(
  view: DataView,
  offset: number,
  machine: number,
  connection: number,
  latencyMs: number,
): void {
  view.setUint32(offset, machine, true);
  view.setUint32(offset + 4, connection, true);
  view.setFloat32(offset + 8, latencyMs, true);
}

export function readConnection(view: DataView, offset: number): number {
  return view.getUint32(offset + 4, true);
}

export function readLatencyMs(view: DataView, offset: number): number {
  return view.getFloat32(offset + 8, true);
}

export function writeBroadcast(view: DataView, offset: number, channel: number): void {
  view.setUint32(offset, BROADCAST, true);
  view.setUint32(offset + 4, channel, true);
}

/** Of a broadcast or a listener. */
export function readChannel(view: DataView, offset: number): number {
  return view.getUint32(offset + 4, true);
}

export function writeListener(
  view: DataView,
  offset: number,
  channel: number,
  rank: Connection,
  machine: number,
  connection: Connection,
  latencyMs: number,
): void {
  view.setUint32(offset, LISTENER, true);
  view.setUint32(offset + 4, channel, true);
  view.setUint32(offset + 8, rank, true);
  writeAddress(view, offset + 12, machine, connection, latencyMs);
}

/** The machine, and behind it the rest of the address, of a listener. */
export const LISTENER_ADDRESS = 12;

export function readRank(view: DataView, offset: number): number {
  return view.getUint32(offset + 8, true);
}
