/**
 * As much of the test runner `tape` as the tests of `bittorrent-protocol` use: a test registers
 * itself, and is over when it has made as many claims as it planned, or says so.
 */

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import { registered } from './registry.ts';

/** Claims that come late are still counted for so long. */
const GRACE_MS = 50;

export function tape(title: string, body: (t: Claims) => void): void {
  registered.push({
    title,
    run: async () => {
      const claims = new Claims();
      body(claims);
      await claims.isOver;
      await sleep(GRACE_MS);
      claims.check();
      return claims.count;
    },
  });
}

class Claims {
  count = 0;
  #planned: number | undefined;
  #failure: unknown;
  #finish!: () => void;
  readonly isOver: Promise<void> = new Promise((resolve) => (this.#finish = resolve));

  plan(count: number): void {
    this.#planned = count;
  }

  end(): void {
    this.#finish();
  }

  ok(value: unknown, claim?: string): void {
    this.#claim(() => assert.ok(value, claim));
  }

  equal(actual: unknown, expected: unknown, claim?: string): void {
    this.#claim(() => assert.equal(actual, expected, claim));
  }

  deepEqual(actual: unknown, expected: unknown): void {
    this.#claim(() => assert.deepEqual(actual, expected));
  }

  error(error: unknown): void {
    this.#claim(() => assert.ifError(error));
  }

  throws(does: () => void): void {
    this.#claim(() => assert.throws(does));
  }

  doesNotThrow(does: () => void): void {
    this.#claim(() => assert.doesNotThrow(does));
  }

  pass(): void {
    this.#claim(() => {});
  }

  fail(why: unknown): void {
    this.#claim(() => assert.fail(String(why)));
  }

  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#planned !== undefined) assert.equal(this.count, this.#planned, 'as many as planned');
  }

  #claim(holds: () => void): void {
    this.count++;
    try {
      holds();
    } catch (error) {
      this.#failure ??= error;
      this.#finish();
    }
    if (this.count === this.#planned) this.#finish();
  }
}

// What `require` gets.
export { tape as 'module.exports' };
