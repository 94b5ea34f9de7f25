/**
 * Sixty things that a stranger may do wrong on a connection, and what each comes to: the title
 * of a row says what was wrong.
 *
 * An outcome is a reaction and the rule that was broken: `close`, for that reason; `reject`, and
 * a REJECT is said where both sides have the fast extension; `ignore`, and nothing comes of it;
 * `tolerate`, and it is heard all the same. Without a rule: `fine` is heard, `ignore` is not, and
 * `rejected` is nobody's fault.
 *
 * The numbers are those of a catalogue of cases that were sent to libtorrent, Transmission, aria2,
 * rtorrent and bittorrent-protocol.
 */

import {
  encodeHandshake, type FrameEncoder, keepsConnection, parseAnnounceResponse, PieceTrust,
  type Profile,
} from '@cachetorrent/protocol/wire';
import { describe, expect, test } from 'vitest';

import {
  ALL_FEATURES, ascii, frame, joined, OUR_ID, Stranger, type StrangerOptions, THEIR_ID, TORRENT,
} from './stranger.ts';

interface Row {
  readonly number: number;
  readonly wrong: string;
  /** The outcome in `interop`, and in `classic` where that is not given. */
  readonly interop: string;
  /** Where it differs. */
  readonly strict?: string;
  readonly classic?: string;
  readonly options?: StrangerOptions;
  /** What happens before, between friends. */
  readonly before?: (stranger: Stranger) => void;
  readonly does: (stranger: Stranger) => void;
}

const NO_FAST = { theirs: { ...ALL_FEATURES, fast: false } };
const NO_EXTENSIONS = { theirs: { ...ALL_FEATURES, extensions: false } };
const BLOCK = 16_384;
const PIECE = 32_768;

const tell = (write: (to: FrameEncoder) => void) => (stranger: Stranger): void => {
  stranger.tell(write);
};
const say = (...parts: Uint8Array[]) => (stranger: Stranger): void => {
  stranger.say(joined(...parts));
};
const extended = (id: number, ...parts: (string | Uint8Array)[]): ((stranger: Stranger) => void) => {
  const payload = joined(...parts.map((part) => (typeof part === 'string' ? ascii(part) : part)));
  return tell((to) => to.extended(id, payload));
};
const times = (count: number, does: (stranger: Stranger) => void) => (stranger: Stranger): void => {
  for (let i = 0; i < count; i++) does(stranger);
};
/** Unchoked, interested, and clear of the first moments. */
const unchoked = (stranger: Stranger): void => {
  stranger.wait(5_000);
  stranger.tell((to) => to.interested());
  stranger.session.say.unchoke();
};
const chokedFor = (ms: number) => (stranger: Stranger): void => {
  unchoked(stranger);
  stranger.session.say.choke();
  stranger.wait(ms);
};
/** We have asked for the first block of piece 0. */
const asked = (stranger: Stranger): void => {
  stranger.tell((to) => { to.bitfield(Uint8Array.of(0xff, 0xc0)); to.unchoke(); });
  stranger.session.say.request(0, 0, BLOCK);
};
const block = (length: number): Uint8Array => new Uint8Array(length);
const DEST = new Uint8Array([10, 0, 0, 2, 0x1a, 0xe1]);

