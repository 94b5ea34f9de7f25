/** What our client does where BitTorrent clients differ: as libtorrent, with two exceptions. */

import { type ClientOptions, LIBTORRENT } from '@cachetorrent/protocol';

export const CLIENT_OPTIONS: ClientOptions = {
  ...LIBTORRENT,
  /** libtorrent means to, and fails. A block that arrives twice is of no use to anybody. */
  endgameCancels: true,
  /**
   * libtorrent's `request_timeout`. Its shorter `piece_timeout` is for peers of whom not a byte
   * arrives, but we see whole blocks: on a slow connection one may well take 20 s.
   */
  requestTimeoutMs: 60_000,
};
