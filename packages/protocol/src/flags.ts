/**
 * How things stand on a connection: one byte, a sum of these, so that what a message does on most
 * occasions is one load and one test.
 */

/** We may upload on this connection. */
export const UPLOADS = 1;
/** We tell the other side what we have. */
export const OFFERS = 2;
/** We may download on this connection. */
export const DOWNLOADS = 4;
/** We do not answer its requests. */
export const CHOKING = 8;
/** It has said that it is interested in us. */
export const WANTED = 16;
/** It does not answer our requests. */
export const CHOKED = 32;
/** We have said that we are interested in it. */
export const INTERESTED = 64;
/** Unchoked by chance, not by merit. */
export const OPTIMISTIC = 128;
