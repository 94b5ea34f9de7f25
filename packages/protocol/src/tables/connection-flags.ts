/**
 * The state of a connection, as a sum of these flags in one byte. Most messages need one load and
 * one test of it.
 */

/** We may upload on this connection. */
export const MAY_UPLOAD = 1;
/** We announce our pieces on this connection. */
export const ANNOUNCES = 2;
/** We may download on this connection. */
export const MAY_DOWNLOAD = 4;
/** We are choking the other side. */
export const AM_CHOKING = 8;
/** The other side is interested in us. */
export const PEER_INTERESTED = 16;
/** The other side is choking us. */
export const PEER_CHOKING = 32;
/** We are interested in the other side. */
export const AM_INTERESTED = 64;
/** Our unchoke of the other side is optimistic. */
export const OPTIMISTIC = 128;

// The state of what is requested on a connection and by its other side, in a byte of its own
// (`PeerTables.downloadState`).

/** Nothing is left to request on the connection. */
export const STARVING = 1;
/** The other side has left requests unanswered for too long. */
export const SNUBBING = 2;
/** We have told the other side what it may request while we choke it (allowed fast). */
export const GRANTED = 4;
/** The other side may request nothing while we choke it. */
export const DENIED = 8;
