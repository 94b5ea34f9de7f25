/**
 * Sends one announce to a UDP tracker (BEP 15): a request for a connection id, then the announce.
 *
 * Packets get lost, so each is sent again until it is answered. BEP 15 has the pauses grow from
 * 15 s up to an hour; ours are shorter and few, since the announcer tries another tracker
 * meanwhile, and this one again later.
 */

import { randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { isIP } from 'node:net';
import {
  type AnnounceRequest,
  type AnnounceResult,
  encodeUdpAnnounce,
  encodeUdpConnect,
  parseUdpAnswer,
  type UdpTrackerAnswer,
} from '@cachetorrent/protocol/wire';

/** The pause before a packet is sent again. */
const RESEND_MS = 4_000;
const TRANSACTION_IDS = 2 ** 32;

/** The options of an announce to a UDP tracker. */
export interface UdpAnnounceOptions {
  /** Aborts the announce. */
  readonly signal: AbortSignal;
  /** The address to announce from. Default: the operating system chooses. */
  readonly localHost?: string | undefined;
  /** The pause before a packet is sent again, in ms. */
  readonly resendMs?: number;
}

/**
 * Sends one announce, and returns the answer.
 *
 * @throws {Error} The tracker cannot be reached, or `signal` is aborted before it has answered.
 */
export async function announceUdp(
  tracker: string,
  request: AnnounceRequest,
  { signal, localHost, resendMs = RESEND_MS }: UdpAnnounceOptions,
): Promise<AnnounceResult> {
  const { hostname, port, pathname, search } = new URL(tracker);
  if (port === '') return { kind: 'malformed', problem: 'the URL of a UDP tracker needs a port' };
  const { address, family } = await unlessAborted(
    lookup(hostname.replace(/^\[|\]$/g, ''), { family: isIP(localHost ?? '') }),
    signal,
  );
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  try {
    socket.on('error', () => {});
    if (localHost !== undefined) socket.bind({ address: localHost });
    socket.connect(Number(port), address);
    // Packets of others do not arrive at a connected socket.
    await once(socket, 'connect', { signal });
    const exchange: Exchange = { socket, signal, resendMs, isIpv6: family === 6 };
    const connected = await answerTo(exchange, 'connected', encodeUdpConnect);
    if (connected.kind !== 'connected') return connected;
    const answer = await answerTo(exchange, 'peers', (transactionId) =>
      encodeUdpAnnounce(connected.connectionId, transactionId, request, `${pathname}${search}`),
    );
    return answer as Exclude<UdpTrackerAnswer, { kind: 'connected' }>;
  } finally {
    socket.close();
  }
}

interface Exchange {
  readonly socket: Socket;
  readonly signal: AbortSignal;
  readonly resendMs: number;
  readonly isIpv6: boolean;
}

/** Sends a packet until it is answered, by a refusal or an answer of this kind. */
async function answerTo(
  { socket, signal, resendMs, isIpv6 }: Exchange,
  kind: UdpTrackerAnswer['kind'],
  encode: (transactionId: number) => Uint8Array,
): Promise<UdpTrackerAnswer> {
  const transactionId = randomInt(TRANSACTION_IDS);
  const packet = encode(transactionId);
  const send = (): void => socket.send(packet, () => {});
  const timer = setInterval(send, resendMs);
  send();
  try {
    for (;;) {
      const [received] = (await once(socket, 'message', { signal })) as [Uint8Array];
      const answer = parseUdpAnswer(received, transactionId, isIpv6);
      if (answer?.kind === kind || answer?.kind === 'failure') return answer;
    }
  } finally {
    clearInterval(timer);
  }
}

/** Waits for what cannot be aborted, but no longer than until `signal` is. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    const end = (): void => signal.removeEventListener('abort', abort);
    promise.then(resolve, reject).finally(end);
  });
}
