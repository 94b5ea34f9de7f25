/** A reference implementation of the event queue: an unsorted list. */

export interface ReferenceEvent {
  readonly atMs: number;
  readonly order: number;
  readonly payload: number;
}

export class ReferenceQueue {
  /** Unsorted. */
  #events: ReferenceEvent[] = [];

  get size(): number {
    return this.#events.length;
  }

  push(event: ReferenceEvent): void {
    this.#events.push(event);
  }

  nextAtMs(): number {
    return this.#first()?.atMs ?? Infinity;
  }

  popBefore(endMs: number): ReferenceEvent | undefined {
    const first = this.#first();
    if (first === undefined || first.atMs >= endMs) return undefined;
    this.#events = this.#events.filter((event) => event !== first);
    return first;
  }

  #first(): ReferenceEvent | undefined {
    let first = this.#events[0];
    for (const event of this.#events)
      if (first !== undefined && isBefore(event, first)) first = event;
    return first;
  }
}

function isBefore(a: ReferenceEvent, b: ReferenceEvent): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
