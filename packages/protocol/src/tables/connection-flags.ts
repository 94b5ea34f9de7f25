/**
 * How things stand on a connection: one byte, a sum of these, so that what a message does on most
 * occasions is one load and one test.
 */

/** We may upload on this connection. */
export const MAY_UPLOAD = 1;
/** We tell the other side what we have. */
export const ANNOUNCES = 2;
/** We may download on this connection. */
export const MAY_DOWNLOAD = 4;
/** We do not answer its requests. */
export const AM_CHOKING = 8;
/** It has said that it is interested in us. */
export const PEER_INTERESTED = 16;
/** It does not answer our requests. */
export const PEER_CHOKING = 32;
/** We have said that we are interested in it. */
export const AM_INTERESTED = 64;
/** Unchoked by chance, not by merit. */
export const OPTIMISTIC = 128;
