/**
 * What else a stranger may do wrong, beyond the sixty of the catalogue (number 0). `case.ts` says
 * how to read the rows.
 */

import { asked, BLOCK, block, type Case, DEST, extended, NO_FAST, say, tell, testCases, times, unchoked } from './case.ts';
import { frame, TORRENT } from '../stranger.ts';

const MAX = 2 ** 32 - 1;
const pieces = (bits: number[]) => tell((to) => to.bitfield(Uint8Array.from(bits)));
const noMetadata = { side: { side: 'responder', torrentOf: () => ({ infoHash: TORRENT.infoHash }) } } as const;

testCases([
  // Numbers at the edge of 32 bits.
  { number: 0, wrong: 'a request for piece 2^32 - 1', interop: 'reject request-out-of-range', strict: 'close request-out-of-range', before: unchoked, does: tell((to) => to.request(MAX, 0, BLOCK)) },
  { number: 0, wrong: 'a request for 2^32 - 1 bytes', interop: 'reject request-out-of-range', strict: 'close request-out-of-range', before: unchoked, does: tell((to) => to.request(0, 0, MAX)) },
  { number: 0, wrong: 'a request from byte 2^32 - 1 for 2^32 - 1 bytes', interop: 'reject request-out-of-range', strict: 'close request-out-of-range', before: unchoked, does: tell((to) => to.request(0, MAX, MAX)) },
  { number: 0, wrong: 'a request for nothing behind the end', interop: 'reject empty-request', strict: 'close empty-request', before: unchoked, does: tell((to) => to.request(MAX, MAX, 0)) },
  { number: 0, wrong: 'a cancel of 2^32 - 1 bytes', interop: 'close cancel-out-of-range', before: unchoked, does: tell((to) => to.cancel(0, MAX, MAX)) },
  { number: 0, wrong: 'a reject of piece 2^32 - 1', interop: 'ignore unrequested-reject', strict: 'close unrequested-reject', before: asked, does: tell((to) => to.reject(MAX, MAX, MAX)) },
  { number: 0, wrong: 'a suggest of piece 2^32 - 1', interop: 'ignore fast-piece-out-of-range', strict: 'close fast-piece-out-of-range', does: tell((to) => to.suggest(MAX)) },
  { number: 0, wrong: 'a block of piece 2^32 - 1', interop: 'close block-out-of-range', before: asked, does: tell((to) => to.piece(MAX, MAX, block(1))) },

  // What it holds, said in odd ways.
  { number: 0, wrong: 'have-all twice', interop: 'tolerate contradicting-availability', strict: 'close contradicting-availability', before: tell((to) => to.haveAll()), does: tell((to) => to.haveAll()) },
  { number: 0, wrong: 'have-none and then a bitfield', interop: 'tolerate late-bitfield', strict: 'close late-bitfield', before: tell((to) => to.haveNone()), does: pieces([0x80, 0]) },
  { number: 0, wrong: 'a bitfield and then have-none', interop: 'tolerate contradicting-availability', strict: 'close contradicting-availability', before: pieces([0x80, 0]), does: tell((to) => to.haveNone()) },
  { number: 0, wrong: 'have-none after a have', interop: 'tolerate contradicting-availability', strict: 'close contradicting-availability', before: tell((to) => to.have(1)), does: tell((to) => to.haveNone()) },
  { number: 0, wrong: 'an empty bitfield', interop: 'close wrong-bitfield-length', does: pieces([]) },
  { number: 0, wrong: 'a bitfield of nothing but spare bits', interop: 'tolerate spare-bits', strict: 'close spare-bits', does: pieces([0, 0x3f]) },
  { number: 0, wrong: 'a bitfield of 256 KiB for 10 pieces', interop: 'close wrong-bitfield-length', does: say(frame(1 + 2 ** 18, 5)) },
  { number: 0, wrong: 'a bitfield of over 256 KiB before the metadata', interop: 'close wrong-bitfield-length', options: noMetadata, does: say(frame(2 + 2 ** 18, 5)) },
  { number: 0, wrong: 'a request before the metadata', interop: 'reject request-out-of-range', strict: 'close request-out-of-range', options: noMetadata, does: tell((to) => to.request(0, 0, BLOCK)) },
  { number: 0, wrong: 'a block before the metadata', interop: 'close block-out-of-range', options: noMetadata, does: tell((to) => to.piece(0, 0, block(BLOCK))) },
  { number: 0, wrong: 'a thousand bitfields', interop: 'tolerate late-bitfield', strict: 'close late-bitfield', does: times(1_000, pieces([0x80, 0])) },

  // Blocks at the wrong time.
  { number: 0, wrong: 'a block after a choke without the fast extension', interop: 'fine', options: NO_FAST,
    before: (stranger) => { asked(stranger); stranger.tell((to) => to.choke()); }, does: tell((to) => to.piece(0, 0, block(BLOCK))) },
  { number: 0, wrong: 'the same block twice', interop: 'ignore unrequested-piece', strict: 'close unrequested-piece', before: asked, does: times(2, tell((to) => to.piece(0, 0, block(BLOCK)))) },
  { number: 0, wrong: 'a block after its reject', interop: 'ignore unrequested-piece', strict: 'close unrequested-piece', before: (stranger) => { asked(stranger); stranger.tell((to) => to.reject(0, 0, BLOCK)); },
    does: tell((to) => to.piece(0, 0, block(BLOCK))) },
  { number: 0, wrong: '101 empty blocks', interop: 'close empty-block', before: asked, does: times(101, tell((to) => to.piece(1, 0, block(0)))) },

  // Floods of what is right once.
  { number: 0, wrong: '100,000 times interested and not', interop: 'fine', does: times(100, say(...Array.from({ length: 1_000 }, () => frame(1, 2)), ...Array.from({ length: 1_000 }, () => frame(1, 3)))) },
  { number: 0, wrong: 'choke and unchoke, ten thousand times', interop: 'fine', does: times(10_000, tell((to) => { to.choke(); to.unchoke(); })) },
  { number: 0, wrong: '101 allowed-fast of one piece', interop: 'fine', does: times(101, tell((to) => to.allowedFast(0))) },
  { number: 0, wrong: 'requests for metadata, of whose answers it reads none', interop: 'close output-overflow', options: { limits: { outputBytes: 20_000 } },
    before: extended(0, 'd1:md11:ut_metadatai3eee'),
    does: times(3, (stranger) => {
      extended(2, 'd8:msg_typei0e5:piecei0ee')(stranger);
      stranger.session.say.metadata({ kind: 'data', block: 0, totalBytes: BLOCK, bytes: block(BLOCK) });
    }) },

  // Extended handshakes.
  ...([
    ['nothing', ''], ['half a dictionary', 'd'], ['one end too many', 'dee', 'non-canonical-bencode'], ['a key that is a number', 'di1ei2ee'], ['a key without a value', 'd1:me'],
    ['a value without a key', 'd1:vde1:pi1ee', 'non-canonical-bencode'], ['an integer without digits', 'd1:pie'], ['a fraction', 'd1:pi1.5ee'], ['a plus', 'd1:pi+5ee'], ['a space', 'd1:pi 5ee'],
    ['a minus alone', 'd1:pi-ee'], ['hexadecimal', 'd1:pi0x10ee'], ['a string of -1 bytes', 'd1:v-1:xe'], ['a string without a colon', 'd1:v5helloe'],
    ['a string that ends behind the end', 'd1:v9:helloe'], ['a length with a 0 in front', 'd1:v02:hie', 'non-canonical-bencode'], ['a letter that begins nothing', 'd1:vx1:xe'],
  ] as const).map(([what, payload, fault = 'malformed-extended-handshake']): Case => (
    { number: 0, wrong: `an extended handshake that is ${what}`, interop: `tolerate ${fault}`, strict: `close ${fault}`, does: extended(0, payload) })),
  { number: 0, wrong: 'a port of 70,000', interop: 'fine', does: extended(0, 'd1:pi70000ee') },
  { number: 0, wrong: 'a version that is no UTF-8', interop: 'fine', does: extended(0, 'd1:v4:', Uint8Array.of(0xff, 0xfe, 0xc0, 0x80), 'e') },
  { number: 0, wrong: 'a version of 60,000 bytes', interop: 'fine', does: extended(0, 'd1:v60000:', block(60_000), 'e') },
  { number: 0, wrong: 'an address of 5 bytes', interop: 'fine', does: extended(0, 'd6:yourip5:12345e') },
  { number: 0, wrong: 'an extension without a name', interop: 'fine', does: extended(0, 'd1:md0:i5eee') },
  { number: 0, wrong: 'an extension whose name is no UTF-8', interop: 'fine', does: extended(0, 'd1:md2:', Uint8Array.of(0xff, 0xfe), 'i5eee') },
  { number: 0, wrong: 'an extension whose id is text', interop: 'ignore bad-extension-entry', does: extended(0, 'd1:md6:ut_pex1:1ee') },
  { number: 0, wrong: 'an extension whose id is 2^63 - 1', interop: 'ignore bad-extension-entry', does: extended(0, 'd1:md6:ut_pexi9223372036854775807eee') },
  { number: 0, wrong: 'a reqq of 2^63 - 1', interop: 'ignore bad-request-queue', does: extended(0, 'd4:reqqi9223372036854775807ee') },
  { number: 0, wrong: 'a metadata_size that is text', interop: 'ignore bad-metadata-size', does: extended(0, 'd13:metadata_size3:abce') },
  { number: 0, wrong: 'a ct_as of 2^32', interop: 'ignore bad-cachetorrent-message', strict: 'close bad-cachetorrent-message', does: extended(0, 'd5:ct_asi4294967296ee') },
  { number: 0, wrong: 'an AS that is negative', interop: 'ignore bad-cachetorrent-message', strict: 'close bad-cachetorrent-message', does: extended(0, 'd5:ct_asi-1ee') },
  { number: 0, wrong: '1,000 extended handshakes', interop: 'fine', does: times(1_000, extended(0, 'd1:md6:ut_pexi1eee')) },
  { number: 0, wrong: 'an extended message of its id alone', interop: 'tolerate malformed-extended-handshake', strict: 'close malformed-extended-handshake', does: say(frame(2, 20, 0)) },

  // Other extensions.
  { number: 0, wrong: 'metadata without a kind', interop: 'ignore bad-metadata-message', strict: 'close bad-metadata-message', does: extended(2, 'd5:piecei0ee') },
  { number: 0, wrong: 'metadata of a kind that BEP 9 does not know, which is to be ignored', interop: 'ignore', does: extended(2, 'd8:msg_typei99e5:piecei0ee') },
  { number: 0, wrong: 'metadata of piece 2^62', interop: 'ignore bad-metadata-message', strict: 'close bad-metadata-message', does: extended(2, 'd8:msg_typei0e5:piecei4611686018427387904ee') },
  { number: 0, wrong: 'metadata of 2^40 bytes', interop: 'ignore bad-metadata-message', strict: 'close bad-metadata-message', does: extended(2, 'd8:msg_typei1e5:piecei0e10:total_sizei1099511627776ee', block(BLOCK)) },
  { number: 0, wrong: 'metadata over 17 KiB', interop: 'close frame-too-long', does: say(frame(17 * 2 ** 10 + 3, 20, 2)) },
  { number: 0, wrong: 'metadata that is a bomb', interop: 'close bencode-bomb', does: extended(2, 'l'.repeat(1_000)) },
  { number: 0, wrong: 'a peer exchange that is a list', interop: 'ignore bad-peer-exchange', strict: 'close bad-peer-exchange', does: extended(1, 'le') },
  { number: 0, wrong: 'added peers that are a list', interop: 'ignore bad-peer-exchange', strict: 'close bad-peer-exchange', does: extended(1, 'd5:addedlee') },
  { number: 0, wrong: 'dropped peers of 5 bytes', interop: 'ignore bad-peer-exchange', strict: 'close bad-peer-exchange', does: extended(1, 'd7:dropped5:12345e') },
  { number: 0, wrong: 'added peers of version 6 of 17 bytes', interop: 'ignore bad-peer-exchange', strict: 'close bad-peer-exchange', does: extended(1, 'd6:added617:12345678901234567e') },
  { number: 0, wrong: 'added peers on this very machine, which are left out', interop: 'fine', does: extended(1, 'd5:added12:', Uint8Array.of(127, 0, 0, 1, 1, 1, 0, 0, 0, 0, 1, 1), 'e') },
  { number: 0, wrong: 'a dont-have of 3 bytes', interop: 'close wrong-length', does: extended(7, block(3)) },
  { number: 0, wrong: 'a dont-have of a piece behind the last', interop: 'close piece-out-of-range', does: extended(7, Uint8Array.of(0, 0, 0, 10)) },
  { number: 0, wrong: 'a dont-have of a piece that it never had', interop: 'ignore', does: extended(7, Uint8Array.of(0, 0, 0, 1)) },

  // CacheTorrent.
  ...([
    ['a ct_have of piece -1', 14, 'd5:indexi-1ee'], ['a ct_have of piece 2^63 - 1', 14, 'd5:indexi9223372036854775807ee'], ['a ct_have of a piece that is text', 14, 'd5:index1:1e'],
    ['a ct_leaders of an AS that is text', 13, 'd2:as1:15:peers0:e'], ['a ct_leaders whose peers are a list', 13, 'd2:asi1e5:peerslee'],
    ['a ct_candidate without a capacity', 12, 'd2:asi1ee'], ['a ct_neighbours whose AS are a number', 11, 'd2:asi1e5:peers6:123456e'],
    ['a ct_leaders without peers', 13, 'd2:asi1ee'], ['a ct_leader_start that is no bencode', 10, 'hello'], ['a ct_leader_start that is nothing', 10, ''],
  ] as const).map(([wrong, id, payload]): Case => (
    { number: 0, wrong, interop: 'ignore bad-cachetorrent-message', strict: 'close bad-cachetorrent-message', does: extended(id, payload) })),
  { number: 0, wrong: 'a ct_leader_start that is a bomb', interop: 'close bencode-bomb', does: extended(10, 'd4:dest', 'l'.repeat(500)) },
  { number: 0, wrong: 'a ct_leader_start with a key besides, which is to be ignored', interop: 'fine', does: extended(10, 'd4:dest6:', DEST, '5:later2:oke') },
]);
