import { expect, test } from 'vitest';

import { FrameDecoder } from './frame-decoder.ts';
import { FrameEncoder } from './frame-encoder.ts';
import { WIRE_LIMITS } from './limits.ts';
import type { WireMessages } from './messages.ts';

/** Returns a handler for `some` messages, which ignores the others. */
function handlerFor(
  some: Partial<Record<keyof WireMessages, (...what: never[]) => unknown>>,
): WireMessages {
  return new Proxy(some, {
    get: (_, name) => some[name as keyof WireMessages] ?? (() => {}),
  }) as WireMessages;
}

const IGNORE_ALL = handlerFor({});

const decoder = (unknown: 'refuse' | 'skip' = 'refuse'): FrameDecoder =>
  new FrameDecoder({ limits: WIRE_LIMITS, pieceCount: 10, unknown });

test.each<[string, (to: WireMessages) => void, string]>([
  ['keep-alive', (to) => to.keepAlive(), '00000000'],
  ['choke', (to) => to.choke(), '00000001 00'],
  ['unchoke', (to) => to.unchoke(), '00000001 01'],
  ['interested', (to) => to.interested(), '00000001 02'],
  ['not interested', (to) => to.notInterested(), '00000001 03'],
  ['have', (to) => to.have(0x102), '00000005 04 00000102'],
  ['bitfield', (to) => to.bitfield(Uint8Array.of(0x80, 0x40)), '00000003 05 8040'],
  ['request', (to) => to.request(1, 0x4000, 0x4000), '0000000d 06 00000001 00004000 00004000'],
  ['piece', (to) => to.piece(1, 2, Uint8Array.of(3, 4)), '0000000b 07 00000001 00000002 0304'],
  ['cancel', (to) => to.cancel(1, 2, 3), '0000000d 08 00000001 00000002 00000003'],
  ['port', (to) => to.port(6881), '00000003 09 1ae1'],
  ['suggest', (to) => to.suggest(7), '00000005 0d 00000007'],
  ['have all', (to) => to.haveAll(), '00000001 0e'],
  ['have none', (to) => to.haveNone(), '00000001 0f'],
  ['reject', (to) => to.reject(1, 2, 3), '0000000d 10 00000001 00000002 00000003'],
  ['allowed fast', (to) => to.allowedFast(7), '00000005 11 00000007'],
  ['extended', (to) => to.extended(3, Uint8Array.of(0x64, 0x65)), '00000004 14 03 6465'],
])('%s is encoded as in its BEP', (_, write, hex) => {
  const encoder = new FrameEncoder();
  write(encoder);
  expect(Buffer.from(encoder.take()!).toString('hex')).toBe(hex.replaceAll(' ', ''));
});

test('an encoder returns its bytes once, and never changes them afterwards', () => {
  const encoder = new FrameEncoder();
  expect(encoder.take()).toBeUndefined();
  encoder.have(1);
  const first = encoder.take()!;
  encoder.have(2);
  expect(first).toEqual(Uint8Array.of(0, 0, 0, 5, 4, 0, 0, 0, 1));
  expect(encoder.take()).toEqual(Uint8Array.of(0, 0, 0, 5, 4, 0, 0, 0, 2));
});

test('no memory is reserved for an announced length', () => {
  const frames = decoder();
  frames.push(Uint8Array.of(0, 0, 0x40, 9, 7));
  expect(frames.next(IGNORE_ALL)).toBe(false);
  expect(frames.bufferedBytes).toBe(5);
  expect(frames.isMidFrame).toBe(true);
});

test('payloads remain valid until the next push, also those of a frame that was split', () => {
  const encoder = new FrameEncoder();
  encoder.piece(0, 0, new Uint8Array(100).fill(1));
  encoder.piece(0, 100, new Uint8Array(100).fill(2));
  const bytes = encoder.take()!;
  const blocks: Uint8Array[] = [];
  const handler = handlerFor({
    piece: (_p: number, _b: number, block: Uint8Array) => blocks.push(block),
  });

  const frames = decoder();
  frames.push(bytes.subarray(0, 50));
  while (frames.next(handler));
  frames.push(bytes.subarray(50, 150));
  while (frames.next(handler));
  expect(blocks).toEqual([new Uint8Array(100).fill(1)]);
  frames.push(bytes.subarray(150));
  while (frames.next(handler));
  expect(blocks[1]).toEqual(new Uint8Array(100).fill(2));
});

test('a frame with an unassigned id is skipped without being buffered', () => {
  const received: string[] = [];
  const handler = handlerFor({
    unknown: (id: number, size: number) => received.push(`unknown ${id}, ${size}`),
    choke: () => received.push('choke'),
  });
  const frames = decoder('skip');
  frames.push(Uint8Array.of(0, 1, 0, 0, 99, 1, 2, 3));
  while (frames.next(handler));
  expect(frames.bufferedBytes).toBe(0);
  for (let i = 0; i < 65_532 / 4; i++) {
    frames.push(new Uint8Array(4));
    while (frames.next(handler));
    expect(frames.bufferedBytes).toBe(0);
  }
  frames.push(Uint8Array.of(0, 0, 0, 1, 0));
  while (frames.next(handler));
  expect(received).toEqual(['unknown 99, 65535', 'choke']);
});

test('pushing a chunk before the previous one is decoded fails an assertion', () => {
  const frames = decoder();
  frames.push(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0));
  frames.next(IGNORE_ALL);
  expect(() => frames.push(Uint8Array.of(1))).toThrow(
    'a chunk is decoded to its end before the next push',
  );
});
