/**
 * The log's end in one AS: takes down every message that its nodes send, and hands pages of them
 * over to the main thread, which puts the pages of all AS in order (`reader.ts`).
 *
 * Whoever reads may be slower than the simulation. At an instant of allocation all that was said
 * before it can be read, as soon as every AS has handed it over in the first round; so in the
 * next round an AS waits while too much is unread. Anywhere else it must not: what it has said
 * cannot be put in order before others have got as far.
 */

import { BroadcastChannel } from 'node:worker_threads';

import { type PeerId, NO_PIECE } from '@cachetorrent/protocol';

import { firstPieces } from '../nodes/sub-torrents.ts';
import type { Plan } from '../plan/plan.ts';
import { channelOf, type LogSetup, type Page, RECORD_DOUBLES, MessageRecords } from './record.ts';

/** MessageRecords of a page when it is handed over before an instant; 48 KiB. */
const PAGE_RECORDS = 2_048;
/** Above so many unread ones, that is 48 MiB, an AS waits. */
const UNREAD_MAX = 2 ** 21;
/** It looks again after this long, and goes on after so many looks: a thread must not be silent. */
const LOOK_MS = 100;
const LOOKS_MAX = 20;

export class LogWriter {
  readonly #plan: Plan;
  readonly #wanted: readonly boolean[];
  readonly #channel: BroadcastChannel;
  readonly #unread: Int32Array;
  readonly #firstPieces: readonly number[];
  #page = new MessageRecords(new Float64Array(64 * RECORD_DOUBLES));
  #count = 0;

  constructor(setup: LogSetup, plan: Plan, system: number) {
    this.#plan = plan;
    this.#wanted = setup.wanted;
    this.#channel = new BroadcastChannel(channelOf(setup, system));
    this.#channel.unref();
    this.#unread = new Int32Array(setup.unread);
    this.#firstPieces = firstPieces(plan.swarm);
  }

  /** A message of `kind` goes to `machine` of `system`; `piece` counts within its sub-torrent. */
  note(
    atMs: number,
    kind: number,
    from: PeerId,
    system: number,
    machine: number,
    piece: number,
  ): void {
    if (!this.#wanted[kind]) return;
    if (this.#count === this.#page.length) this.#makeRoom(atMs);
    const to = this.#plan.idOfMachine(system, machine);
    const part = machine % this.#firstPieces.length;
    const filePiece = piece === NO_PIECE ? NO_PIECE : this.#firstPieces[part]! + piece;
    this.#page.write(this.#count++, atMs, from, to, kind, filePiece);
  }

  /** All stand at the instant `atMs`: everything before it has been said. */
  meet(round: number, atMs: number): void {
    if (round === 0) this.#handOver(atMs);
    else if (round === 1) this.#awaitReader();
  }

  /** No more will be said. */
  end(): void {
    this.#handOver(Infinity);
    this.#channel.close();
  }

  #makeRoom(nowMs: number): void {
    if (this.#count === PAGE_RECORDS) return this.#handOver(nowMs);
    const larger = new Float64Array(2 * this.#page.doubles.length);
    larger.set(this.#page.doubles);
    this.#page = new MessageRecords(larger);
  }

  #handOver(doneUntilMs: number): void {
    const doubles = this.#page.doubles.slice(0, this.#count * RECORD_DOUBLES);
    Atomics.add(this.#unread, 0, this.#count);
    this.#count = 0;
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have none
    this.#channel.postMessage({ doubles, doneUntilMs } satisfies Page);
  }

  #awaitReader(): void {
    for (let look = 0; look < LOOKS_MAX; look++) {
      const unread = Atomics.load(this.#unread, 0);
      if (unread <= UNREAD_MAX) return;
      Atomics.wait(this.#unread, 0, unread, LOOK_MS);
    }
  }
}
