import { describe, expect, test } from 'vitest';

import { encodeHandshake } from '../codec/handshake.ts';
import {
  ALL_FEATURES,
  concatenate,
  encodeMessages,
  REMOTE_ID,
  RemotePeer,
  TORRENT,
} from '../../../test/wire/remote-peer.ts';

const BLOCK = 16_384;
const handshake = encodeHandshake({
  features: ALL_FEATURES,
  infoHash: TORRENT.infoHash,
  peerId: REMOTE_ID,
});

test('all our requests, or those for one piece, are cancelled at once, each once', () => {
  const remote = RemotePeer.connected();
  const { writer } = remote.session;
  writer.heldPieces(Uint8Array.of(0, 0));
  remote.send((to) => {
    to.haveAll();
    to.unchoke();
  });
  for (const [piece, begin] of [
    [0, 0],
    [0, BLOCK],
    [1, 0],
  ] as const) {
    writer.request(piece, begin, BLOCK);
  }
  remote.received();
  writer.cancelAll(0);
  expect(remote.received()).toEqual([
    ['cancel', 0, 0, BLOCK],
    ['cancel', 0, BLOCK, BLOCK],
  ]);
  writer.cancelAll();
  expect(remote.received()).toEqual([['cancel', 1, 0, BLOCK]]);
});

describe('the handshake', () => {
  test('an initiator sends all 68 bytes at once', () => {
    const remote = new RemotePeer({ ownRole: { role: 'initiator', torrent: TORRENT } });
    expect(remote.session.pollOutput()).toHaveLength(68);
  });

  test('a responder answers after byte 48, before it knows the peer id', () => {
    const remote = new RemotePeer();
    remote.sendBytes(handshake.subarray(0, 47));
    expect(remote.session.outputBytes).toBe(0);
    remote.sendBytes(handshake.subarray(47, 48));
    expect(remote.session.outputBytes).toBe(68);
    expect(remote.sendBytes(handshake.subarray(48))).toMatchObject([
      { type: 'handshake', peerId: REMOTE_ID },
    ]);
  });

  test('messages in the same packet as the handshake are handled', () => {
    const remote = new RemotePeer();
    const events = remote.sendBytes(
      concatenate(
        handshake,
        encodeMessages((to) => {
          to.haveAll();
          to.unchoke();
        }),
      ),
    );
    expect(events.map(({ type }) => type)).toEqual(['handshake', 'bitfield', 'unchoke']);
  });

  test('the extended handshake is the first message (BEP 10)', () => {
    const remote = new RemotePeer({ extendedHandshake: { client: 'CacheTorrent', asn: 7 } });
    remote.sendBytes(handshake);
    expect(remote.received()).toMatchObject([['extended', 0, expect.anything()]]);
  });

  test('an extension message has the id that the remote peer assigned', () => {
    const remote = RemotePeer.connected();
    expect(remote.session.writer.relayedHave(3)).toBe(false);
    remote.send((to) =>
      to.extended(
        0,
        Uint8Array.from('d1:md7:ct_havei77eee', (c) => c.charCodeAt(0)),
      ),
    );
    expect(remote.session.writer.relayedHave(3)).toBe(true);
    expect(remote.received()).toMatchObject([['extended', 77, expect.anything()]]);
    remote.send((to) =>
      to.extended(
        0,
        Uint8Array.from('d1:md7:ct_havei0eee', (c) => c.charCodeAt(0)),
      ),
    );
    expect(remote.session.writer.supports('ct_have')).toBe(false);
  });
});

describe('heldPieces sends the shortest message', () => {
  test.each([
    ['no piece', [0, 0], true, [['haveNone']]],
    ['every piece', [0xff, 0xc0], true, [['haveAll']]],
    ['some pieces', [0x80, 0x40], true, [['bitfield', [0x80, 0x40]]]],
    ['no piece, without the fast extension', [0, 0], false, []],
    ['every piece, without the fast extension', [0xff, 0xc0], false, [['bitfield', [0xff, 0xc0]]]],
  ])('%s', (_, bits, fast, messages) => {
    const remote = new RemotePeer({ fast });
    remote.sendBytes(handshake);
    remote.received();
    remote.session.writer.heldPieces(Uint8Array.from(bits));
    expect(remote.received()).toEqual(messages);
  });

  test('in profile classic, one have for each piece', () => {
    const remote = new RemotePeer({ profile: 'classic' });
    remote.sendBytes(handshake);
    remote.received();
    remote.session.writer.heldPieces(Uint8Array.of(0x80, 0x40));
    expect(remote.received()).toEqual([
      ['have', 0],
      ['have', 9],
    ]);
  });
});

