/**
 * Violations besides the sixty of the catalogue, with number 0: edge cases and floods. `case.ts`
 * explains the rows.
 */

import {
  requestFirstBlock,
  BLOCK,
  block,
  type ViolationCase,
  TARGET,
  sendExtended,
  NO_FAST,
  sendBytes,
  send,
  testCases,
  repeated,
  unchokeRemote,
} from './case.ts';
import { frame, TORRENT } from '../remote-peer.ts';

const MAX = 2 ** 32 - 1;
const sendBitfield = (bits: number[]) => send((to) => to.bitfield(Uint8Array.from(bits)));
const noMetadata = {
  ownRole: { role: 'responder', torrentOf: () => ({ infoHash: TORRENT.infoHash }) },
} as const;

testCases([
  // Numbers at the limit of 32 bits.
  {
    number: 0,
    title: 'a request for piece 2^32 - 1',
    interop: 'reject request-out-of-range',
    strict: 'close request-out-of-range',
    setUp: unchokeRemote,
    act: send((to) => to.request(MAX, 0, BLOCK)),
  },
  {
    number: 0,
    title: 'a request for 2^32 - 1 bytes',
    interop: 'reject request-out-of-range',
    strict: 'close request-out-of-range',
    setUp: unchokeRemote,
    act: send((to) => to.request(0, 0, MAX)),
  },
  {
    number: 0,
    title: 'a request for 2^32 - 1 bytes from byte 2^32 - 1 on',
    interop: 'reject request-out-of-range',
    strict: 'close request-out-of-range',
    setUp: unchokeRemote,
    act: send((to) => to.request(0, MAX, MAX)),
  },
  {
    number: 0,
    title: 'a request for 0 bytes outside the torrent',
    interop: 'reject empty-request',
    strict: 'close empty-request',
    setUp: unchokeRemote,
    act: send((to) => to.request(MAX, MAX, 0)),
  },
  {
    number: 0,
    title: 'a cancel of 2^32 - 1 bytes',
    interop: 'close cancel-out-of-range',
    setUp: unchokeRemote,
    act: send((to) => to.cancel(0, MAX, MAX)),
  },
  {
    number: 0,
    title: 'a reject of piece 2^32 - 1',
    interop: 'ignore unrequested-reject',
    strict: 'close unrequested-reject',
    setUp: requestFirstBlock,
    act: send((to) => to.reject(MAX, MAX, MAX)),
  },
  {
    number: 0,
    title: 'a suggest of piece 2^32 - 1',
    interop: 'ignore fast-piece-out-of-range',
    strict: 'close fast-piece-out-of-range',
    act: send((to) => to.suggest(MAX)),
  },
  {
    number: 0,
    title: 'a block of piece 2^32 - 1',
    interop: 'close block-out-of-range',
    setUp: requestFirstBlock,
    act: send((to) => to.piece(MAX, MAX, block(1))),
  },

  // Unusual announcements of pieces.
  {
    number: 0,
    title: 'have-all twice',
    interop: 'tolerate contradicting-bitfield',
    strict: 'close contradicting-bitfield',
    setUp: send((to) => to.haveAll()),
    act: send((to) => to.haveAll()),
  },
  {
    number: 0,
    title: 'a bitfield after have-none',
    interop: 'tolerate late-bitfield',
    strict: 'close late-bitfield',
    setUp: send((to) => to.haveNone()),
    act: sendBitfield([0x80, 0]),
  },
  {
    number: 0,
    title: 'have-none after a bitfield',
    interop: 'tolerate contradicting-bitfield',
    strict: 'close contradicting-bitfield',
    setUp: sendBitfield([0x80, 0]),
    act: send((to) => to.haveNone()),
  },
  {
    number: 0,
    title: 'have-none after a have',
    interop: 'tolerate contradicting-bitfield',
    strict: 'close contradicting-bitfield',
    setUp: send((to) => to.have(1)),
    act: send((to) => to.haveNone()),
  },
  {
    number: 0,
    title: 'an empty bitfield',
    interop: 'close wrong-bitfield-length',
    act: sendBitfield([]),
  },
  {
    number: 0,
    title: 'a bitfield in which only bits after the last piece are set',
    interop: 'tolerate spare-bits',
    strict: 'close spare-bits',
    act: sendBitfield([0, 0x3f]),
  },
  {
    number: 0,
    title: 'a bitfield of 256 KiB for 10 pieces',
    interop: 'close wrong-bitfield-length',
    act: sendBytes(frame(1 + 2 ** 18, 5)),
  },
  {
    number: 0,
    title: 'a bitfield of over 256 KiB before the metadata is known',
    interop: 'close wrong-bitfield-length',
    options: noMetadata,
    act: sendBytes(frame(2 + 2 ** 18, 5)),
  },
  {
    number: 0,
    title: 'a request before the metadata is known',
    interop: 'reject request-out-of-range',
    strict: 'close request-out-of-range',
    options: noMetadata,
    act: send((to) => to.request(0, 0, BLOCK)),
  },
  {
    number: 0,
    title: 'a block before the metadata is known',
    interop: 'close block-out-of-range',
    options: noMetadata,
    act: send((to) => to.piece(0, 0, block(BLOCK))),
  },
  {
    number: 0,
    title: 'a thousand bitfields',
    interop: 'tolerate late-bitfield',
    strict: 'close late-bitfield',
    act: repeated(1_000, sendBitfield([0x80, 0])),
  },

  // Blocks at the wrong time.
  {
    number: 0,
    title: 'a block after a choke without the fast extension',
    interop: 'accepted',
    options: NO_FAST,
    setUp: (remote) => {
      requestFirstBlock(remote);
      remote.send((to) => to.choke());
    },
    act: send((to) => to.piece(0, 0, block(BLOCK))),
  },
  {
    number: 0,
    title: 'the same block twice',
    interop: 'ignore unrequested-piece',
    strict: 'close unrequested-piece',
    setUp: requestFirstBlock,
    act: repeated(
      2,
      send((to) => to.piece(0, 0, block(BLOCK))),
    ),
  },
  {
    number: 0,
    title: 'a block after its reject',
    interop: 'ignore unrequested-piece',
    strict: 'close unrequested-piece',
    setUp: (remote) => {
      requestFirstBlock(remote);
      remote.send((to) => to.reject(0, 0, BLOCK));
    },
    act: send((to) => to.piece(0, 0, block(BLOCK))),
  },
  {
    number: 0,
    title: '101 empty blocks',
    interop: 'close empty-block',
    setUp: requestFirstBlock,
    act: repeated(
      101,
      send((to) => to.piece(1, 0, block(0))),
    ),
  },

  // Floods of legal messages.
  {
    number: 0,
    title: '200,000 messages interested and not interested',
    interop: 'accepted',
    act: repeated(
      100,
      sendBytes(
        ...Array.from({ length: 1_000 }, () => frame(1, 2)),
        ...Array.from({ length: 1_000 }, () => frame(1, 3)),
      ),
    ),
  },
  {
    number: 0,
    title: '10,000 times choke and unchoke',
    interop: 'accepted',
    act: repeated(
      10_000,
      send((to) => {
        to.choke();
        to.unchoke();
      }),
    ),
  },
  {
    number: 0,
    title: '101 allowed-fast messages for one piece',
    interop: 'accepted',
    act: repeated(
      101,
      send((to) => to.allowedFast(0)),
    ),
  },
  {
    number: 0,
    title: 'requests for metadata without reading the answers',
    interop: 'close output-overflow',
    options: { limits: { outputBytes: 20_000 } },
    setUp: sendExtended(0, 'd1:md11:ut_metadatai3eee'),
    act: repeated(3, (remote) => {
      sendExtended(2, 'd8:msg_typei0e5:piecei0ee')(remote);
      remote.session.writer.metadata({
        kind: 'data',
        block: 0,
        totalBytes: BLOCK,
        bytes: block(BLOCK),
      });
    }),
  },

  // Extended handshakes.
  ...(
    [
      ['empty', ''],
      ['an unterminated dictionary', 'd'],
      ['a dictionary with two terminators', 'dee', 'non-canonical-bencode'],
      ['a dictionary whose key is a number', 'di1ei2ee'],
      ['a dictionary with a key without a value', 'd1:me'],
      [
        'a dictionary with unsorted keys and a dictionary as version',
        'd1:vde1:pi1ee',
        'non-canonical-bencode',
      ],
      ['a dictionary with an integer without digits', 'd1:pie'],
      ['a dictionary with a fraction', 'd1:pi1.5ee'],
      ['a dictionary with a plus sign', 'd1:pi+5ee'],
      ['a dictionary with a space before a number', 'd1:pi 5ee'],
      ['a dictionary with a minus sign without digits', 'd1:pi-ee'],
      ['a dictionary with a hexadecimal number', 'd1:pi0x10ee'],
      ['a dictionary with a string of -1 bytes', 'd1:v-1:xe'],
      ['a dictionary with a string without a colon', 'd1:v5helloe'],
      ['a dictionary with a truncated string', 'd1:v9:helloe'],
      ['a dictionary with a length with a leading 0', 'd1:v02:hie', 'non-canonical-bencode'],
      ['a dictionary with a letter that begins no value', 'd1:vx1:xe'],
    ] as const
  ).map(
    ([what, payload, violation = 'malformed-extended-handshake']): ViolationCase => ({
      number: 0,
      title: `an extended handshake that is ${what}`,
      interop: `tolerate ${violation}`,
      strict: `close ${violation}`,
      act: sendExtended(0, payload),
    }),
  ),
  {
    number: 0,
    title: 'a port of 70,000',
    interop: 'accepted',
    act: sendExtended(0, 'd1:pi70000ee'),
  },
  {
    number: 0,
    title: 'a version that is not UTF-8',
    interop: 'accepted',
    act: sendExtended(0, 'd1:v4:', Uint8Array.of(0xff, 0xfe, 0xc0, 0x80), 'e'),
  },
  {
    number: 0,
    title: 'a version of 60,000 bytes',
    interop: 'accepted',
    act: sendExtended(0, 'd1:v60000:', block(60_000), 'e'),
  },
  {
    number: 0,
    title: 'an address of 5 bytes',
    interop: 'accepted',
    act: sendExtended(0, 'd6:yourip5:12345e'),
  },
  {
    number: 0,
    title: 'an extension with an empty name',
    interop: 'accepted',
    act: sendExtended(0, 'd1:md0:i5eee'),
  },
  {
    number: 0,
    title: 'an extension whose name is not UTF-8',
    interop: 'accepted',
    act: sendExtended(0, 'd1:md2:', Uint8Array.of(0xff, 0xfe), 'i5eee'),
  },
  {
    number: 0,
    title: 'an extension whose id is text',
    interop: 'ignore bad-extension-entry',
    act: sendExtended(0, 'd1:md6:ut_pex1:1ee'),
  },
  {
    number: 0,
    title: 'an extension whose id is 2^63 - 1',
    interop: 'ignore bad-extension-entry',
    act: sendExtended(0, 'd1:md6:ut_pexi9223372036854775807eee'),
  },
  {
    number: 0,
    title: 'a reqq of 2^63 - 1',
    interop: 'ignore bad-request-queue',
    act: sendExtended(0, 'd4:reqqi9223372036854775807ee'),
  },
  {
    number: 0,
    title: 'a metadata_size that is text',
    interop: 'ignore bad-metadata-size',
    act: sendExtended(0, 'd13:metadata_size3:abce'),
  },
  {
    number: 0,
    title: 'a ct_as of 2^32',
    interop: 'ignore bad-cachetorrent-message',
    strict: 'close bad-cachetorrent-message',
    act: sendExtended(0, 'd5:ct_asi4294967296ee'),
  },
  {
    number: 0,
    title: 'a negative ct_as',
    interop: 'ignore bad-cachetorrent-message',
    strict: 'close bad-cachetorrent-message',
    act: sendExtended(0, 'd5:ct_asi-1ee'),
  },
  {
    number: 0,
    title: '1,000 extended handshakes',
    interop: 'accepted',
    act: repeated(1_000, sendExtended(0, 'd1:md6:ut_pexi1eee')),
  },
  {
    number: 0,
    title: 'an extension message with an empty payload',
    interop: 'tolerate malformed-extended-handshake',
    strict: 'close malformed-extended-handshake',
    act: sendBytes(frame(2, 20, 0)),
  },

  // Other extensions.
  {
    number: 0,
    title: 'a metadata message without a type',
    interop: 'ignore bad-metadata-message',
    strict: 'close bad-metadata-message',
    act: sendExtended(2, 'd5:piecei0ee'),
  },
  {
    number: 0,
    title: 'a metadata message of an unknown type, which BEP 9 says to ignore',
    interop: 'ignore',
    act: sendExtended(2, 'd8:msg_typei99e5:piecei0ee'),
  },
  {
    number: 0,
    title: 'a metadata request for piece 2^62',
    interop: 'ignore bad-metadata-message',
    strict: 'close bad-metadata-message',
    act: sendExtended(2, 'd8:msg_typei0e5:piecei4611686018427387904ee'),
  },
  {
    number: 0,
    title: 'metadata of 2^40 bytes',
    interop: 'ignore bad-metadata-message',
    strict: 'close bad-metadata-message',
    act: sendExtended(2, 'd8:msg_typei1e5:piecei0e10:total_sizei1099511627776ee', block(BLOCK)),
  },
  {
    number: 0,
    title: 'a metadata message over 17 KiB',
    interop: 'close frame-too-long',
    act: sendBytes(frame(17 * 2 ** 10 + 3, 20, 2)),
  },
  {
    number: 0,
    title: 'a metadata message that is a bencode bomb',
    interop: 'close bencode-bomb',
    act: sendExtended(2, 'l'.repeat(1_000)),
  },
  {
    number: 0,
    title: 'a peer exchange that is a list',
    interop: 'ignore bad-peer-exchange',
    strict: 'close bad-peer-exchange',
    act: sendExtended(1, 'le'),
  },
  {
    number: 0,
    title: 'added peers that are a list',
    interop: 'ignore bad-peer-exchange',
    strict: 'close bad-peer-exchange',
    act: sendExtended(1, 'd5:addedlee'),
  },
  {
    number: 0,
    title: 'dropped peers of 5 bytes',
    interop: 'ignore bad-peer-exchange',
    strict: 'close bad-peer-exchange',
    act: sendExtended(1, 'd7:dropped5:12345e'),
  },
  {
    number: 0,
    title: 'added IPv6 peers of 17 bytes',
    interop: 'ignore bad-peer-exchange',
    strict: 'close bad-peer-exchange',
    act: sendExtended(1, 'd6:added617:12345678901234567e'),
  },
  {
    number: 0,
    title: 'added peers with loopback and unspecified addresses, which are omitted',
    interop: 'accepted',
    act: sendExtended(1, 'd5:added12:', Uint8Array.of(127, 0, 0, 1, 1, 1, 0, 0, 0, 0, 1, 1), 'e'),
  },
  {
    number: 0,
    title: 'a dont-have of 3 bytes',
    interop: 'close wrong-length',
    act: sendExtended(7, block(3)),
  },
  {
    number: 0,
    title: 'a dont-have of a piece after the last',
    interop: 'close piece-out-of-range',
    act: sendExtended(7, Uint8Array.of(0, 0, 0, 10)),
  },
  {
    number: 0,
    title: 'a dont-have of a piece that it never announced',
    interop: 'ignore',
    act: sendExtended(7, Uint8Array.of(0, 0, 0, 1)),
  },

  // CacheTorrent.
  ...(
    [
      ['a ct_have of piece -1', 14, 'd5:indexi-1ee'],
      ['a ct_have of piece 2^63 - 1', 14, 'd5:indexi9223372036854775807ee'],
      ['a ct_have of a piece that is text', 14, 'd5:index1:1e'],
      ['a ct_leaders of an AS that is text', 13, 'd2:as1:15:peers0:e'],
      ['a ct_leaders whose peers are a list', 13, 'd2:asi1e5:peerslee'],
      ['a ct_candidate without a capacity', 12, 'd2:asi1ee'],
      ['a ct_neighbours whose AS numbers are a single number', 11, 'd2:asi1e5:peers6:123456e'],
      ['a ct_leaders without peers', 13, 'd2:asi1ee'],
      ['a ct_leader_start that is not bencode', 10, 'hello'],
      ['an empty ct_leader_start', 10, ''],
    ] as const
  ).map(
    ([wrong, id, payload]): ViolationCase => ({
      number: 0,
      title: wrong,
      interop: 'ignore bad-cachetorrent-message',
      strict: 'close bad-cachetorrent-message',
      act: sendExtended(id, payload),
    }),
  ),
  {
    number: 0,
    title: 'a ct_leader_start that is a bencode bomb',
    interop: 'close bencode-bomb',
    act: sendExtended(10, 'd4:dest', 'l'.repeat(500)),
  },
  {
    number: 0,
    title: 'a ct_leader_start with an additional key, which is ignored',
    interop: 'accepted',
    act: sendExtended(10, 'd4:dest6:', TARGET, '5:later2:oke'),
  },
]);
