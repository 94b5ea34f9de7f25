/** The bytes of a recording, or of messages, as they come. */

import type { Bytes } from './run-worker.ts';

/** So many bytes of memory are read at once: between two pieces, the page can ask for scenes. */
const PIECE_BYTES = 2 ** 17;

/** An address does not answer, or no longer. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

/**
 * The bytes in pieces.
 *
 * @throws UnreachableError if an address does not answer with bytes
 */
export async function* inPieces(source: Bytes): AsyncGenerator<Uint8Array, void, undefined> {
  if ('address' in source) return yield* fetched(source.address);
  const { bytes } = source;
  for (let at = 0; at < bytes.byteLength; at += PIECE_BYTES) {
    yield new Uint8Array(bytes, at, Math.min(PIECE_BYTES, bytes.byteLength - at));
    await othersHadTheirTurn();
  }
}

async function* fetched(address: string): AsyncGenerator<Uint8Array, void, undefined> {
  const { ok, status, statusText, body } = await fetch(address).catch(unreachable);
  if (!ok || body === null) {
    throw new UnreachableError(`the server answers ${status} ${statusText}`.trim());
  }
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(unreachable);
      if (done) return;
      yield value;
    }
  } finally {
    // When no more is wanted, because what has come is damaged, the server need not send it.
    reader.cancel().catch(() => {});
  }
}

function unreachable(error: unknown): never {
  throw new UnreachableError(`the server does not answer: ${String(error)}`);
}

/** Resolved after messages that have come to this thread; a timer would wait longer. */
function othersHadTheirTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener('message', () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(undefined);
  });
}
