/**
 * Puts the records of all AS in order: of time, then of the AS of the sender, then as it sent
 * them. A record can be given out when it is certain that none before it is still to come.
 *
 *     AS 0   done until 9 ms    1  3  3  8
 *     AS 1   done until 7 ms    3  6            given out: 1  3  3  3  6
 *
 * The heads of those that have any wait in a binary heap.
 */

import { assert } from '@cachetorrent/std';

import { type Page, RECORD_DOUBLES, MessageRecords } from './record.ts';

/** What one AS has handed over and nobody has taken. */
interface Stream {
  readonly system: number;
  pages: MessageRecords[];
  /** The place of the first record of the first page that has not been taken. */
  next: number;
  doneUntilMs: number;
  /** The time of that record. */
  headMs: number;
}

export class LogMerge {
  readonly #streams: readonly Stream[];
  /** Those that have records. */
  readonly #heap: Stream[] = [];
  /** The one that has got the least far. */
  #last: Stream;

  constructor(systems: number) {
    this.#streams = Array.from({ length: systems }, (_, system) => ({
      system,
      pages: [],
      next: 0,
      doneUntilMs: 0,
      headMs: Infinity,
    }));
    this.#last = this.#streams[0]!;
  }

  /** Whether all has been handed over and given out. */
  get isOver(): boolean {
    return this.#last.doneUntilMs === Infinity && this.#heap.length === 0;
  }

  add(system: number, { doubles, doneUntilMs }: Page): void {
    const stream = this.#streams[system]!;
    assert(doneUntilMs >= stream.doneUntilMs, 'time does not run backwards');
    const beforeMs = stream.doneUntilMs;
    stream.doneUntilMs = doneUntilMs;
    if (stream === this.#last) this.#findLast(beforeMs);
    if (doubles.length === 0) return;

    assert(doubles[0]! >= beforeMs, 'what was to come no more does not come');
    stream.pages.push(new MessageRecords(doubles));
    if (stream.pages.length > 1) return;
    stream.next = 0;
    stream.headMs = doubles[0]!;
    this.#heap.push(stream);
    this.#rise(this.#heap.length - 1);
  }

  /** Moves the next records that are certain to `target`; returns how many. */
  take(target: MessageRecords): number {
    const heap = this.#heap;
    const certainMs = this.#last.doneUntilMs;
    let count = 0;
    while (heap.length > 0 && count < target.length && heap[0]!.headMs < certainMs) {
      count = this.#takeFrom(heap[0]!, certainMs, target, count);
      if (heap[0]!.pages.length === 0) this.#dropFirst();
      else this.#sink();
    }
    return count;
  }

  /** Takes from the first stream while it remains the first. */
  #takeFrom(stream: Stream, certainMs: number, target: MessageRecords, before: number): number {
    const second = this.#second();
    let count = before;
    while (stream.pages.length > 0 && count < target.length && stream.headMs < certainMs) {
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
    this.#sink();
  }

  #rise(from: number): void {
    const heap = this.#heap;
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!isBefore(heap[place]!, heap[parent]!)) return;
      [heap[place], heap[parent]] = [heap[parent]!, heap[place]!];
      place = parent;
    }
  }

  #sink(): void {
    const heap = this.#heap;
    let place = 0;
    for (;;) {
      let least = place;
      for (const child of [2 * place + 1, 2 * place + 2]) {
        if (child < heap.length && isBefore(heap[child]!, heap[least]!)) least = child;
      }
      if (least === place) return;
      [heap[place], heap[least]] = [heap[least]!, heap[place]!];
      place = least;
    }
  }

  /** The last has got further than `beforeMs`; whoever has not is now the last. */
  #findLast(beforeMs: number): void {
    const streams = this.#streams;
    const start = this.#last.system;
    for (let i = 1; i < streams.length; i++) {
      const stream = streams[(start + i) % streams.length]!;
      if (stream.doneUntilMs < this.#last.doneUntilMs) this.#last = stream;
      if (stream.doneUntilMs === beforeMs) return;
    }
  }
}

function isBefore(a: Stream, b: Stream): boolean {
  return a.headMs < b.headMs || (a.headMs === b.headMs && a.system < b.system);
}
