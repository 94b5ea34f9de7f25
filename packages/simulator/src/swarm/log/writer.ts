/**
 * The part of the log in an AS: records every message that its nodes send, and sends pages of
 * records to the main thread, which merges the pages of all AS (`reader.ts`).
 */

import { NO_BLOCK, NO_PIECE, type PeerId } from '@cachetorrent/protocol';

import { firstPieces } from '../nodes/sub-torrents.ts';
import type { Plan } from '../plan/plan.ts';
import { PageSender } from '../streams/page-sender.ts';
import { type LogSetup, MessageRecords, type Page, RECORD_DOUBLES } from './record.ts';

/** A page with this many records is sent before the next allocation instant; 64 KiB. */
const PAGE_RECORDS = 2_048;
/** An AS waits while more records than this are unread; 64 MiB. */
const UNREAD_MAX = 2 ** 21;
export class LogWriter {
  readonly #plan: Plan;
  readonly #isLogged: readonly boolean[];
  readonly #sender: PageSender<Page>;
  readonly #firstPieces: readonly number[];
  #page = new MessageRecords(new Float64Array(64 * RECORD_DOUBLES));
  #count = 0;

  constructor(setup: LogSetup, plan: Plan, asId: number) {
    this.#plan = plan;
    this.#isLogged = setup.isLogged;
    this.#sender = new PageSender(setup.stream, asId, UNREAD_MAX);
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
    else if (round === 1) this.#sender.awaitReader();
  }

  /** Sends the last page. */
  end(): void {
    this.#sendPage(Infinity);
    this.#sender.close();
  }

  #makeRoom(nowMs: number): void {
    if (this.#count === PAGE_RECORDS) return this.#sendPage(nowMs);
    const larger = new Float64Array(2 * this.#page.doubles.length);
    larger.set(this.#page.doubles);
    this.#page = new MessageRecords(larger);
  }

  #sendPage(doneUntilMs: number): void {
    const doubles = this.#page.doubles.slice(0, this.#count * RECORD_DOUBLES);
    const count = this.#count;
    this.#count = 0;
    this.#sender.send({ doubles, doneUntilMs }, count);
  }
}
