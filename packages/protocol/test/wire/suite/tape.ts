/**
 * The part of the test runner `tape` that the tests of `bittorrent-protocol` use. A test registers
 * itself, and ends after the planned number of assertions or with `end`.
 */

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

/** A test that is registered with `tape`. */
interface RegisteredTest {
  readonly title: string;
  /** Resolves to the number of assertions; rejects with the first that fails. */
  readonly run: () => Promise<number>;
}

/** Assertions are counted for this time after the end of a test. */
const GRACE_MS = 50;

export function tape(title: string, body: (t: Assertions) => void): void {
  tape.registered.push({
    title,
    run: async () => {
      const assertions = new Assertions();
      body(assertions);
      await assertions.ended;
      await sleep(GRACE_MS);
      assertions.check();
      return assertions.count;
    },
  });
}

/** The tests in the order of registration. */
tape.registered = [] as RegisteredTest[];

class Assertions {
  count = 0;
  #planned: number | undefined;
  #failure: unknown;
  #finish!: () => void;
  readonly ended: Promise<void> = new Promise((resolve) => (this.#finish = resolve));

  plan(count: number): void {
    this.#planned = count;
  }

  end(): void {
    this.#finish();
  }

  ok(value: unknown, message?: string): void {
    this.#assert(() => assert.ok(value, message));
  }

  equal(actual: unknown, expected: unknown, message?: string): void {
    this.#assert(() => assert.equal(actual, expected, message));
  }

  deepEqual(actual: unknown, expected: unknown): void {
    this.#assert(() => assert.deepEqual(actual, expected));
  }

  error(error: unknown): void {
    this.#assert(() => assert.ifError(error));
  }

  throws(act: () => void): void {
    this.#assert(() => assert.throws(act));
  }

  doesNotThrow(act: () => void): void {
    this.#assert(() => assert.doesNotThrow(act));
  }

  pass(): void {
    this.#assert(() => {});
  }

  fail(why: unknown): void {
    this.#assert(() => assert.fail(String(why)));
  }

  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#planned === undefined) return;
    assert.equal(this.count, this.#planned, 'the planned number of assertions');
  }

  #assert(assertion: () => void): void {
    this.count++;
    try {
      assertion();
    } catch (error) {
      this.#failure ??= error;
      this.#finish();
    }
    if (this.count === this.#planned) this.#finish();
  }
}

// The result of `require`.
export { tape as 'module.exports' };