describe('pieces that the remote peer announces', () => {
  test('a late bitfield is reported as one have for each new piece', () => {
    const remote = RemotePeer.connected();
    remote.send((to) => to.have(0));
    const events = remote.send((to) => {
      to.bitfield(Uint8Array.of(0xe0, 0));
      to.choke();
      to.unchoke();
    });
    expect(events).toMatchObject([
      { type: 'violation', violation: 'late-bitfield' },
      { type: 'have', piece: 1 },
      { type: 'have', piece: 2 },
      { type: 'unchoke' },
    ]);
  });

  test('spare bits are masked', () => {
    const remote = RemotePeer.connected();
    expect(remote.send((to) => to.bitfield(Uint8Array.of(0xff, 0xff))).at(-1)).toMatchObject({
      type: 'bitfield',
      bits: Uint8Array.of(0xff, 0xc0),
      count: 10,
    });
  });

  test('a bitfield may follow extension messages and the port', () => {
    const remote = RemotePeer.connected();
    const events = remote.send((to) => {
      to.extended(0, Uint8Array.of(0x64, 0x65));
      to.port(1);
      to.bitfield(Uint8Array.of(0x80, 0));
    });
    expect(events.map(({ type }) => type)).toEqual(['extended-handshake', 'port', 'bitfield']);
  });

  test('lt_donthave withdraws a piece (BEP 54)', () => {
    const remote = RemotePeer.connected();
    remote.send((to) => to.haveAll());
    expect(remote.send((to) => to.extended(7, Uint8Array.of(0, 0, 0, 3)))).toEqual([
      { type: 'dont-have', piece: 3 },
    ]);
  });
});

describe('each request of the remote peer is answered once (BEP 6)', () => {
  const ready = (fast = true): RemotePeer => {
    const remote = RemotePeer.connected({ features: { ...ALL_FEATURES, fast } });
    remote.send((to) => to.interested());
    remote.session.writer.unchoke();
    remote.send((to) => {
      to.request(0, 0, BLOCK);
      to.request(0, BLOCK, BLOCK);
    });
    remote.received();
    return remote;
  };

  test('with the block', () => {
    const remote = ready();
    expect(remote.session.writer.piece(0, 0, new Uint8Array(BLOCK))).toBe(true);
    expect(
      remote.session.writer.piece(0, 0, new Uint8Array(BLOCK)),
      'the request was answered already',
    ).toBe(false);
    expect(remote.received()).toHaveLength(1);
  });

  test('with a reject when we choke', () => {
    const remote = ready();
    remote.session.writer.choke();
    expect(remote.received()).toEqual(
      expect.arrayContaining([['choke'], ['reject', 0, 0, BLOCK], ['reject', 0, BLOCK, BLOCK]]),
    );
    expect(remote.session.writer.piece(0, 0, new Uint8Array(BLOCK))).toBe(false);
  });

  test('not at all when we choke without the fast extension', () => {
    const remote = ready(false);
    remote.session.writer.choke();
    expect(remote.received()).toEqual([['choke']]);
    expect(remote.session.writer.piece(0, 0, new Uint8Array(BLOCK))).toBe(false);
  });

  test('with a reject when the remote peer cancels it', () => {
    const remote = ready();
    expect(remote.send((to) => to.cancel(0, 0, BLOCK))).toEqual([
      { type: 'cancel', piece: 0, begin: 0, length: BLOCK },
    ]);
    expect(remote.received()).toEqual([['reject', 0, 0, BLOCK]]);
  });

  test('also if it is repeated before it is answered', () => {
    const remote = ready();
    remote.send((to) => {
      for (let i = 0; i < 4_998; i++) to.request(0, 0, BLOCK);
    });
    expect(remote.session.writer.piece(0, 0, new Uint8Array(BLOCK))).toBe(true);
    expect(remote.session.writer.piece(0, BLOCK, new Uint8Array(BLOCK))).toBe(true);
    const answers = remote.received().map(([name]) => name);
    expect(answers.filter((name) => name === 'piece')).toHaveLength(2);
    expect(answers.filter((name) => name === 'reject')).toHaveLength(4_998);
  });

  test('a piece that a leader has announced with ct_have may be requested', () => {
    const remote = RemotePeer.connected();
    remote.session.writer.heldPieces(Uint8Array.of(0, 0));
    remote.send((to) => {
      to.extended(
        0,
        Uint8Array.from('d1:md7:ct_havei14eee', (c) => c.charCodeAt(0)),
      );
      to.interested();
    });
    remote.session.writer.relayedHave(3);
    remote.session.writer.unchoke();
    expect(remote.send((to) => to.request(3, 0, BLOCK))).toEqual([
      { type: 'request', piece: 3, begin: 0, length: BLOCK },
    ]);
  });
});

