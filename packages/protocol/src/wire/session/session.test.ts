import { describe, expect, test } from 'vitest';

import { encodeHandshake } from '../codec/handshake.ts';
import { ALL_FEATURES, joined, Stranger, THEIR_ID, TORRENT, written } from '../../../test/wire/stranger.ts';

const BLOCK = 16_384;
const handshake = encodeHandshake({ features: ALL_FEATURES, infoHash: TORRENT.infoHash, peerId: THEIR_ID });

describe('the handshake', () => {
  test('a dialler says all 68 bytes at once', () => {
    const stranger = new Stranger({ side: { side: 'dialler', torrent: TORRENT } });
    expect(stranger.session.pollOutput()).toHaveLength(68);
  });

  test('a responder answers at byte 48, before it knows who it is', () => {
    const stranger = new Stranger();
    stranger.say(handshake.subarray(0, 47));
    expect(stranger.session.outputBytes).toBe(0);
    stranger.say(handshake.subarray(47, 48));
    expect(stranger.session.outputBytes).toBe(68);
    expect(stranger.say(handshake.subarray(48))).toMatchObject([{ type: 'handshake', peerId: THEIR_ID }]);
  });

  test('what comes in the same packet is heard', () => {
    const stranger = new Stranger();
    const events = stranger.say(joined(handshake, written((to) => { to.haveAll(); to.unchoke(); })));
    expect(events.map(({ type }) => type)).toEqual(['handshake', 'bitfield', 'unchoke']);
  });

  test('both list their extensions before anything else (BEP 10)', () => {
    const stranger = new Stranger({ about: { client: 'CacheTorrent', system: 7 } });
    stranger.say(handshake);
    expect(stranger.said()).toMatchObject([['extended', 0, expect.anything()]]);
  });

  test('an extension that is used goes by the number that the other gave', () => {
    const stranger = Stranger.met();
    expect(stranger.session.say.relayedHave(3)).toBe(false);
    stranger.tell((to) => to.extended(0, Uint8Array.from('d1:md7:ct_havei77eee', (c) => c.charCodeAt(0))));
    expect(stranger.session.say.relayedHave(3)).toBe(true);
    expect(stranger.said()).toMatchObject([['extended', 77, expect.anything()]]);
    stranger.tell((to) => to.extended(0, Uint8Array.from('d1:md7:ct_havei0eee', (c) => c.charCodeAt(0))));
    expect(stranger.session.say.supports('ct_have')).toBe(false);
  });
});

describe('what we hold is said in the shortest way', () => {
  test.each([
    ['nothing', [0, 0], true, [['haveNone']]],
    ['everything', [0xff, 0xc0], true, [['haveAll']]],
    ['something', [0x80, 0x40], true, [['bitfield', [0x80, 0x40]]]],
    ['nothing, without the fast extension', [0, 0], false, []],
    ['everything, without the fast extension', [0xff, 0xc0], false, [['bitfield', [0xff, 0xc0]]]],
  ])('%s', (_, bits, fast, said) => {
    const stranger = new Stranger({ fast });
    stranger.say(handshake);
    stranger.said();
    stranger.session.say.holdings(Uint8Array.from(bits));
    expect(stranger.said()).toEqual(said);
  });

  test('in profile classic, piece by piece', () => {
    const stranger = new Stranger({ profile: 'classic' });
    stranger.say(handshake);
    stranger.said();
    stranger.session.say.holdings(Uint8Array.of(0x80, 0x40));
    expect(stranger.said()).toEqual([['have', 0], ['have', 9]]);
  });
});

