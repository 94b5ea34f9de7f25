/** The events of one message until they are polled: a ring buffer that grows when it is full. */

export class EventBuffer<Event> {
  #events: (Event | undefined)[] = new Array<Event | undefined>(8);
  #first = 0;
  #count = 0;

  push(event: Event): void {
    if (this.#count === this.#events.length) this.#grow();
    this.#events[(this.#first + this.#count) % this.#events.length] = event;
    this.#count++;
  }

  /** Removes and returns the first event; undefined if there is none. */
  shift(): Event | undefined {
    if (this.#count === 0) return undefined;
    const event = this.#events[this.#first];
    this.#events[this.#first] = undefined;
    this.#first = (this.#first + 1) % this.#events.length;
    this.#count--;
    return event;
  }

  #grow(): void {
    const size = this.#events.length;
    const events = Array.from({ length: size }, (_, i) => this.#events[(this.#first + i) % size]);
    events.length = 2 * size;
    this.#events = events;
    this.#first = 0;
  }
}
