/**
 * Where the connections of one peer lead, in the simulated world: for each connection the other
 * end's AS, machine and connection number, how far it is, and the flow that carries our pieces.
 *
 * Those that hear what we have are kept in order of AS as well, since one `have` for several
 * peers of an AS crosses the border as one record.
 */

import type { Connection } from '@cachetorrent/protocol';

/** Not known yet: the other end has not answered. Or none, of a flow. */
export const UNKNOWN = -1;

export class Ends {
  /** For each connection: the other end's AS, machine within it, and number there. */
  system: Int32Array;
  machine: Int32Array;
  connection: Int32Array;
  /** How long a message takes, in ms. */
  latencyMs: Float32Array;
  /** The flow of what we send on it, once there has been any. */
  flow: Int32Array;
  /** The connections that hear what we have, by AS and then by number. */
  hearers: Int32Array;
  hearerCount = 0;

  constructor(capacity: number) {
    this.system = new Int32Array(capacity);
    this.machine = new Int32Array(capacity);
    this.connection = new Int32Array(capacity).fill(UNKNOWN);
    this.latencyMs = new Float32Array(capacity);
    this.flow = new Int32Array(capacity).fill(UNKNOWN);
    this.hearers = new Int32Array(capacity);
  }

  /** A connection to `machine` of `system`, whose own number for it is not known yet. */
  open(on: Connection, system: number, machine: number, latencyMs: number): void {
    if (on >= this.system.length) this.#grow(on + 1);
    this.system[on] = system;
    this.machine[on] = machine;
    this.connection[on] = UNKNOWN;
    this.latencyMs[on] = latencyMs;
    this.flow[on] = UNKNOWN;
  }

  isKnown(on: Connection): boolean {
    return this.connection[on] !== UNKNOWN;
  }

  /** From now on this connection hears what we have. */
  addHearer(on: Connection): void {
    const { hearers, system } = this;
    let place = this.hearerCount++;
    while (place > 0) {
      const before = hearers[place - 1]!;
      const isBefore =
        system[before]! < system[on]! || (system[before] === system[on] && before < on);
      if (isBefore) break;
      hearers[place] = before;
      place--;
    }
    hearers[place] = on;
  }

  #grow(needed: number): void {
    const capacity = Math.max(needed, 2 * this.system.length);
    this.system = grown(this.system, new Int32Array(capacity));
    this.machine = grown(this.machine, new Int32Array(capacity));
    this.connection = grown(this.connection, new Int32Array(capacity).fill(UNKNOWN));
    this.latencyMs = grown(this.latencyMs, new Float32Array(capacity));
    this.flow = grown(this.flow, new Int32Array(capacity).fill(UNKNOWN));
    this.hearers = grown(this.hearers, new Int32Array(capacity));
  }
}

function grown<Row extends Int32Array | Float32Array>(before: Row, after: Row): Row {
  after.set(before);
  return after;
}
