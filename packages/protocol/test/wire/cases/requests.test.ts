/** Requests and blocks of a remote peer. `case.ts` explains the rows. */

import {
  requestFirstBlock,
  BLOCK,
  block,
  chokeFor,
  NO_FAST,
  PIECE,
  send,
  testCases,
  repeated,
  unchokeRemote,
} from './case.ts';

testCases([
  // Requests.
  {
    number: 32,
    title: 'a request for a piece after the last',
    interop: 'reject request-out-of-range',
    strict: 'close request-out-of-range',
    setUp: unchokeRemote,
    act: send((to) => to.request(10, 0, BLOCK)),
  },
  {
    number: 32,
    title: 'eleven requests for a piece after the last in a minute',
    interop: 'close request-out-of-range',
    setUp: unchokeRemote,
    act: repeated(
      11,
      send((to) => to.request(10, 0, BLOCK)),
    ),
  },
  {
    number: 32,
    title: 'a request for a piece that we do not hold',
    interop: 'reject piece-not-held',
    setUp: (remote) => {
      unchokeRemote(remote);
      remote.session.writer.heldPieces(Uint8Array.of(0x80, 0));
    },
    act: send((to) => to.request(1, 0, BLOCK)),
  },
  {
    number: 32,
    title: 'eleven requests for a piece that we do not hold in a minute',
    interop: 'close piece-not-held',
    setUp: (remote) => {
      unchokeRemote(remote);
      remote.session.writer.heldPieces(Uint8Array.of(0x80, 0));
    },
    act: repeated(
      11,
      send((to) => to.request(1, 0, BLOCK)),
    ),
  },
  {
    number: 33,
    title: 'a request that begins at the end of the piece',
    interop: 'reject request-out-of-range',
    strict: 'close request-out-of-range',
    setUp: unchokeRemote,
    act: send((to) => to.request(0, PIECE, 1)),
  },
  {
    number: 33,
    title: 'a request that ends one byte after the piece',
    interop: 'reject request-out-of-range',
    strict: 'close request-out-of-range',
    setUp: unchokeRemote,
    act: send((to) => to.request(0, PIECE - BLOCK + 1, BLOCK)),
  },
  {
    number: 33,
    title: 'a request from byte 2^32 - 16 on, whose end would overflow to 2^14 - 16 in 32 bits',
    interop: 'reject request-out-of-range',
    strict: 'close request-out-of-range',
    setUp: unchokeRemote,
    act: send((to) => to.request(0, 0xfffffff0, BLOCK)),
  },
  {
    number: 33,
    title: 'a legal request from a byte at which no block begins',
    interop: 'accepted',
    setUp: unchokeRemote,
    act: send((to) => to.request(0, 7, 100)),
  },
  {
    number: 34,
    title: 'a request for 0 bytes',
    interop: 'reject empty-request',
    strict: 'close empty-request',
    setUp: unchokeRemote,
    act: send((to) => to.request(0, 0, 0)),
  },
  {
    number: 35,
    title: 'a request over 16 KiB',
    interop: 'reject request-too-long',
    strict: 'close request-too-long',
    setUp: unchokeRemote,
    act: send((to) => to.request(0, 0, BLOCK + 1)),
  },
  {
    number: 35,
    title: 'a request over 16 KiB without the fast extension',
    interop: 'close request-too-long',
    options: NO_FAST,
    setUp: unchokeRemote,
    act: send((to) => to.request(0, 0, BLOCK + 1)),
  },
  {
    number: 35,
    title: 'a request over 16 KiB, to a session that serves 128 KiB',
    interop: 'accepted',
    options: { limits: { servedBlockBytes: 2 ** 17 } },
    setUp: unchokeRemote,
    act: send((to) => to.request(0, 0, PIECE)),
  },
  {
    number: 36,
    title: 'a request that ends after the short last piece',
    interop: 'reject request-out-of-range',
    strict: 'close request-out-of-range',
    setUp: unchokeRemote,
    act: send((to) => to.request(9, 0, 10_001)),
  },
  {
    number: 37,
    title: 'a request long after the choke',
    interop: 'reject request-while-choked',
    setUp: chokeFor(3_000),
    act: send((to) => to.request(0, 0, BLOCK)),
  },
  {
    number: 37,
    title: 'a request that crosses the choke in transit',
    interop: 'rejected',
    setUp: chokeFor(1_000),
    act: send((to) => to.request(0, 0, BLOCK)),
  },
  {
    number: 37,
    title: 'a request while choked without the fast extension',
    interop: 'reject request-while-choked',
    options: NO_FAST,
    setUp: chokeFor(3_000),
    act: send((to) => to.request(0, 0, BLOCK)),
  },
  {
    number: 37,
    title: '501 requests while choked',
    interop: 'close request-while-choked',
    setUp: chokeFor(3_000),
    act: repeated(
      501,
      send((to) => to.request(0, 0, BLOCK)),
    ),
  },
  {
    number: 37,
    title: 'a legal request while choked for a piece of the allowed fast set',
    interop: 'accepted',
    setUp: (remote) => {
      chokeFor(3_000)(remote);
      remote.session.writer.allowedFast(0);
    },
    act: send((to) => to.request(0, 0, BLOCK)),
  },
  {
    number: 37,
    title: 'more than three requests for each block of an allowed fast piece',
    interop: 'close allowed-fast-abuse',
    setUp: (remote) => {
      chokeFor(3_000)(remote);
      remote.session.writer.allowedFast(0);
    },
    act: repeated(7, (remote) => {
      remote.send((to) => to.request(0, 0, BLOCK));
      remote.session.writer.piece(0, 0, block(BLOCK));
    }),
  },
  {
    number: 38,
    title: 'a request that is already outstanding',
    interop: 'reject duplicate-request',
    strict: 'close duplicate-request',
    setUp: (remote) => {
      unchokeRemote(remote);
      remote.send((to) => to.request(0, 0, BLOCK));
    },
    act: send((to) => to.request(0, 0, BLOCK)),
  },
  {
    number: 38,
    title: 'a request that is already outstanding, without the fast extension',
    interop: 'reject duplicate-request',
    strict: 'close duplicate-request',
    options: NO_FAST,
    setUp: (remote) => {
      unchokeRemote(remote);
      remote.send((to) => to.request(0, 0, BLOCK));
    },
    act: send((to) => to.request(0, 0, BLOCK)),
  },
  {
    number: 38,
    title: 'a request for more bytes from the byte at which an outstanding one begins',
    interop: 'accepted',
    setUp: (remote) => {
      unchokeRemote(remote);
      remote.send((to) => to.request(0, 0, 1));
    },
    act: send((to) => to.request(0, 0, BLOCK)),
  },
  {
    number: 39,
    title: 'the 2049th outstanding request',
    interop: 'reject too-many-requests',
    setUp: (remote) => {
      unchokeRemote(remote);
      for (let i = 0; i < 2_048; i++) remote.send((to) => to.request(0, i, 1));
    },
    act: send((to) => to.request(0, 2_048, 1)),
  },
  {
    number: 39,
    title: 'the 2049th outstanding request without the fast extension',
    interop: 'reject too-many-requests',
    options: NO_FAST,
    setUp: (remote) => {
      unchokeRemote(remote);
      for (let i = 0; i < 2_048; i++) remote.send((to) => to.request(0, i, 1));
    },
    act: send((to) => to.request(0, 2_048, 1)),
  },
  {
    number: 40,
    title: 'a request without interest',
    interop: 'tolerate request-without-interest',
    strict: 'close request-without-interest',
    setUp: (remote) => remote.session.writer.unchoke(),
    act: send((to) => to.request(0, 0, BLOCK)),
  },
  {
    number: 41,
    title: 'a request for a piece that it has announced',
    interop: 'reject request-for-held-piece',
    setUp: (remote) => {
      remote.send((to) => to.have(0));
      unchokeRemote(remote);
    },
    act: send((to) => to.request(0, 0, BLOCK)),
  },

  // Blocks.
  {
    number: 42,
    title: 'a block that we did not request',
    interop: 'ignore unrequested-piece',
    strict: 'close unrequested-piece',
    setUp: requestFirstBlock,
    act: send((to) => to.piece(1, 0, block(BLOCK))),
  },
  {
    number: 42,
    title: 'over 1 MiB of blocks that we did not request in a minute',
    interop: 'close unrequested-piece',
    setUp: requestFirstBlock,
    act: repeated(
      65,
      send((to) => to.piece(1, 0, block(BLOCK))),
    ),
  },
  {
    number: 42,
    title: 'a legal block whose request we have cancelled',
    interop: 'accepted',
    setUp: (remote) => {
      requestFirstBlock(remote);
      remote.session.writer.cancel(0, 0, BLOCK);
    },
    act: send((to) => to.piece(0, 0, block(BLOCK))),
  },
  {
    number: 43,
    title: 'a block of a piece after the last',
    interop: 'close block-out-of-range',
    setUp: requestFirstBlock,
    act: send((to) => to.piece(10, 0, block(BLOCK))),
  },
  {
    number: 43,
    title: 'a block after the end of its piece',
    interop: 'close block-out-of-range',
    setUp: requestFirstBlock,
    act: send((to) => to.piece(0, PIECE, block(1))),
  },
  {
    number: 43,
    title: 'a block that begins within the requested one',
    interop: 'close block-out-of-range',
    setUp: requestFirstBlock,
    act: send((to) => to.piece(0, 1, block(BLOCK))),
  },
  {
    number: 43,
    title: 'a block at byte 2^32 - 16',
    interop: 'close block-out-of-range',
    setUp: requestFirstBlock,
    act: send((to) => to.piece(0, 0xfffffff0, block(BLOCK))),
  },
  {
    number: 43,
    title: 'a block that is longer than requested',
    interop: 'close wrong-block-length',
    setUp: (remote) => {
      requestFirstBlock(remote);
      remote.session.writer.request(9, 0, 5_000);
    },
    act: send((to) => to.piece(9, 0, block(5_001))),
  },
  {
    number: 43,
    title: 'a block that is shorter than requested',
    interop: 'close wrong-block-length',
    setUp: requestFirstBlock,
    act: send((to) => to.piece(0, 0, block(BLOCK - 1))),
  },
  {
    number: 44,
    title: 'an empty block, which refuses a request',
    interop: 'tolerate empty-block',
    strict: 'close empty-block',
    setUp: requestFirstBlock,
    act: send((to) => to.piece(0, 0, block(0))),
  },
  {
    number: 46,
    title: 'a cancel of a request that is not outstanding',
    interop: 'ignore unknown-cancel',
    setUp: unchokeRemote,
    act: send((to) => to.cancel(0, 0, BLOCK)),
  },
  {
    number: 46,
    title: 'a cancel of bytes that the torrent does not have',
    interop: 'close cancel-out-of-range',
    setUp: unchokeRemote,
    act: send((to) => to.cancel(10, 0, BLOCK)),
  },
]);
