/** What strangers do to the tracker. */

import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { percentEncode } from '@cachetorrent/protocol/wire';

import { type Abuse, type AbuseContext, randomBytes } from './abuse.ts';
import { ESCAPES } from './bad-trackers.ts';
import { ADDRESSES, type Target } from './target.ts';

/** The announces of a round. */
const BURST = 20;
/** How long a connection waits for an answer, or is held open. */
const SOCKET_MS = 10_000;

/** The values of a query; the others are valid. */
interface Query {
  readonly infoHash?: Uint8Array;
  readonly peerId?: Uint8Array;
  readonly port?: number;
  readonly more?: string;
}

export const ABUSES_OF_TRACK: readonly Abuse[] = [
  {
    name: 'announce and reset the connection',
    perSecond: 20,
    act: async (context) => {
      const socket = await opened(context, ADDRESSES.stranger(1));
      socket.write(request(context.target, { port: anyPort(context) }), () =>
        socket.resetAndDestroy(),
      );
      await once(socket, 'close');
    },
  },
  {
    name: 'announce many ports',
    perSecond: 5,
    act: (context) =>
      burst(context, ADDRESSES.stranger(2), () => ({ port: anyPort(context), more: '&left=0' })),
  },
  {
    name: 'announce many torrents',
    perSecond: 5,
    act: (context) =>
      burst(context, ADDRESSES.stranger(3), () => ({ infoHash: randomBytes(context.random, 20) })),
  },
  {
    name: 'claim many AS',
    perSecond: 5,
    act: (context) =>
      burst(context, ADDRESSES.stranger(4), () => ({
        port: 1 + context.random.below(30),
        more: `&ct=1&ct_as=${context.random.below(2 ** 31)}&ct_up=${context.random.below(2 ** 31)}`,
      })),
  },
  {
    name: 'announce many ports from ten addresses',
    perSecond: 5,
    act: async (context) => {
      const from = ADDRESSES.stranger(10 + context.random.below(10));
      await burst(context, from, () => ({ port: anyPort(context) }));
    },
  },
  {
    name: 'announce escape sequences',
    perSecond: 5,
    act: (context) =>
      burst(context, ADDRESSES.stranger(5), () => {
        const text = percentEncode(Buffer.from(ESCAPES));
        const peerId = Buffer.from(ESCAPES.padEnd(20)).subarray(0, 20);
        return { peerId, more: `&event=${text}&key=${text}&trackerid=${text}&ip=${text}` };
      }),
  },
  {
    name: 'send what is no request',
    perSecond: 10,
    act: async (context) => {
      const socket = await opened(context, ADDRESSES.stranger(6));
      const long = `GET /announce?${'a=b&'.repeat(10_000)} HTTP/1.1\r\n\r\n`;
      socket.end(context.round % 2 === 0 ? randomBytes(context.random, 500) : long);
      await once(socket, 'close');
    },
  },
  {
    name: 'hold connections open',
    perSecond: 20,
    act: async (context) => {
      const socket = await opened(context, ADDRESSES.stranger(7));
      socket.write('GET /ann');
    },
  },
];

/** Returns a connection to the tracker; the tracker closes it in the end, or a timer does. */
async function opened({ target }: AbuseContext, from: string): Promise<Socket> {
  const { trackerPort: port } = target;
  const socket = connect({ port, host: ADDRESSES.target, localAddress: from });
  socket.on('error', () => {}).resume();
  socket.setTimeout(SOCKET_MS, () => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** Sends announces on one connection, one after the other without waiting for the answers. */
async function burst(context: AbuseContext, from: string, query: () => Query): Promise<void> {
  const socket = await opened(context, from);
  const requests = Array.from({ length: BURST }, () => request(context.target, query()));
  socket.end(requests.join(''));
  await once(socket, 'close');
}

function request({ torrent }: Target, { infoHash, peerId, port = 6881, more = '' }: Query): string {
  const hash = percentEncode(infoHash ?? torrent.infoHash);
  const id = percentEncode(peerId ?? Buffer.from('-XX0000-stranger0000'));
  const query = `info_hash=${hash}&peer_id=${id}&port=${port}&compact=1${more}`;
  return `GET /announce?${query} HTTP/1.1\r\nhost: tracker\r\n\r\n`;
}

function anyPort({ random }: AbuseContext): number {
  return 1 + random.below(65_535);
}
