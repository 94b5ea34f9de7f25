/**
 * The flows of all AS by their numbers in the AS of the sender: who sends to whom, and how fast. A
 * number that is free is used again, so numbers stay below the most flows at a time.
 */

import { Malformed } from '../errors.ts';
import { RATE_CODE_MAX } from '../rate-code.ts';

/** The fields of a flow, in a row of integers. */
const FROM = 0;
const TO = 1;
const SUB_TORRENT = 2;
const CODE = 3;
const FIELDS = 4;
const NOBODY = -1;

/** Receives the peers of a flow, and the codes of its rate before and after a change. */
type CodeVisitor = (from: number, to: number, before: number, after: number) => void;

interface FlowsOfAs {
  rows: Int32Array;
  /** One more than the greatest number so far. */
  count: number;
}

export class FlowTable {
  readonly #of: FlowsOfAs[];

  constructor(asCount: number) {
    this.#of = Array.from({ length: asCount }, () => ({ rows: new Int32Array(0), count: 0 }));
  }

  /** @throws Malformed if the number is taken, or skips others */
  open(as: number, flow: number, from: number, to: number, subTorrent: number): void {
    const flows = this.#of[as]!;
    if (flow > flows.count) throw new Malformed(`opens flow ${flow} after ${flows.count} flows`);
    if (flow === flows.count) {
      flows.count++;
      if (FIELDS * flows.count > flows.rows.length) grow(flows);
    } else if (flows.rows[FIELDS * flow + FROM] !== NOBODY) {
      throw new Malformed(`opens flow ${flow}, which is open`);
    }
    flows.rows.set([from, to, subTorrent, 0], FIELDS * flow);
  }

  /** @throws Malformed if the flow is not open */
  close(as: number, flow: number): void {
    this.#of[as]!.rows[this.#row(as, flow) + FROM] = NOBODY;
  }

  /**
   * Changes the code of a flow by `delta`, and calls `visit` with its peers and both codes.
   *
   * @throws Malformed if there is no such flow or code
   */
  change(as: number, flow: number, delta: number, visit?: CodeVisitor): void {
    const at = this.#row(as, flow);
    const { rows } = this.#of[as]!;
    const before = rows[at + CODE]!;
    const code = before + delta;
    if (code < 0 || code > RATE_CODE_MAX) throw new Malformed(`has an impossible rate ${code}`);
    rows[at + CODE] = code;
    visit?.(rows[at + FROM]!, rows[at + TO]!, before, code);
  }

  /** The peer that sends. @throws Malformed if the flow is not open */
  fromOf(as: number, flow: number): number {
    return this.#of[as]!.rows[this.#row(as, flow) + FROM]!;
  }

  /** The peer that receives. @throws Malformed if the flow is not open */
  toOf(as: number, flow: number): number {
    return this.#of[as]!.rows[this.#row(as, flow) + TO]!;
  }

  /** The sub-torrent of both. @throws Malformed if the flow is not open */
  subTorrentOf(as: number, flow: number): number {
    return this.#of[as]!.rows[this.#row(as, flow) + SUB_TORRENT]!;
  }

  /** The code of its rate. @throws Malformed if the flow is not open */
  codeOf(as: number, flow: number): number {
    return this.#of[as]!.rows[this.#row(as, flow) + CODE]!;
  }

  /** Calls `visit` for each flow from peers of an AS. */
  forEach(
    as: number,
    visit: (from: number, to: number, subTorrent: number, code: number) => void,
  ): void {
    const { rows, count } = this.#of[as]!;
    for (let at = 0; at < FIELDS * count; at += FIELDS) {
      if (rows[at] === NOBODY) continue;
      visit(rows[at]!, rows[at + TO]!, rows[at + SUB_TORRENT]!, rows[at + CODE]!);
    }
  }

  /** The flows of each AS, as rows of integers, to keep. */
  snapshot(): readonly Int32Array[] {
    return this.#of.map(({ rows, count }) => rows.slice(0, FIELDS * count));
  }

  /** Goes back to what has been kept. */
  restore(snapshot: readonly Int32Array[]): void {
    for (const [as, rows] of snapshot.entries()) {
      this.#of[as] = { rows: rows.slice(), count: rows.length / FIELDS };
    }
  }

  #row(as: number, flow: number): number {
    const { rows, count } = this.#of[as]!;
    const at = FIELDS * flow;
    if (flow >= count || rows[at + FROM] === NOBODY) throw new Malformed(`has no flow ${flow}`);
    return at;
  }
}

function grow(flows: FlowsOfAs): void {
  const rows = new Int32Array(Math.max(16 * FIELDS, 2 * flows.rows.length));
  rows.set(flows.rows);
  flows.rows = rows;
}