describe('what they hold', () => {
  test('a late bitfield is told piece by piece, once each', () => {
    const stranger = Stranger.met();
    stranger.tell((to) => to.have(0));
    const events = stranger.tell((to) => { to.bitfield(Uint8Array.of(0xe0, 0)); to.choke(); to.unchoke(); });
    expect(events).toMatchObject([
      { type: 'violation', fault: 'late-bitfield' }, { type: 'have', piece: 1 }, { type: 'have', piece: 2 }, { type: 'unchoke' },
    ]);
  });

  test('spare bits are masked', () => {
    const stranger = Stranger.met();
    expect(stranger.tell((to) => to.bitfield(Uint8Array.of(0xff, 0xff))).at(-1))
      .toMatchObject({ type: 'bitfield', bits: Uint8Array.of(0xff, 0xc0), count: 10 });
  });

  test('a bitfield may come behind extended messages and the port', () => {
    const stranger = Stranger.met();
    const events = stranger.tell((to) => { to.extended(0, Uint8Array.of(0x64, 0x65)); to.port(1); to.bitfield(Uint8Array.of(0x80, 0)); });
    expect(events.map(({ type }) => type)).toEqual(['extended-handshake', 'port', 'bitfield']);
  });

  test('lt_donthave takes a piece back (BEP 54)', () => {
    const stranger = Stranger.met();
    stranger.tell((to) => to.haveAll());
    expect(stranger.tell((to) => to.extended(7, Uint8Array.of(0, 0, 0, 3)))).toEqual([{ type: 'dont-have', piece: 3 }]);
  });
});

describe('requests of theirs (BEP 6: each is answered once)', () => {
  const ready = (fast = true): Stranger => {
    const stranger = Stranger.met({ theirs: { ...ALL_FEATURES, fast } });
    stranger.tell((to) => to.interested());
    stranger.session.say.unchoke();
    stranger.tell((to) => { to.request(0, 0, BLOCK); to.request(0, BLOCK, BLOCK); });
    stranger.said();
    return stranger;
  };

  test('by the block', () => {
    const stranger = ready();
    expect(stranger.session.say.piece(0, 0, new Uint8Array(BLOCK))).toBe(true);
    expect(stranger.session.say.piece(0, 0, new Uint8Array(BLOCK)), 'it is answered already').toBe(false);
    expect(stranger.said()).toHaveLength(1);
  });

  test('by a reject, when we choke', () => {
    const stranger = ready();
    stranger.session.say.choke();
    expect(stranger.said()).toEqual(expect.arrayContaining([['choke'], ['reject', 0, 0, BLOCK], ['reject', 0, BLOCK, BLOCK]]));
    expect(stranger.session.say.piece(0, 0, new Uint8Array(BLOCK))).toBe(false);
  });

  test('by silence, when we choke without the fast extension', () => {
    const stranger = ready(false);
    stranger.session.say.choke();
    expect(stranger.said()).toEqual([['choke']]);
    expect(stranger.session.say.piece(0, 0, new Uint8Array(BLOCK))).toBe(false);
  });

  test('by a reject, when they cancel', () => {
    const stranger = ready();
    expect(stranger.tell((to) => to.cancel(0, 0, BLOCK))).toEqual([{ type: 'cancel', piece: 0, begin: 0, length: BLOCK }]);
    expect(stranger.said()).toEqual([['reject', 0, 0, BLOCK]]);
  });

  test('a piece that a leader can get may be asked for', () => {
    const stranger = Stranger.met();
    stranger.session.say.holdings(Uint8Array.of(0, 0));
    stranger.tell((to) => { to.extended(0, Uint8Array.from('d1:md7:ct_havei14eee', (c) => c.charCodeAt(0))); to.interested(); });
    stranger.session.say.relayedHave(3);
    stranger.session.say.unchoke();
    expect(stranger.tell((to) => to.request(3, 0, BLOCK))).toEqual([{ type: 'request', piece: 3, begin: 0, length: BLOCK }]);
  });
});

