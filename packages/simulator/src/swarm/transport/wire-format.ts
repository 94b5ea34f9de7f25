/**
 * A record between two AS: the recipients of a message, then the message as bytes of the
 * protocol's codec. One record can have several recipients, which are connections of the other AS;
 * each of them receives the message after its own latency. A negative latency counts from when a
 * closed border opens (`borders.ts`).
 *
 *     recipients u32 │ local peer u32  connection i32  latencyMs f32 │ … │ message
 *                    └──────────────── one recipient ────────────────┘
 *
 * A message to a node has one recipient, whose connection is TO_NODE.
 */

/** The connection of a recipient that is a node and not a connection. */
export const TO_NODE = -1;

/** A first word that is no number of recipients: flow updates follow instead of a message. */
export const FLOW_UPDATES = 0xffff_ffff;

const HEADER_BYTES = 4;
const RECIPIENT_BYTES = 12;

/** The number of bytes before the message. */
export function headerBytes(recipients: number): number {
  return HEADER_BYTES + RECIPIENT_BYTES * recipients;
}

export function writeRecipientCount(view: DataView, offset: number, recipients: number): void {
  view.setUint32(offset, recipients, true);
}

export function readRecipientCount(view: DataView, offset: number): number {
  return view.getUint32(offset, true);
}

/** Writes the recipient number `index` of the record at `offset`. */
export function writeRecipient(
  view: DataView,
  offset: number,
  index: number,
  localPeer: number,
  connection: number,
  latencyMs: number,
): void {
  const start = offset + HEADER_BYTES + RECIPIENT_BYTES * index;
  view.setUint32(start, localPeer, true);
  view.setInt32(start + 4, connection, true);
  view.setFloat32(start + 8, latencyMs, true);
}

export function readLocalPeer(view: DataView, offset: number, index: number): number {
  return view.getUint32(offset + HEADER_BYTES + RECIPIENT_BYTES * index, true);
}

export function readConnection(view: DataView, offset: number, index: number): number {
  return view.getInt32(offset + HEADER_BYTES + RECIPIENT_BYTES * index + 4, true);
}

export function readLatencyMs(view: DataView, offset: number, index: number): number {
  return view.getFloat32(offset + HEADER_BYTES + RECIPIENT_BYTES * index + 8, true);
}
