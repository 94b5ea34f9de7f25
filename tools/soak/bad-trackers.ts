/** Trackers that behave badly: one refuses with control characters, one never answers. */

import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encodeAnnounceFailure, encodeAnnounceResponse } from '@cachetorrent/protocol/wire';

/** Sets the title of the terminal, erases it, and reverses what follows. */
export const ESCAPES = '\u001b]0;owned\u0007\u001b[2J\u202Egnp.exe\r\n\0';
const LONG_TEXT_REPEATS = 5_000;

/** Trackers that behave badly. */
export interface BadTrackers {
  /** One that refuses, with escape sequences at length, and one that never answers. */
  readonly urls: readonly string[];
  /** One that asks to wait for an election for ever. */
  readonly pendingUrl: string;
  stop(): Promise<void>;
}

/** Starts them. */
export async function startBadTrackers(): Promise<BadTrackers> {
  const refusal = encodeAnnounceFailure(ESCAPES.repeat(LONG_TEXT_REPEATS));
  const cacheTorrent = { leaders: [], isPending: true };
  const pending = encodeAnnounceResponse({ intervalS: 5, peers: [], cacheTorrent });
  const servers: Server[] = [];
  const start = async (listener: RequestListener): Promise<string> => {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/announce`;
  };
  return {
    urls: [await start((_, response) => response.end(refusal)), await start(() => {})],
    pendingUrl: await start((_, response) => response.end(pending)),
    stop: async () => {
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise((resolve) => {
          server.close(resolve);
        });
      }
    },
  };
}
