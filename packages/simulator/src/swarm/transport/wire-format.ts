/**
 * How a message travels between AS: an envelope, which is the simulator's, around the bytes of
 * the protocol's codec. One message may go to several connections of the other AS; each copy
 * arrives when the distance of its two nodes says.
 *
 *     copies u32 │ machine u32  connection u32  latencyMs f32 │ … │ message
 *                └──────────── one address a copy ───────────┘
 *
 * A message to a node and not to a connection of it has the connection NOWHERE.
 */

/** The connection of a message that is for the node itself. */
export const NOWHERE = 0xffff_ffff;

/** A first word that no number of copies has: what follows tells of flows, not of a message. */
export const FLOW_UPDATES = 0xffff_ffff;

const HEADER_BYTES = 4;
const ADDRESS_BYTES = 12;

/** Bytes before the message, with so many copies. */
export function envelopeBytes(copies: number): number {
  return HEADER_BYTES + ADDRESS_BYTES * copies;
}

export function writeCopies(view: DataView, offset: number, copies: number): void {
  view.setUint32(offset, copies, true);
}

export function readCopies(view: DataView, offset: number): number {
  return view.getUint32(offset, true);
}

/** Writes the address of copy number `copy`. */
export function writeAddress(
  view: DataView,
  offset: number,
  copy: number,
  machine: number,
  connection: number,
  latencyMs: number,
): void {
  const at = offset + HEADER_BYTES + ADDRESS_BYTES * copy;
  view.setUint32(at, machine, true);
  view.setUint32(at + 4, connection, true);
  view.setFloat32(at + 8, latencyMs, true);
}

export function readMachine(view: DataView, offset: number, copy: number): number {
  return view.getUint32(offset + HEADER_BYTES + ADDRESS_BYTES * copy, true);
}

export function readConnection(view: DataView, offset: number, copy: number): number {
  return view.getUint32(offset + HEADER_BYTES + ADDRESS_BYTES * copy + 4, true);
}

export function readLatencyMs(view: DataView, offset: number, copy: number): number {
  return view.getFloat32(offset + HEADER_BYTES + ADDRESS_BYTES * copy + 8, true);
}
