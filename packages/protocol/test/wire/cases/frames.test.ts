/** Frames, their sizes, and what a stranger says it holds. `case.ts` says how to read the rows. */

import { encodeHandshake } from '@cachetorrent/protocol/wire';

import { BLOCK, block, type Case, NO_FAST, say, tell, testCases } from './case.ts';
import { ALL_FEATURES, frame, THEIR_ID, TORRENT } from '../stranger.ts';

testCases([
  // Frames.
  { number: 9, wrong: 'a second handshake in mid-stream', interop: 'close frame-too-long',
    does: say(encodeHandshake({ features: ALL_FEATURES, infoHash: TORRENT.infoHash, peerId: THEIR_ID })) },
  { number: 10, wrong: 'a length of 1 MiB and a byte', interop: 'close frame-too-long', does: say(frame(2 ** 20 + 1)) },
  { number: 10, wrong: 'a length of 2^31, which is not negative', interop: 'close frame-too-long', does: say(frame(2 ** 31)) },
  { number: 10, wrong: 'a length of 2^32 - 1', interop: 'close frame-too-long', does: say(frame(2 ** 32 - 1, 4)) },
  { number: 10, wrong: 'a piece larger than any block', interop: 'close frame-too-long', does: say(frame(9 + BLOCK + 1, 7)) },
  { number: 10, wrong: 'an extended message over 64 KiB', interop: 'close frame-too-long', does: say(frame(2 ** 16 + 1, 20)) },
  { number: 11, wrong: 'a frame that is never completed', interop: 'close slow-frame',
    does: (stranger) => { stranger.say(frame(5, 4)); for (let i = 0; i < 12; i++) stranger.wait(5_000); } },
  { number: 11, wrong: 'a frame that comes byte by byte', interop: 'close slow-frame',
    does: (stranger) => {
      stranger.say(frame(9 + BLOCK, 7));
      for (let i = 0; i < 120; i++) { stranger.say(Uint8Array.of(0)); stranger.wait(1_000); }
    } },
  { number: 11, wrong: 'silence for three minutes', interop: 'close idle', does: (stranger) => { stranger.wait(180_000); } },
  ...[10, 11, 12, 18, 19, 24, 32, 255].map((id): Case => (
    { number: 12, wrong: `message ${id}, which nobody has assigned`, interop: 'close unknown-message', does: say(frame(1, id)) })),
  { number: 12, wrong: 'an unknown message, to a session that skips them', interop: 'ignore unknown-message',
    options: { unknownMessages: 'skip' }, does: say(frame(4, 99, 1, 2, 3), frame(0)) },
  { number: 13, wrong: '10,000 keep-alives', interop: 'ignore keep-alive-flood', does: say(new Uint8Array(40_000)) },
  { number: 15, wrong: 'a message after the end', interop: 'close ended',
    does: (stranger) => { stranger.session.receiveEnd(stranger.nowMs); stranger.say(frame(1, 0)); } },

  // Sizes that are always the same.
  ...([[16, 'choke', 0], [16, 'unchoke', 1], [16, 'interested', 2], [16, 'not interested', 3], [20, 'have-all', 14], [20, 'have-none', 15]] as const)
    .map(([number, name, id]): Case => (
      { number, wrong: `a ${name} with a payload`, interop: 'close wrong-length', does: say(frame(2, id, 0)) })),
  { number: 17, wrong: 'a have of 4 bytes', interop: 'close wrong-length', does: say(frame(4, 4, 0, 0, 0)) },
  { number: 17, wrong: 'a have of 6 bytes', interop: 'close wrong-length', does: say(frame(6, 4, 0, 0, 0, 0, 0)) },
  ...([['request', 6], ['cancel', 8], ['reject', 16]] as const).map(([name, id]): Case => (
    { number: 18, wrong: `a ${name} of 12 bytes`, interop: 'close wrong-length', does: say(frame(12, id, ...new Uint8Array(11))) })),
  { number: 18, wrong: 'a request of 14 bytes', interop: 'close wrong-length', does: say(frame(14, 6, ...new Uint8Array(13))) },
  { number: 19, wrong: 'a port of 2 bytes', interop: 'close wrong-length', does: say(frame(2, 9, 1)) },
  { number: 21, wrong: 'a suggest of 1 byte', interop: 'close wrong-length', does: say(frame(1, 13)) },
  { number: 21, wrong: 'an allowed-fast of 9 bytes', interop: 'close wrong-length', does: say(frame(9, 17, ...new Uint8Array(8))) },
  { number: 22, wrong: 'a piece of 8 bytes', interop: 'close wrong-length', does: say(frame(8, 7, ...new Uint8Array(7))) },
  { number: 23, wrong: 'an extended message without an id', interop: 'close wrong-length', does: say(frame(1, 20)) },
  { number: 24, wrong: 'a hash request of 48 bytes', interop: 'close wrong-length', does: say(frame(48, 21, ...new Uint8Array(47))) },
  { number: 24, wrong: 'hashes with half a hash', interop: 'close wrong-length', does: say(frame(65, 22, ...new Uint8Array(64))) },
  { number: 24, wrong: 'hashes that we did not ask for', interop: 'ignore unrequested-hashes', strict: 'close unrequested-hashes',
    does: say(frame(49 + 32, 22, ...new Uint8Array(80))) },

  // What it holds.
  { number: 25, wrong: 'a have of a piece behind the last', interop: 'close piece-out-of-range', does: tell((to) => to.have(10)) },
  { number: 25, wrong: 'a have of piece -1', interop: 'close piece-out-of-range', does: tell((to) => to.have(2 ** 32 - 1)) },
  { number: 25, wrong: 'a have of piece 2^21 before the metadata', interop: 'close piece-out-of-range',
    options: { side: { side: 'responder', torrentOf: () => ({ infoHash: TORRENT.infoHash }) } }, does: tell((to) => to.have(2 ** 21)) },
  { number: 25, wrong: 'a have of any piece before the metadata', interop: 'ignore',
    options: { side: { side: 'responder', torrentOf: () => ({ infoHash: TORRENT.infoHash }) } }, does: tell((to) => to.have(2 ** 21 - 1)) },
  { number: 26, wrong: 'a bitfield of 1 byte for 10 pieces', interop: 'close wrong-bitfield-length', does: tell((to) => to.bitfield(block(1))) },
  { number: 26, wrong: 'a bitfield of 3 bytes for 10 pieces', interop: 'close wrong-bitfield-length', does: tell((to) => to.bitfield(block(3))) },
  { number: 27, wrong: 'spare bits', interop: 'tolerate spare-bits', strict: 'close spare-bits', does: tell((to) => to.bitfield(Uint8Array.of(0x80, 0x20))) },
  { number: 28, wrong: 'a bitfield after a have', interop: 'tolerate late-bitfield', strict: 'close late-bitfield',
    does: tell((to) => { to.have(1); to.bitfield(Uint8Array.of(0x80, 0)); }) },
  { number: 28, wrong: 'a second bitfield', interop: 'tolerate late-bitfield', strict: 'close late-bitfield',
    does: tell((to) => { to.bitfield(Uint8Array.of(0, 0)); to.bitfield(Uint8Array.of(0x80, 0)); }) },
  { number: 29, wrong: 'a bitfield after have-all', interop: 'tolerate contradicting-availability', strict: 'close contradicting-availability',
    before: tell((to) => to.haveAll()), does: tell((to) => to.bitfield(Uint8Array.of(0x80, 0))) },
  { number: 29, wrong: 'have-none after have-all', interop: 'tolerate contradicting-availability', strict: 'close contradicting-availability',
    before: tell((to) => to.haveAll()), does: tell((to) => to.haveNone()) },
  { number: 30, wrong: 'the same have twice', interop: 'ignore', classic: 'fine', before: tell((to) => to.have(1)), does: tell((to) => to.have(1)) },
  { number: 31, wrong: 'have-all without the fast extension', interop: 'close fast-not-negotiated', options: NO_FAST, does: tell((to) => to.haveAll()) },
  { number: 31, wrong: 'have-none without the fast extension', interop: 'close fast-not-negotiated', options: NO_FAST, does: tell((to) => to.haveNone()) },

]);
