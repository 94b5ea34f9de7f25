/**
 * Merges the records of all AS in order of time, then of the AS of the sender, then of sending. A
 * record can be taken when every AS has passed its time, so that no earlier record can follow.
 *
 *     AS 0   done until 9 ms    1  3  3  8
 *     AS 1   done until 7 ms    3  6            can be taken: 1  3  3  3  6
 *
 * The AS that have records are in a binary heap, by the time of their first record.
 */

import { assert } from '@cachetorrent/std';

import { DoneTimes } from '../streams/done-times.ts';
import { MessageRecords, type Page, RECORD_DOUBLES } from './record.ts';

/** The records of one AS that have been added and not been taken. */
interface Stream {
  readonly asId: number;
  pages: MessageRecords[];
  /** The index, in the first page, of the first record that has not been taken. */
  next: number;
  /** The time of that record; Infinity if there is none. */
  headMs: number;
}

export class LogMerge {
  readonly #streams: readonly Stream[];
  /** The streams that have records. */
  readonly #heap: Stream[] = [];
  readonly #done: DoneTimes;

  constructor(asCount: number) {
    this.#streams = Array.from({ length: asCount }, (_, asId) => ({
      asId,
      pages: [],
      next: 0,
      headMs: Infinity,
    }));
    this.#done = new DoneTimes(asCount);
  }

  /** Whether all records have been added and taken. */
  get isOver(): boolean {
    return this.#done.leastMs === Infinity && this.#heap.length === 0;
  }

  /** Adds the next page of an AS. */
  add(asId: number, { doubles, doneUntilMs }: Page): void {
    const stream = this.#streams[asId]!;
    const beforeMs = this.#done.advance(asId, doneUntilMs);
    if (doubles.length === 0) return;

    assert(doubles[0]! >= beforeMs, 'an AS sends no record before the time that it is done until');
    stream.pages.push(new MessageRecords(doubles));
    if (stream.pages.length > 1) return;
    stream.next = 0;
    stream.headMs = doubles[0]!;
    this.#heap.push(stream);
    this.#siftUp(this.#heap.length - 1);
  }

  /** Moves records that can be taken to `target`, as many as fit, and returns their number. */
  take(target: MessageRecords): number {
    const heap = this.#heap;
    const endMs = this.#done.leastMs;
    let count = 0;
    while (heap.length > 0 && count < target.length && heap[0]!.headMs < endMs) {
      count = this.#takeFrom(heap[0]!, endMs, target, count);
      if (heap[0]!.pages.length === 0) this.#dropFirst();
      else this.#siftDown();
    }
    return count;
  }

  /** Takes records from the first stream of the heap while it remains the first. */
  #takeFrom(stream: Stream, endMs: number, target: MessageRecords, before: number): number {
    const second = this.#second();
    let count = before;
    while (stream.pages.length > 0 && count < target.length && stream.headMs < endMs) {
      if (second !== undefined && !isBefore(stream, second)) break;
      const { doubles } = stream.pages[0]!;
      const start = stream.next * RECORD_DOUBLES;
      const end = start + RECORD_DOUBLES;
      for (let i = start; i < end; i++) {
        target.doubles[count * RECORD_DOUBLES + i - start] = doubles[i]!;
      }
      count++;
      stream.next++;
      if (end === doubles.length) {
        stream.pages.shift();
        stream.next = 0;
      }
      const page = stream.pages[0];
      stream.headMs = page === undefined ? Infinity : page.atMs(stream.next);
    }
    return count;
  }

  #second(): Stream | undefined {
    const [, left, right] = this.#heap;
    return left === undefined || (right !== undefined && isBefore(right, left)) ? right : left;
  }

  #dropFirst(): void {
    const moved = this.#heap.pop()!;
    if (this.#heap.length === 0) return;
    this.#heap[0] = moved;
    this.#siftDown();
  }

  #siftUp(from: number): void {
    const heap = this.#heap;
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(heap[index]!, heap[parent]!)) return;
      [heap[index], heap[parent]] = [heap[parent]!, heap[index]!];
      index = parent;
    }
  }

  #siftDown(): void {
    const heap = this.#heap;
    let index = 0;
    for (;;) {
      let least = index;
      for (const child of [2 * index + 1, 2 * index + 2]) {
        if (child < heap.length && isBefore(heap[child]!, heap[least]!)) least = child;
      }
      if (least === index) return;
      [heap[index], heap[least]] = [heap[least]!, heap[index]!];
      index = least;
    }
  }
}

function isBefore(a: Stream, b: Stream): boolean {
  return a.headMs < b.headMs || (a.headMs === b.headMs && a.asId < b.asId);
}
