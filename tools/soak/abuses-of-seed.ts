/** What strangers do to the seed, and to those who download. */

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { bytesOfPiece, encodeBencode } from '@cachetorrent/protocol/wire';

import { type Abuse, type AbuseContext, randomBytes } from './abuse.ts';
import { ESCAPES } from './bad-trackers.ts';
import { connectFrom, RawPeer } from './raw-peer.ts';
import { ADDRESSES } from './target.ts';

const BLOCK_BYTES = 2 ** 14;
/** The number that the extension handshake has among extension messages (BEP 10). */
const EXTENSION_HANDSHAKE = 0;
/** How long a connection is kept that says nothing. */
const IDLE_MS = 60_000;
/** How long one that asks for something is kept. */
const BUSY_MS = 3_000;
const REQUESTS_IN_A_ROW = 5_000;

export const ABUSES_OF_SEED: readonly Abuse[] = [
  {
    name: 'shake hands, then idle',
    perSecond: 4,
    act: (context) => strange(context, { from: context.round, silenceMs: IDLE_MS }).opened,
  },
  {
    name: 'begin to shake hands, then idle',
    perSecond: 4,
    act: async ({ target, round }) => {
      const socket = connectFrom(ADDRESSES.stranger(round), target.seedPort);
      socket.setTimeout(IDLE_MS, () => socket.destroy());
      await once(socket, 'connect');
      socket.write('\u0013BitTorrent');
    },
  },
  {
    name: 'connect with the id of another peer',
    perSecond: 4,
    act: async (context) => {
      const peer = strange(context, { peerId: context.honest.currentPeerId });
      await peer.opened;
      await sleep(BUSY_MS);
      peer.close();
    },
  },
  {
    name: 'request scattered blocks',
    perSecond: 2,
    act: async (context) => {
      const { random, target } = context;
      const { layout } = target.torrent;
      const peer = strange(context, { hasExtensions: true });
      if (!(await peer.opened)) return;
      peer.send((to) => to.interested());
      for (let n = 0; n < BUSY_MS / 10 && !peer.isClosed; n++) {
        const piece = random.below(layout.pieceCount);
        const blocks = Math.floor(bytesOfPiece(layout, piece) / BLOCK_BYTES);
        peer.send((to) => to.request(piece, BLOCK_BYTES * random.below(blocks), 1));
        await sleep(10);
      }
      peer.close();
    },
  },
  {
    name: 'request thousands of blocks in a row',
    perSecond: 1,
    act: async (context) => {
      const peer = strange(context, { hasExtensions: true });
      if (!(await peer.opened)) return;
      peer.send((to) => {
        to.interested();
        for (let n = 0; n < REQUESTS_IN_A_ROW; n++) to.request(0, 0, BLOCK_BYTES);
      });
      await sleep(BUSY_MS);
      peer.reset();
    },
  },
  {
    name: 'do not read what was requested',
    perSecond: 1,
    act: async (context) => {
      const peer = strange(context, { hasExtensions: true });
      if (!(await peer.opened)) return;
      peer.send((to) => to.interested());
      peer.pause();
      for (let n = 0; n < 50 && !peer.isClosed; n++) {
        peer.send((to) => to.request(n % 2, 0, BLOCK_BYTES));
        await sleep(BUSY_MS / 50);
      }
      peer.reset();
    },
  },
  {
    name: 'send blocks that nobody requested',
    perSecond: 4,
    act: async (context) => {
      const peer = strange(context, { hasExtensions: true });
      if (!(await peer.opened)) return;
      const block = randomBytes(context.random, BLOCK_BYTES);
      for (let n = 0; n < 20; n++) peer.send((to) => to.piece(0, n * BLOCK_BYTES, block));
      await sleep(100);
      peer.reset();
    },
  },
  {
    name: 'have a name of escape sequences',
    perSecond: 4,
    act: async (context) => {
      const peer = strange(context, { hasExtensions: true });
      if (!(await peer.opened)) return;
      const name = encodeBencode({ m: {}, v: ESCAPES.repeat(50) });
      peer.send((to) => {
        to.extended(EXTENSION_HANDSHAKE, name);
        to.interested();
        // Breaks a rule, so that a warning names the client.
        to.have(2 ** 32 - 1);
      });
      await peer.closed;
    },
  },
  {
    name: 'send random bytes',
    perSecond: 4,
    act: async (context) => {
      const peer = strange(context, { hasExtensions: context.round % 2 === 0 });
      peer.sendBytes(randomBytes(context.random, 1_000));
      await peer.closed;
    },
  },
];

interface StrangeOptions {
  /** The number of the host; default: any. */
  readonly from?: number;
  readonly peerId?: Uint8Array;
  readonly silenceMs?: number;
  readonly hasExtensions?: boolean;
}

/** Returns a connection to the seed. */
function strange({ target, random }: AbuseContext, options: StrangeOptions): RawPeer {
  const { from = random.below(200), ...rest } = options;
  return new RawPeer(connectFrom(ADDRESSES.stranger(from), target.seedPort), {
    infoHash: target.torrent.infoHash,
    peerId: randomBytes(random, 20),
    silenceMs: BUSY_MS,
    ...rest,
  });
}