const SESSION_ROWS: readonly Row[] = [
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
  ...[10, 11, 12, 18, 19, 24, 32, 255].map((id): Row => (
    { number: 12, wrong: `message ${id}, which nobody has assigned`, interop: 'close unknown-message', does: say(frame(1, id)) })),
  { number: 12, wrong: 'an unknown message, to a session that skips them', interop: 'ignore unknown-message',
    options: { unknownMessages: 'skip' }, does: say(frame(4, 99, 1, 2, 3), frame(0)) },
  { number: 13, wrong: '10,000 keep-alives', interop: 'ignore keep-alive-flood', does: say(new Uint8Array(40_000)) },
  { number: 15, wrong: 'a message after the end', interop: 'close ended',
    does: (stranger) => { stranger.session.receiveEnd(stranger.nowMs); stranger.say(frame(1, 0)); } },

  // Sizes that are always the same.
  ...([[16, 'choke', 0], [16, 'unchoke', 1], [16, 'interested', 2], [16, 'not interested', 3], [20, 'have-all', 14], [20, 'have-none', 15]] as const)
    .map(([number, name, id]): Row => (
      { number, wrong: `a ${name} with a payload`, interop: 'close wrong-length', does: say(frame(2, id, 0)) })),
  { number: 17, wrong: 'a have of 4 bytes', interop: 'close wrong-length', does: say(frame(4, 4, 0, 0, 0)) },
  { number: 17, wrong: 'a have of 6 bytes', interop: 'close wrong-length', does: say(frame(6, 4, 0, 0, 0, 0, 0)) },
  ...([['request', 6], ['cancel', 8], ['reject', 16]] as const).map(([name, id]): Row => (
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

  // What it asks for.
  { number: 32, wrong: 'a request for a piece behind the last', interop: 'reject request-out-of-range', strict: 'close request-out-of-range',
    before: unchoked, does: tell((to) => to.request(10, 0, BLOCK)) },
  { number: 32, wrong: 'eleven such requests in a minute', interop: 'close request-out-of-range',
    before: unchoked, does: times(11, tell((to) => to.request(10, 0, BLOCK))) },
  { number: 32, wrong: 'a request for a piece that we do not hold', interop: 'reject piece-not-held',
    before: (stranger) => { unchoked(stranger); stranger.session.say.holdings(Uint8Array.of(0x80, 0)); }, does: tell((to) => to.request(1, 0, BLOCK)) },
  { number: 32, wrong: 'eleven such requests in a minute', interop: 'close piece-not-held',
    before: (stranger) => { unchoked(stranger); stranger.session.say.holdings(Uint8Array.of(0x80, 0)); }, does: times(11, tell((to) => to.request(1, 0, BLOCK))) },
  { number: 33, wrong: 'a request that begins at the end of the piece', interop: 'reject request-out-of-range', strict: 'close request-out-of-range',
    before: unchoked, does: tell((to) => to.request(0, PIECE, 1)) },
  { number: 33, wrong: 'a request that ends a byte behind the piece', interop: 'reject request-out-of-range', strict: 'close request-out-of-range',
    before: unchoked, does: tell((to) => to.request(0, PIECE - BLOCK + 1, BLOCK)) },
  { number: 33, wrong: 'a begin of 2^32 - 16, which with the length comes to 2^14 in 32 bits', interop: 'reject request-out-of-range', strict: 'close request-out-of-range',
    before: unchoked, does: tell((to) => to.request(0, 0xfffffff0, BLOCK)) },
  { number: 33, wrong: 'a begin at which no block begins, which is legal', interop: 'fine', before: unchoked, does: tell((to) => to.request(0, 7, 100)) },
  { number: 34, wrong: 'a request for nothing', interop: 'reject empty-request', strict: 'close empty-request', before: unchoked, does: tell((to) => to.request(0, 0, 0)) },
  { number: 35, wrong: 'a request over 16 KiB', interop: 'reject request-too-long', strict: 'close request-too-long', before: unchoked, does: tell((to) => to.request(0, 0, BLOCK + 1)) },
  { number: 35, wrong: 'a request over 16 KiB without the fast extension', interop: 'close request-too-long', options: NO_FAST, before: unchoked, does: tell((to) => to.request(0, 0, BLOCK + 1)) },
  { number: 35, wrong: 'a request over 16 KiB, to a session that serves 128 KiB', interop: 'fine', options: { limits: { servedBlockBytes: 2 ** 17 } }, before: unchoked, does: tell((to) => to.request(0, 0, PIECE)) },
  { number: 36, wrong: 'a request behind the end of the short last piece', interop: 'reject request-out-of-range', strict: 'close request-out-of-range',
    before: unchoked, does: tell((to) => to.request(9, 0, 10_001)) },
  { number: 37, wrong: 'a request long after the choke', interop: 'reject request-while-choked', before: chokedFor(3_000), does: tell((to) => to.request(0, 0, BLOCK)) },
  { number: 37, wrong: 'a request that crosses the choke', interop: 'rejected', before: chokedFor(1_000), does: tell((to) => to.request(0, 0, BLOCK)) },
  { number: 37, wrong: 'a request while choked without the fast extension', interop: 'reject request-while-choked', options: NO_FAST, before: chokedFor(3_000), does: tell((to) => to.request(0, 0, BLOCK)) },
  { number: 37, wrong: '501 requests while choked', interop: 'close request-while-choked', before: chokedFor(3_000), does: times(501, tell((to) => to.request(0, 0, BLOCK))) },
  { number: 37, wrong: 'a request while choked for a piece that is allowed fast, which is legal', interop: 'fine',
    before: (stranger) => { chokedFor(3_000)(stranger); stranger.session.say.allowFast(0); }, does: tell((to) => to.request(0, 0, BLOCK)) },
  { number: 37, wrong: 'an allowed fast piece over three times', interop: 'close allowed-fast-abuse',
    before: (stranger) => { chokedFor(3_000)(stranger); stranger.session.say.allowFast(0); },
    does: times(7, (stranger) => { stranger.tell((to) => to.request(0, 0, BLOCK)); stranger.session.say.piece(0, 0, block(BLOCK)); }) },
  { number: 38, wrong: 'a request that is open already', interop: 'ignore duplicate-request', strict: 'close duplicate-request',
    before: (stranger) => { unchoked(stranger); stranger.tell((to) => to.request(0, 0, BLOCK)); }, does: tell((to) => to.request(0, 0, BLOCK)) },
  { number: 39, wrong: 'the 501st open request', interop: 'reject too-many-requests',
    before: (stranger) => { unchoked(stranger); for (let i = 0; i < 500; i++) stranger.tell((to) => to.request(0, i, 1)); },
    does: tell((to) => to.request(0, 500, 1)) },
  { number: 39, wrong: 'the 501st open request without the fast extension', interop: 'reject too-many-requests', options: NO_FAST,
    before: (stranger) => { unchoked(stranger); for (let i = 0; i < 500; i++) stranger.tell((to) => to.request(0, i, 1)); },
    does: tell((to) => to.request(0, 500, 1)) },
  { number: 40, wrong: 'a request without interest', interop: 'tolerate request-without-interest', strict: 'close request-without-interest',
    before: (stranger) => stranger.session.say.unchoke(), does: tell((to) => to.request(0, 0, BLOCK)) },
  { number: 41, wrong: 'a request for a piece that it holds', interop: 'reject request-for-held-piece',
    before: (stranger) => { stranger.tell((to) => to.have(0)); unchoked(stranger); }, does: tell((to) => to.request(0, 0, BLOCK)) },

  // What it sends.
  { number: 42, wrong: 'a block that we did not ask for', interop: 'ignore unrequested-piece', strict: 'close unrequested-piece',
    before: asked, does: tell((to) => to.piece(1, 0, block(BLOCK))) },
  { number: 42, wrong: 'over 1 MiB of such blocks in a minute', interop: 'close unrequested-piece', before: asked, does: times(65, tell((to) => to.piece(1, 0, block(BLOCK)))) },
  { number: 42, wrong: 'a block that we have cancelled, which is legal', interop: 'fine',
    before: (stranger) => { asked(stranger); stranger.session.say.cancel(0, 0, BLOCK); }, does: tell((to) => to.piece(0, 0, block(BLOCK))) },
  { number: 43, wrong: 'a block of a piece behind the last', interop: 'close block-out-of-range', before: asked, does: tell((to) => to.piece(10, 0, block(BLOCK))) },
  { number: 43, wrong: 'a block behind the end of its piece', interop: 'close block-out-of-range', before: asked, does: tell((to) => to.piece(0, PIECE, block(1))) },
  { number: 43, wrong: 'a block that begins in the middle of ours', interop: 'close block-out-of-range', before: asked, does: tell((to) => to.piece(0, 1, block(BLOCK))) },
  { number: 43, wrong: 'a begin of 2^32 - 16', interop: 'close block-out-of-range', before: asked, does: tell((to) => to.piece(0, 0xfffffff0, block(BLOCK))) },
  { number: 43, wrong: 'a block that is longer than asked for', interop: 'close wrong-block-length',
    before: (stranger) => { asked(stranger); stranger.session.say.request(9, 0, 5_000); }, does: tell((to) => to.piece(9, 0, block(5_001))) },
  { number: 43, wrong: 'a block that is shorter than asked for', interop: 'close wrong-block-length', before: asked, does: tell((to) => to.piece(0, 0, block(BLOCK - 1))) },
  { number: 44, wrong: 'an empty block, in place of a refusal', interop: 'tolerate empty-block', strict: 'close empty-block', before: asked, does: tell((to) => to.piece(0, 0, block(0))) },
  { number: 46, wrong: 'a cancel of what it has not asked for', interop: 'ignore unknown-cancel', before: unchoked, does: tell((to) => to.cancel(0, 0, BLOCK)) },
  { number: 46, wrong: 'a cancel of bytes that there are not', interop: 'close cancel-out-of-range', before: unchoked, does: tell((to) => to.cancel(10, 0, BLOCK)) },

  // The fast extension, and the port.
  { number: 47, wrong: 'a suggest without the fast extension', interop: 'close fast-not-negotiated', options: NO_FAST, does: tell((to) => to.suggest(0)) },
  { number: 47, wrong: 'a reject without the fast extension', interop: 'close fast-not-negotiated', options: NO_FAST, does: tell((to) => to.reject(0, 0, BLOCK)) },
  { number: 47, wrong: 'an allowed-fast without the fast extension', interop: 'close fast-not-negotiated', options: NO_FAST, does: tell((to) => to.allowedFast(0)) },
  { number: 48, wrong: 'a reject of what we have not asked for', interop: 'ignore unrequested-reject', strict: 'close unrequested-reject', before: asked, does: tell((to) => to.reject(1, 0, BLOCK)) },
  { number: 49, wrong: 'a suggest of a piece behind the last', interop: 'ignore fast-piece-out-of-range', strict: 'close fast-piece-out-of-range', does: tell((to) => to.suggest(10)) },
  { number: 49, wrong: 'an allowed-fast of a piece behind the last', interop: 'ignore fast-piece-out-of-range', strict: 'close fast-piece-out-of-range', does: tell((to) => to.allowedFast(10)) },
  { number: 49, wrong: 'more allowed-fast than we remember', interop: 'ignore too-many-fast-pieces', options: { limits: { fastPieces: 2 } },
    before: tell((to) => { to.allowedFast(0); to.allowedFast(1); }), does: tell((to) => to.allowedFast(2)) },
  { number: 50, wrong: 'a port of 0', interop: 'ignore useless-port', does: tell((to) => to.port(0)) },
  { number: 50, wrong: 'a port on a private torrent', interop: 'ignore useless-port',
    options: { side: { side: 'responder', torrentOf: () => ({ ...TORRENT, isPrivate: true }) } }, does: tell((to) => to.port(6881)) },

  // The extension protocol.
  { number: 51, wrong: 'an extended message without the extension protocol', interop: 'close extensions-not-negotiated', options: NO_EXTENSIONS, does: extended(0, 'de') },
  { number: 52, wrong: 'an extension that we have not listed', interop: 'ignore unknown-extension', strict: 'close unknown-extension', does: extended(99, 'de') },
  { number: 52, wrong: '101 of them in a minute', interop: 'close unknown-extension', does: times(101, extended(99, 'de')) },
  { number: 53, wrong: 'an extended handshake that is a list', interop: 'tolerate malformed-extended-handshake', strict: 'close malformed-extended-handshake', does: extended(0, 'le') },
  { number: 53, wrong: 'an extended handshake that is no bencode', interop: 'tolerate malformed-extended-handshake', strict: 'close malformed-extended-handshake', does: extended(0, 'hello') },
  { number: 53, wrong: 'an extended handshake that is cut short', interop: 'tolerate malformed-extended-handshake', strict: 'close malformed-extended-handshake', does: extended(0, 'd1:md6:ut_p') },
  { number: 54, wrong: 'm is no dictionary', interop: 'ignore bad-extension-entry', does: extended(0, 'd1:mi1ee') },
  { number: 54, wrong: 'an extension with a negative id', interop: 'ignore bad-extension-entry', does: extended(0, 'd1:md6:ut_pexi-1eee') },
  { number: 54, wrong: 'an extension with id 256', interop: 'ignore bad-extension-entry', does: extended(0, 'd1:md6:ut_pexi256eee') },
  { number: 54, wrong: 'two extensions with one id', interop: 'ignore bad-extension-entry', does: extended(0, 'd1:md11:ut_metadatai3e6:ut_pexi3eee') },
  { number: 55, wrong: '33 lists inside one another', interop: 'close bencode-bomb', does: extended(0, 'l'.repeat(33), 'e'.repeat(33)) },
  { number: 55, wrong: '60,000 lists inside one another', interop: 'close bencode-bomb', does: extended(0, 'l'.repeat(60_000)) },
  { number: 55, wrong: 'over 10,000 values', interop: 'close bencode-bomb', does: extended(0, 'd1:xl', 'le'.repeat(10_000), 'ee') },
  { number: 55, wrong: 'a string of 4 GB', interop: 'close bencode-bomb', does: extended(0, 'd1:v4294967295:') },
  { number: 55, wrong: 'an integer of 1000 digits', interop: 'close bencode-bomb', does: extended(0, `d1:pi${'9'.repeat(1_000)}ee`) },
  { number: 55, wrong: 'an integer of 65 bits', interop: 'close bencode-bomb', does: extended(0, 'd1:pi9223372036854775808ee') },
  { number: 55, wrong: 'a handshake of 200 KiB', interop: 'close frame-too-long', does: say(frame(200 * 1024, 20, 0)) },
  { number: 55, wrong: 'a number that begins with 0', interop: 'tolerate non-canonical-bencode', strict: 'close non-canonical-bencode', does: extended(0, 'd1:pi06881ee') },
  { number: 55, wrong: 'a minus 0', interop: 'tolerate non-canonical-bencode', strict: 'close non-canonical-bencode', does: extended(0, 'd1:pi-0ee') },
  { number: 55, wrong: 'keys that are not in order', interop: 'tolerate non-canonical-bencode', strict: 'close non-canonical-bencode', does: extended(0, 'd1:v1:x1:pi1ee') },
  { number: 55, wrong: 'a key twice', interop: 'tolerate non-canonical-bencode', strict: 'close non-canonical-bencode', does: extended(0, 'd1:pi1e1:pi2ee') },
  { number: 55, wrong: 'bytes behind the end', interop: 'tolerate non-canonical-bencode', strict: 'close non-canonical-bencode', does: extended(0, 'd1:pi1eeXYZ') },
  { number: 55, wrong: 'a key __proto__, which is a key', interop: 'fine', does: extended(0, 'd9:__proto__de1:md9:__proto__i3ee1:pi1ee') },
  { number: 56, wrong: 'a metadata_size of 0', interop: 'ignore bad-metadata-size', does: extended(0, 'd13:metadata_sizei0ee') },
  { number: 56, wrong: 'a metadata_size below 0', interop: 'ignore bad-metadata-size', does: extended(0, 'd13:metadata_sizei-1ee') },
  { number: 56, wrong: 'a metadata_size of 1 GiB', interop: 'ignore bad-metadata-size', does: extended(0, 'd13:metadata_sizei1073741824ee') },
  { number: 56, wrong: 'a request for metadata that there is not', interop: 'ignore bad-metadata-message', strict: 'close bad-metadata-message', does: extended(2, 'd8:msg_typei0e5:piecei99999ee') },
  { number: 56, wrong: 'metadata with a short block', interop: 'ignore bad-metadata-message', strict: 'close bad-metadata-message', does: extended(2, 'd8:msg_typei1e5:piecei0e10:total_sizei20000ee', block(100)) },
  { number: 56, wrong: 'metadata of another size', interop: 'ignore bad-metadata-message', strict: 'close bad-metadata-message',
    options: { side: { side: 'responder', torrentOf: () => ({ ...TORRENT, metadataBytes: 50 }) } }, does: extended(2, 'd8:msg_typei1e5:piecei0e10:total_sizei49ee', block(49)) },
  { number: 56, wrong: 'eleven of them in a minute', interop: 'close bad-metadata-message', does: times(11, extended(2, 'd8:msg_typei0e5:piecei-1ee')) },
  { number: 57, wrong: 'a reqq of 0', interop: 'ignore bad-request-queue', does: extended(0, 'd4:reqqi0ee') },
  { number: 57, wrong: 'a reqq of -5', interop: 'ignore bad-request-queue', does: extended(0, 'd4:reqqi-5ee') },
  { number: 57, wrong: 'a reqq that is text', interop: 'ignore bad-request-queue', does: extended(0, 'd4:reqq3:500e') },
  { number: 57, wrong: 'a reqq of 1, which is legal', interop: 'fine', does: extended(0, 'd4:reqqi1ee') },
  { number: 58, wrong: 'added peers of 7 bytes', interop: 'ignore bad-peer-exchange', strict: 'close bad-peer-exchange', does: extended(1, 'd5:added7:1234567e') },
  { number: 58, wrong: 'fewer flags than peers', interop: 'ignore bad-peer-exchange', strict: 'close bad-peer-exchange', does: extended(1, 'd5:added12:1234561234567:added.f1:0e') },
  { number: 58, wrong: 'over 50 added peers', interop: 'ignore bad-peer-exchange', strict: 'close bad-peer-exchange',
    before: (stranger) => { extended(1, 'de')(stranger); stranger.wait(61_000); }, does: extended(1, 'd5:added306:', new Uint8Array(306).fill(49), 'e') },
  { number: 58, wrong: 'two exchanges in a minute', interop: 'ignore peer-exchange-flood', strict: 'close peer-exchange-flood', before: extended(1, 'de'), does: extended(1, 'de') },
  { number: 58, wrong: 'twelve of them', interop: 'close peer-exchange-flood', does: times(12, extended(1, 'de')) },

  // CacheTorrent.
  { number: 59, wrong: 'a ct_leader_start that we have not listed', interop: 'ignore unknown-extension', strict: 'close unknown-extension',
    options: { extensionIds: {} }, does: extended(10, 'd4:dest6:', DEST, 'e') },
  { number: 59, wrong: 'a ct_leader_start over 4 KiB', interop: 'close frame-too-long', does: extended(10, 'd4:dest6:', DEST, '1:x5000:', block(5_000), 'e') },
  ...([
    ['a ct_leader_start to 7 bytes', 10, 'd4:dest7:1234567e'], ['a ct_leader_start to nobody', 10, 'de'],
    ['a ct_leader_start to port 0', 10, 'd4:dest6:1234\0\0e'], ['a ct_leader_start that is a list', 10, 'le'],
    ['a ct_leader_start with half an id', 10, 'd4:dest6:1234562:id4:abcde'],
    ['a ct_candidate that uploads less than nothing', 12, 'd2:asi1e4:downi20e2:upi-1ee'],
    ['a ct_candidate that uploads over 2^53', 12, 'd2:asi1e4:downi20e2:upi9007199254740993ee'],
    ['a ct_candidate of AS 2^32', 12, 'd2:asi4294967296e4:downi20e2:upi10ee'],
    ['a ct_leaders of half an endpoint', 13, 'd2:asi1e5:peers3:123e'], ['a ct_leaders at port 0', 13, 'd2:asi1e5:peers6:1234\0\0e'],
    ['a ct_neighbours with too few AS', 11, 'd2:asli1ee5:peers12:123456123456e'], ['a ct_have behind the last piece', 14, 'd5:indexi10ee'],
    ['a ct_have of no piece', 14, 'de'],
  ] as const).map(([wrong, id, payload]): Row => (
    { number: 59, wrong, interop: 'ignore bad-cachetorrent-message', strict: 'close bad-cachetorrent-message', does: extended(id, payload) })),
  { number: 59, wrong: 'over 200 leaders', interop: 'ignore bad-cachetorrent-message', strict: 'close bad-cachetorrent-message',
    does: extended(13, 'd2:asi1e5:peers1206:', new Uint8Array(1_206).fill(1), 'e') },
  { number: 59, wrong: 'a ct_leader_start to ourselves', interop: 'ignore bad-cachetorrent-message', strict: 'close bad-cachetorrent-message',
    options: { refuseTarget: ({ host }) => (host === '10.0.0.2' ? 'it is our own address' : undefined) }, does: extended(10, 'd4:dest6:', DEST, 'e') },
  { number: 59, wrong: 'a ct_leader_start from another AS', interop: 'ignore bad-cachetorrent-message', strict: 'close bad-cachetorrent-message',
    options: { about: { system: 64_512 } }, before: extended(0, 'd5:ct_asi64513ee'), does: extended(10, 'd4:dest6:', DEST, 'e') },
  { number: 59, wrong: 'a ct_leader_start to the same peer twice in a minute', interop: 'ignore bad-cachetorrent-message', strict: 'close bad-cachetorrent-message',
    before: extended(10, 'd4:dest6:', DEST, 'e'), does: extended(10, 'd4:dest6:', DEST, 'e') },
  { number: 59, wrong: 'eleven bad ones in a minute', interop: 'close bad-cachetorrent-message', does: times(11, extended(10, 'de')) },
];

const PROFILES: readonly Profile[] = ['strict', 'interop', 'classic'];

describe.each(PROFILES)('once connected, %s', (profile) => {
  const rows = SESSION_ROWS.map((row) => ({ ...row, outcome: expected(row, profile) }));

  test.each(rows)('$number $wrong: $outcome', ({ options, before, does, outcome }) => {
    // In `classic` too the strangers of this table have the fast extension.
    const stranger = Stranger.met({ profile, fast: true, ...options });
    before?.(stranger);
    stranger.said();
    stranger.events.length = 0;
    does(stranger);
    expect(outcomeOf(stranger)).toBe(outcome);
    expect(stranger.session.isClosed).toBe(outcome.startsWith('close'));
  });
});

interface Greeted {
  readonly number: number;
  readonly wrong: string;
  readonly bytes: Uint8Array;
  readonly interop: string;
  readonly strict?: string;
  readonly options?: StrangerOptions;
}

const greeting = (infoHash: Uint8Array, peerId: Uint8Array, features = ALL_FEATURES): Uint8Array =>
  encodeHandshake({ features, infoHash, peerId });
const altered = (bytes: Uint8Array, at: number): Uint8Array => bytes.with(at, bytes[at]! ^ 1);
const good = greeting(TORRENT.infoHash, THEIR_ID);
const other = new Uint8Array(20).fill(0x22);
const dialler = { side: 'dialler', torrent: TORRENT } as const;

const HANDSHAKE_ROWS: readonly Greeted[] = [
  { number: 1, wrong: 'a first byte that is not 19', bytes: altered(good, 0), interop: 'close not-bittorrent' },
  { number: 1, wrong: 'a protocol of another name', bytes: altered(good, 19), interop: 'close not-bittorrent' },
  { number: 1, wrong: 'the first wrong byte and no more', bytes: Uint8Array.of(18), interop: 'close not-bittorrent' },
  { number: 1, wrong: 'the beginning of an encrypted handshake', bytes: new Uint8Array(96).fill(0xa5), interop: 'close not-bittorrent' },
  { number: 2, wrong: 'a torrent that we do not serve', bytes: greeting(other, THEIR_ID), interop: 'close unknown-torrent',
    options: { side: { side: 'responder', torrentOf: () => undefined } } },
  { number: 3, wrong: 'an answer for another torrent', bytes: greeting(other, THEIR_ID), interop: 'close other-torrent', options: { side: dialler } },
  { number: 3, wrong: 'an answer with the hash of version 2, which is the same torrent', bytes: greeting(other, THEIR_ID), interop: 'fine',
    options: { side: { side: 'dialler', torrent: { ...TORRENT, infoHash2: other } } } },
  { number: 4, wrong: 'our own id', bytes: greeting(TORRENT.infoHash, OUR_ID), interop: 'close own-peer-id' },
  { number: 6, wrong: 'another id than the tracker said', bytes: good, interop: 'tolerate unexpected-peer-id', strict: 'close unexpected-peer-id',
    options: { side: { ...dialler, expectedPeerId: other } } },
  { number: 8, wrong: 'version 2 of a torrent of version 1', bytes: greeting(TORRENT.infoHash, THEIR_ID, { ...ALL_FEATURES, version2: true }), interop: 'ignore version-2-claimed' },
  { number: 14, wrong: 'a message before the handshake', bytes: frame(1, 1), interop: 'close not-bittorrent' },
];

describe.each(PROFILES)('at the handshake, %s', (profile) => {
  const rows = HANDSHAKE_ROWS.map((row) => ({ ...row, outcome: expected(row, profile) }));

  test.each(rows)('$number $wrong: $outcome', ({ bytes, options, outcome }) => {
    const stranger = new Stranger({ profile, ...options });
    stranger.say(bytes);
    expect(outcomeOf(stranger)).toBe(outcome);
  });

  test.each([0, 1, 47, 67])('7. silence after %i bytes: close handshake-timeout', (count) => {
    const stranger = new Stranger({ profile });
    stranger.say(good.subarray(0, count));
    expect(stranger.wait(9_999)).toEqual([]);
    expect(stranger.wait(1)).toMatchObject([{ type: 'closed', reason: 'handshake-timeout' }]);
  });

  test('7. one byte a second does not put the end off', () => {
    const stranger = new Stranger({ profile });
    for (let i = 0; i < 10; i++) {
      stranger.say(good.subarray(i, i + 1));
      stranger.wait(1_000);
    }
    expect(stranger.events).toMatchObject([{ type: 'closed', reason: 'handshake-timeout' }]);
  });
});

test('2. who asks for an unknown torrent gets no answer, and at byte 48', () => {
  const stranger = new Stranger({ side: { side: 'responder', torrentOf: () => undefined } });
  expect(stranger.say(good.subarray(0, 47))).toEqual([]);
  expect(stranger.say(good.subarray(47, 48))).toMatchObject([{ type: 'closed', reason: 'unknown-torrent' }]);
  expect(stranger.session.pollOutput()).toBeUndefined();
});

test('5. of two connections both sides keep the one that the greater id dialled', () => {
  const [less, more] = [OUR_ID, THEIR_ID];
  expect(keepsConnection(more, less, true)).toBe(true);
  expect(keepsConnection(less, more, false)).toBe(true);
  expect(keepsConnection(more, less, false)).toBe(false);
  expect(keepsConnection(less, more, true)).toBe(false);

  const stranger = Stranger.met();
  stranger.session.close('duplicate-peer');
  expect(stranger.session.pollEvent()).toMatchObject({ type: 'closed', reason: 'duplicate-peer' });
});

test('45. a peer is bad after four pieces that failed, or more if it gave good ones before', () => {
  const fresh = new PieceTrust();
  for (let i = 0; i < 3; i++) fresh.failed();
  expect(fresh.isBad).toBe(false);
  fresh.failed();
  expect(fresh.isBad).toBe(true);

  const proven = new PieceTrust();
  for (let i = 0; i < 100; i++) proven.passed();
  for (let i = 0; i < 7; i++) proven.failed();
  expect(proven.isBad).toBe(false);
  proven.failed();
  expect(proven.isBad).toBe(true);
});

describe('60. answers of a tracker', () => {
  test.each([
    ['nothing', '', 'malformed'],
    ['a list', 'le', 'malformed'],
    ['text', '<html>', 'malformed'],
    ['a dictionary that is cut short', 'd8:interval', 'malformed'],
    ['a nesting bomb', 'l'.repeat(100_000), 'malformed'],
    ['over 1 MiB', `d1:x${2 ** 20}:${' '.repeat(2 ** 20)}e`, 'malformed'],
    ['a refusal', 'd14:failure reason4:busye', 'refusal'],
  ])('%s', (_, answer, kind) => {
    expect(parseAnnounceResponse(ascii(answer)).kind).toBe(kind);
  });

  test.each([
    ['no interval', 'd5:peers0:e', { intervalS: 1_800 }, 'it names no interval'],
    ['a negative interval', 'd8:intervali-5e5:peers0:e', { intervalS: 5 }, 'an interval of -5 s'],
    ['an interval of a year', 'd8:intervali31536000e5:peers0:e', { intervalS: 86_400 }, 'an interval of 31536000 s'],
    ['peers of 7 bytes', 'd8:intervali60e5:peers7:1234567e', { peers: [] }, 'peers is no list of 6 bytes each'],
    ['peers that are a number', 'd8:intervali60e5:peersi7ee', { peers: [] }, 'peers is no list of 6 bytes each'],
    ['a peer at port 0', 'd8:intervali60e5:peers12:\x0a\0\0\x01\x1a\xe1\x0a\0\0\x02\0\0e', { peers: [{ host: '10.0.0.1', port: 6881 }] }, '1 peers have no address'],
    ['peers as dictionaries', 'd8:intervali60e5:peersld2:ip8:10.0.0.14:porti6881eed2:ip5:helloeee', { peers: [{ host: '10.0.0.1', port: 6881 }] }, '1 peers have no address'],
  ])('%s', (_, answer, response, remark) => {
    expect(parseAnnounceResponse(ascii(answer))).toMatchObject({ kind: 'peers', response, remarks: [remark] });
  });
});

function expected(
  row: { readonly interop: string; readonly strict?: string; readonly classic?: string },
  profile: Profile,
): string {
  return row[profile] ?? row.interop;
}

/** What became of it, in the words of the tables. */
function outcomeOf({ events, session, said }: Stranger): string {
  const end = events.at(-1);
  if (end?.type === 'closed') return `close ${end.reason}`;

  const heard = events.filter(({ type }) => type !== 'violation');
  const refusals = said().filter(([name]) => name === 'reject').length;
  const violation = events.find((event) => event.type === 'violation');
  if (violation?.type !== 'violation') {
    return refusals > 0 ? 'rejected' : heard.length === 0 ? 'ignore' : 'fine';
  }
  const { fault, reaction } = violation;
  if (reaction === 'reject') {
    expect(heard, 'a request that is refused is not passed on').toEqual([]);
    expect(refusals, 'REJECT is said where it can be').toBe(session.conversation.features.fast ? 1 : 0);
  } else {
    expect(refusals, 'REJECT is said only in answer to a request').toBe(0);
  }
  return `${reaction} ${fault}`;
}
