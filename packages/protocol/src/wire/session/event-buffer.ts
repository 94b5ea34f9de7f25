/** The few events that one message can make, in a ring that grows to what was ever needed. */

export class EventQueue<Event> {
  #events: (Event | undefined)[] = new Array<Event | undefined>(8);
  #first = 0;
  #count = 0;

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  push(event: Event): void {
    if (this.#count === this.#events.length) this.#grow();
    this.#events[(this.#first + this.#count) % this.#events.length] = event;
    this.#count++;
  }

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