describe('our requests', () => {
  const ready = (fast = true): RemotePeer => {
    const remote = RemotePeer.connected({ features: { ...ALL_FEATURES, fast } });
    remote.send((to) => {
      to.bitfield(Uint8Array.of(0xff, 0xc0));
      to.unchoke();
    });
    return remote;
  };

  test('are allowed while we are choked only for the allowed fast set', () => {
    const remote = ready();
    remote.send((to) => to.choke());
    expect(remote.session.writer.mayRequest(3)).toBe(false);
    remote.send((to) => to.allowedFast(3));
    expect(remote.session.writer.mayRequest(3)).toBe(true);
    expect(() => remote.session.writer.request(4, 0, BLOCK)).toThrow(
      'only when mayRequest is true',
    );
  });

  test('stay one below the reqq of the remote peer', () => {
    const remote = ready();
    expect(remote.session.writer.freeRequestSlots).toBe(250);
    remote.send((to) =>
      to.extended(
        0,
        Uint8Array.from('d4:reqqi4ee', (c) => c.charCodeAt(0)),
      ),
    );
    expect(remote.session.writer.freeRequestSlots).toBe(3);
    remote.send((to) =>
      to.extended(
        0,
        Uint8Array.from('d4:reqqi1ee', (c) => c.charCodeAt(0)),
      ),
    );
    expect(remote.session.writer.freeRequestSlots).toBe(1);
  });

  test('are dropped by a choke without the fast extension, but a block in transit is accepted', () => {
    const remote = ready(false);
    remote.session.writer.request(0, 0, BLOCK);
    remote.send((to) => to.choke());
    expect(remote.session.writer.freeRequestSlots).toBe(250);
    expect(remote.send((to) => to.piece(0, 0, new Uint8Array(BLOCK)))).toMatchObject([
      { type: 'piece', piece: 0 },
    ]);
  });

  test('survive a choke with the fast extension, until they are rejected', () => {
    const remote = ready();
    remote.session.writer.request(0, 0, BLOCK);
    remote.send((to) => to.choke());
    expect(remote.session.writer.freeRequestSlots).toBe(249);
    expect(remote.send((to) => to.reject(0, 0, BLOCK))).toEqual([
      { type: 'reject', piece: 0, begin: 0, length: BLOCK },
    ]);
    expect(remote.session.writer.freeRequestSlots).toBe(250);
  });

  test('may be sent again after a choke', () => {
    const remote = ready(false);
    remote.session.writer.request(0, 0, BLOCK);
    remote.send((to) => {
      to.choke();
      to.unchoke();
    });
    remote.received();
    remote.session.writer.request(0, 0, BLOCK);
    remote.session.writer.request(0, 0, BLOCK);
    expect(remote.received()).toEqual([['request', 0, 0, BLOCK]]);
  });
});

describe('timeouts', () => {
  test('a keep-alive is sent after 100 s without a message of ours', () => {
    const remote = RemotePeer.connected();
    expect(remote.session.nextTimeoutMs).toBe(remote.nowMs + 100_000);
    remote.wait(50_000);
    remote.send((to) => to.keepAlive());
    expect(remote.received()).toEqual([]);
    remote.wait(50_000);
    expect(remote.received()).toEqual([['keepAlive']]);
  });

  test('keep-alives prevent the idle timeout', () => {
    const remote = RemotePeer.connected();
    for (let i = 0; i < 10; i++) {
      remote.wait(120_000);
      remote.send((to) => to.keepAlive());
    }
    expect(remote.session.isClosed).toBe(false);
  });

  test('a remote peer that floods us and does not read is disconnected', () => {
    const remote = RemotePeer.connected();
    remote.wait(5_000);
    for (let i = 0; i < 70_000 && !remote.session.isClosed; i++) {
      remote.wait(1_000);
      remote.session.receive(
        encodeMessages((to) => to.request(0, 0, BLOCK)),
        remote.nowMs,
      );
      while (remote.session.pollEvent()?.type === 'violation');
    }
    expect(remote.session.isClosed).toBe(true);
    expect(remote.session.outputBytes).toBeLessThan(2 ** 20 + 1_000);
  });
});

test('two sessions transfer a piece', () => {
  const initiator = new RemotePeer({
    ownRole: { role: 'initiator', torrent: TORRENT },
    peerId: REMOTE_ID,
  });
  const responder = new RemotePeer();
  const transfer = (from: RemotePeer, to: RemotePeer): void => {
    for (let bytes = from.session.pollOutput(); bytes; bytes = from.session.pollOutput())
      to.sendBytes(bytes);
  };
  transfer(initiator, responder);
  transfer(responder, initiator);
  responder.session.writer.heldPieces(Uint8Array.of(0xff, 0xc0));
  initiator.session.writer.heldPieces(Uint8Array.of(0, 0));
  initiator.session.writer.interested();
  transfer(responder, initiator);
  transfer(initiator, responder);
  responder.session.writer.unchoke();
  transfer(responder, initiator);
  initiator.session.writer.request(9, 0, 10_000);
  transfer(initiator, responder);
  responder.session.writer.piece(9, 0, new Uint8Array(10_000).fill(7));
  transfer(responder, initiator);
  expect(initiator.events.at(-1)).toEqual({
    type: 'piece',
    piece: 9,
    begin: 0,
    block: new Uint8Array(10_000).fill(7),
  });
  expect(
    [...initiator.events, ...responder.events].filter(({ type }) => type === 'violation'),
  ).toEqual([]);
});
