/**
 * Peers that claim to be seeds and send wrong bytes: they answer every request with random ones,
 * hang up after a few, and wait until their victim comes back.
 */

import { createServer, type AddressInfo, type Socket } from 'node:net';
import { announce } from '@cachetorrent/client';
import type { Random } from '@cachetorrent/std';

import { type Abuse, randomBytes } from './abuse.ts';
import { MESSAGE, RawPeer } from './raw-peer.ts';
import { ADDRESSES, type Target } from './target.ts';

const HOSTS = 3;
/** The wrong blocks after which they hang up. */
const BLOCKS_MAX = 100;
const SILENCE_MS = 30_000;

/** Returns an abuse: a false seed listens, and announces itself as a seed again and again. */
export function falseSeeds(): Abuse {
  const ports = new Map<string, number>();
  return {
    name: 'claim to be a seed and send wrong blocks',
    perSecond: 2,
    act: async ({ target, random, round, signal }) => {
      const localHost = ADDRESSES.stranger(150 + (round % HOSTS));
      const port = ports.get(localHost) ?? (await listen(localHost, target, random, signal));
      ports.set(localHost, port);
      const { infoHash } = target.torrent;
      const peerId = randomBytes(random, 20);
      const request = { infoHash, peerId, port, uploaded: 0, downloaded: 0, left: 0 };
      await announce(target.trackerUrl, request, { localHost, signal });
    },
  };
}

async function listen(
  host: string,
  target: Target,
  random: Random,
  signal: AbortSignal,
): Promise<number> {
  const server = createServer((socket) => serve(socket, target, random));
  await new Promise<void>((resolve) => {
    server.listen(0, host, resolve);
  });
  signal.addEventListener('abort', () => server.close(), { once: true });
  return (server.address() as AddressInfo).port;
}

function serve(socket: Socket, { torrent }: Target, random: Random): void {
  let blocksLeft = BLOCKS_MAX;
  const peer = new RawPeer(socket, {
    infoHash: torrent.infoHash,
    peerId: randomBytes(random, 20),
    silenceMs: SILENCE_MS,
    onMessage: (id, payload) => {
      if (id !== MESSAGE.request) return;
      const [piece, begin, length] = [0, 4, 8].map((at) => payload.readUInt32BE(at));
      peer.send((to) => to.piece(piece!, begin!, randomBytes(random, length!)));
      if (--blocksLeft === 0) peer.close();
    },
  });
  const { pieceCount } = torrent.layout;
  const bitfield = new Uint8Array(Math.ceil(pieceCount / 8)).fill(0xff);
  if (pieceCount % 8 !== 0) bitfield[bitfield.length - 1] = 0xff << (8 - (pieceCount % 8));
  peer.send((to) => {
    to.bitfield(bitfield);
    to.unchoke();
  });
}
