/**
 * The part of the log in an AS: records every message that its nodes send, and sends pages of
 * records to the main thread, which merges the pages of all AS (`reader.ts`).
 *
 * The reader may be slower than the simulation. At an allocation instant all records before it can
 * be merged as soon as every AS has sent its page, in the first round. So in the next round an AS
 * waits while too many records are unread. It must not wait at any other time: its records could
 * not be merged, and thus not be read, before the other AS have come as far.
 */

import { BroadcastChannel } from 'node:worker_threads';

import { NO_BLOCK, NO_PIECE, type PeerId } from '@cachetorrent/protocol';

import { firstPieces } from '../nodes/sub-torrents.ts';
import type { Plan } from '../plan/plan.ts';
import { channelOf, type LogSetup, MessageRecords, type Page, RECORD_DOUBLES } from './record.ts';

/** A page with this many records is sent before the next allocation instant; 64 KiB. */
const PAGE_RECORDS = 2_048;
/** An AS waits while more records than this are unread; 64 MiB. */
const UNREAD_MAX = 2 ** 21;
/**
 * An AS waits this long before it looks again, and goes on after this many times: a thread that
 * shows no sign of life is given up.
 */
const WAIT_MS = 100;
const WAITS_MAX = 20;

export class LogWriter {
  readonly #plan: Plan;
  readonly #isLogged: readonly boolean[];
  readonly #channel: BroadcastChannel;
  readonly #unread: Int32Array;
  readonly #firstPieces: readonly number[];
  #page = new MessageRecords(new Float64Array(64 * RECORD_DOUBLES));
  #count = 0;

  constructor(setup: LogSetup, plan: Plan, asId: number) {
    this.#plan = plan;
    this.#isLogged = setup.isLogged;
    this.#channel = new BroadcastChannel(channelOf(setup, asId));
    this.#channel.unref();
    this.#unread = new Int32Array(setup.unread);
    this.#firstPieces = firstPieces(plan.swarm);
  }

  /**
   * Records a message to the peer with the index `remotePeer` in AS `asId`; `piece` is counted
   * within its sub-torrent, and `block` within the piece.
   */
  record(
    atMs: number,
    kind: number,
    from: PeerId,
    asId: number,
    remotePeer: number,
    piece: number,
    block: number = NO_BLOCK,
    blocks: number = 0,
  ): void {
    if (!this.#isLogged[kind]) return;
    if (this.#count === this.#page.length) this.#makeRoom(atMs);
    const to = this.#plan.idOfLocalPeer(asId, remotePeer);
    const subTorrent = remotePeer % this.#firstPieces.length;
    const filePiece = piece === NO_PIECE ? NO_PIECE : this.#firstPieces[subTorrent]! + piece;
    this.#page.write(this.#count++, atMs, from, to, kind, filePiece, block, blocks);
  }

  /** Runs a round of the allocation instant at `atMs`: everything before it has been recorded. */
  synchronize(round: number, atMs: number): void {
    if (round === 0) this.#sendPage(atMs);
    else if (round === 1) this.#awaitReader();
  }

  /** Sends the last page. */
  end(): void {
    this.#sendPage(Infinity);
    this.#channel.close();
  }

  #makeRoom(nowMs: number): void {
    if (this.#count === PAGE_RECORDS) return this.#sendPage(nowMs);
    const larger = new Float64Array(2 * this.#page.doubles.length);
    larger.set(this.#page.doubles);
    this.#page = new MessageRecords(larger);
  }

  #sendPage(doneUntilMs: number): void {
    const doubles = this.#page.doubles.slice(0, this.#count * RECORD_DOUBLES);
    Atomics.add(this.#unread, 0, this.#count);
    this.#count = 0;
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have none
    this.#channel.postMessage({ doubles, doneUntilMs } satisfies Page);
  }

  #awaitReader(): void {
    for (let waits = 0; waits < WAITS_MAX; waits++) {
      const unread = Atomics.load(this.#unread, 0);
      if (unread <= UNREAD_MAX) return;
      Atomics.wait(this.#unread, 0, unread, WAIT_MS);
    }
  }
}
