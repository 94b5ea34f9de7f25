/**
 * Those who behave: peers that announce themselves, peers that download pieces from the seed one
 * after the other, and whole downloads by `cachetorrent get`. What they wait is what is measured.
 */

import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { announce } from '@cachetorrent/client';

import { Latencies } from './latencies.ts';
import { PieceDownload } from './piece-download.ts';
import { CommandProcess } from './processes.ts';
import { connectFrom } from './raw-peer.ts';
import { ADDRESSES, type Target } from './target.ts';

const ANNOUNCE_EVERY_MS = 100;
const PIECE_EVERY_MS = 200;
const GET_EVERY_MS = 5_000;
/** After this time an answer counts as missing. */
const ANSWER_MS = 60_000;
/** How much is shown of what a failed download has printed. */
const OUTPUT_SHOWN = 500;
/** A peer leaves after so many pieces, and another one comes. */
const PIECES_PER_PEER = 10;

/** Those who behave, and what they have measured. */
export class HonestPeers {
  readonly announces = new Latencies();
  /** How often a peer that downloads pieces was disconnected, and came back. */
  disconnections = 0;
  /** From the connection of a newcomer to its first piece, with the wait for an upload slot. */
  readonly firstPieces = new Latencies();
  /** From the request of a later piece to its last block. */
  readonly pieces = new Latencies();
  /** Whole downloads, with the start of the process. */
  readonly gets = new Latencies();
  /** The peer id of the peer that downloads at the moment. */
  currentPeerId: Uint8Array = new Uint8Array(20);
  /** What the last download that failed has printed. */
  lastFailure: string | undefined;
  readonly #target: Target;
  readonly #signal: AbortSignal;

  constructor(target: Target, signal: AbortSignal) {
    this.#target = target;
    this.#signal = signal;
  }

  /** Runs until the signal is aborted. */
  async run(): Promise<void> {
    await Promise.all([
      this.#repeat(ANNOUNCE_EVERY_MS, (i) => this.#announce(i)),
      this.#repeat(PIECE_EVERY_MS, (i) => this.#download(i)),
      this.#repeat(GET_EVERY_MS, (i) => this.#get(i)),
    ]);
  }

  async #announce(i: number): Promise<void> {
    const { trackerUrl, torrent } = this.#target;
    const request = {
      infoHash: torrent.infoHash,
      peerId: peerIdOf('announce', i),
      port: 6881,
      uploaded: 0,
      downloaded: 0,
      left: 1,
    };
    const startMs = performance.now();
    const localHost = ADDRESSES.honest(i % 20);
    const answer = await announce(trackerUrl, request, { signal: this.#signal, localHost });
    // The first one finds nobody.
    if (this.#signal.aborted || i === 0) return;
    const peers = answer.kind === 'peers' ? answer.response.peers : [];
    if (peers.some(({ host }) => /^127\.0\.[01]\./.test(host))) {
      this.announces.add(performance.now() - startMs);
    } else {
      this.announces.fail();
    }
  }

  /** A peer comes, downloads some pieces, and leaves. */
  async #download(i: number): Promise<void> {
    const peerId = peerIdOf('download', i);
    let download = this.#connect(i, peerId);
    // A peer that waits for a piece must not delay the end.
    const stop = (): void => download.close();
    this.#signal.addEventListener('abort', stop);
    let startMs = performance.now();
    for (let n = 0; n < PIECES_PER_PEER && !this.#signal.aborted; ) {
      const latencies = n === 0 ? this.firstPieces : this.pieces;
      const piece = (PIECES_PER_PEER * i + n) % this.#target.torrent.layout.pieceCount;
      const outcome = await download.piece(piece);
      const ms = performance.now() - startMs;
      if (this.#signal.aborted) break;
      if (outcome === 'closed' && ms < ANSWER_MS) {
        // It comes back, as clients do, and goes on waiting.
        this.disconnections++;
        await sleep(PIECE_EVERY_MS);
        download = this.#connect(i, peerId);
        continue;
      }
      if (outcome !== 'right') {
        latencies.fail();
        break;
      }
      latencies.add(ms);
      // From now on strangers know it.
      this.currentPeerId = peerId;
      n++;
      await sleep(PIECE_EVERY_MS);
      startMs = performance.now();
    }
    this.#signal.removeEventListener('abort', stop);
    download.close();
  }

  #connect(i: number, peerId: Uint8Array): PieceDownload {
    const { seedPort, torrent, content } = this.#target;
    const options = { infoHash: torrent.infoHash, peerId, silenceMs: ANSWER_MS };
    const socket = connectFrom(ADDRESSES.honest(100 + i), seedPort);
    return new PieceDownload(socket, options, torrent.layout, content);
  }

  /** Every other download has only bad trackers, and the seed by name. */
  async #get(i: number): Promise<void> {
    const { trackerUrl, seedPort, torrentPath, content, folder, badTrackers } = this.#target;
    const trackers = i % 2 === 0 ? [trackerUrl] : [...badTrackers.urls, badTrackers.pendingUrl];
    const peer = i % 2 === 0 ? [] : ['--peer', `${ADDRESSES.target}:${seedPort}`];
    const out = join(folder, 'downloads');
    const options = ['--out', out, '--host', ADDRESSES.get, ...peer];
    const urls = trackers.flatMap((url) => ['--tracker', url]);
    const startMs = performance.now();
    const get = new CommandProcess(['get', torrentPath, ...options, ...urls], folder);
    const limit = AbortSignal.any([this.#signal, AbortSignal.timeout(ANSWER_MS)]);
    const code = await get.ended(limit).catch(() => null);
    await get.stop();
    const got = await readFile(join(out, 'content')).catch(() => Buffer.alloc(0));
    if (code === 0 && got.equals(content) && get.unsafeOutput === undefined) {
      this.gets.add(performance.now() - startMs);
    } else if (!this.#signal.aborted) {
      this.gets.fail();
      this.lastFailure = `get ended with ${code}: ${get.output.slice(-OUTPUT_SHOWN)}`;
    }
    await rm(out, { recursive: true, force: true });
  }

  async #repeat(pauseMs: number, act: (i: number) => Promise<void>): Promise<void> {
    for (let i = 0; !this.#signal.aborted; i++) {
      await act(i);
      await sleep(pauseMs, undefined, { signal: this.#signal }).catch(() => {});
    }
  }
}

function peerIdOf(what: string, i: number): Uint8Array {
  return createHash('sha1').update(`${what} ${i}`).digest();
}