describe('requests of ours', () => {
  const ready = (fast = true): Stranger => {
    const stranger = Stranger.met({ theirs: { ...ALL_FEATURES, fast } });
    stranger.tell((to) => { to.bitfield(Uint8Array.of(0xff, 0xc0)); to.unchoke(); });
    return stranger;
  };

  test('are not made while we are choked, but for what is allowed fast', () => {
    const stranger = ready();
    stranger.tell((to) => to.choke());
    expect(stranger.session.say.mayRequest(3)).toBe(false);
    stranger.tell((to) => to.allowedFast(3));
    expect(stranger.session.say.mayRequest(3)).toBe(true);
    expect(() => stranger.session.say.request(4, 0, BLOCK)).toThrow('only where it may be answered');
  });

  test('stay one below what the other lets wait', () => {
    const stranger = ready();
    expect(stranger.session.say.requestRoom).toBe(250);
    stranger.tell((to) => to.extended(0, Uint8Array.from('d4:reqqi4ee', (c) => c.charCodeAt(0))));
    expect(stranger.session.say.requestRoom).toBe(3);
    stranger.tell((to) => to.extended(0, Uint8Array.from('d4:reqqi1ee', (c) => c.charCodeAt(0))));
    expect(stranger.session.say.requestRoom).toBe(1);
  });

  test('are lost at a choke without the fast extension, and a block on its way still counts', () => {
    const stranger = ready(false);
    stranger.session.say.request(0, 0, BLOCK);
    stranger.tell((to) => to.choke());
    expect(stranger.session.say.requestRoom).toBe(250);
    expect(stranger.tell((to) => to.piece(0, 0, new Uint8Array(BLOCK)))).toMatchObject([{ type: 'piece', piece: 0 }]);
  });

  test('outlive a choke with the fast extension, until they are rejected', () => {
    const stranger = ready();
    stranger.session.say.request(0, 0, BLOCK);
    stranger.tell((to) => to.choke());
    expect(stranger.session.say.requestRoom).toBe(249);
    expect(stranger.tell((to) => to.reject(0, 0, BLOCK))).toEqual([{ type: 'reject', piece: 0, begin: 0, length: BLOCK }]);
    expect(stranger.session.say.requestRoom).toBe(250);
  });

  test('may be made again after a choke', () => {
    const stranger = ready(false);
    stranger.session.say.request(0, 0, BLOCK);
    stranger.tell((to) => { to.choke(); to.unchoke(); });
    stranger.said();
    stranger.session.say.request(0, 0, BLOCK);
    stranger.session.say.request(0, 0, BLOCK);
    expect(stranger.said()).toEqual([['request', 0, 0, BLOCK]]);
  });
});

describe('time', () => {
  test('a keep-alive is said after 100 s of our silence', () => {
    const stranger = Stranger.met();
    expect(stranger.session.nextTimeoutMs).toBe(stranger.nowMs + 100_000);
    stranger.wait(50_000);
    stranger.tell((to) => to.keepAlive());
    expect(stranger.said()).toEqual([]);
    stranger.wait(50_000);
    expect(stranger.said()).toEqual([['keepAlive']]);
  });

  test('keep-alives keep it alive', () => {
    const stranger = Stranger.met();
    for (let i = 0; i < 10; i++) {
      stranger.wait(120_000);
      stranger.tell((to) => to.keepAlive());
    }
    expect(stranger.session.isClosed).toBe(false);
  });

  test('a stranger that floods and does not read is left', () => {
    const stranger = Stranger.met();
    stranger.wait(5_000);
    for (let i = 0; i < 70_000 && !stranger.session.isClosed; i++) {
      stranger.wait(1_000);
      stranger.session.receive(written((to) => to.request(0, 0, BLOCK)), stranger.nowMs);
      while (stranger.session.pollEvent()?.type === 'violation');
    }
    expect(stranger.session.isClosed).toBe(true);
    expect(stranger.session.outputBytes).toBeLessThan(2 ** 20 + 1_000);
  });
});

test('two sessions understand each other', () => {
  const dialler = new Stranger({ side: { side: 'dialler', torrent: TORRENT }, peerId: THEIR_ID });
  const responder = new Stranger();
  const carry = (from: Stranger, to: Stranger): void => {
    for (let bytes = from.session.pollOutput(); bytes; bytes = from.session.pollOutput()) to.say(bytes);
  };
  carry(dialler, responder);
  carry(responder, dialler);
  responder.session.say.holdings(Uint8Array.of(0xff, 0xc0));
  dialler.session.say.holdings(Uint8Array.of(0, 0));
  dialler.session.say.interested();
  carry(responder, dialler);
  carry(dialler, responder);
  responder.session.say.unchoke();
  carry(responder, dialler);
  dialler.session.say.request(9, 0, 10_000);
  carry(dialler, responder);
  responder.session.say.piece(9, 0, new Uint8Array(10_000).fill(7));
  carry(responder, dialler);
  expect(dialler.events.at(-1)).toEqual({ type: 'piece', piece: 9, begin: 0, block: new Uint8Array(10_000).fill(7) });
  expect([...dialler.events, ...responder.events].filter(({ type }) => type === 'violation')).toEqual([]);
});

