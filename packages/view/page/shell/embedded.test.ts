import { afterEach, expect, test } from 'vitest';

import { bytesOfBase64 } from './embedded.ts';

const original = Object.getOwnPropertyDescriptor(Uint8Array, 'fromBase64');
afterEach(() => {
  if (original !== undefined) Object.defineProperty(Uint8Array, 'fromBase64', original);
  else Reflect.deleteProperty(Uint8Array, 'fromBase64');
});

const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
const text = Buffer.from(bytes).toString('base64');

test('without help of the browser', () => {
  Object.defineProperty(Uint8Array, 'fromBase64', { value: undefined, configurable: true });
  expect(new Uint8Array(bytesOfBase64(text))).toEqual(bytes);
});

test('with its help', () => {
  const value = (given: string): Uint8Array => {
    expect(given).toBe(text);
    return bytes;
  };
  Object.defineProperty(Uint8Array, 'fromBase64', { value, configurable: true });
  expect(bytesOfBase64(text)).toBe(bytes.buffer);
});
