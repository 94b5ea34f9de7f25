import { expect, test } from 'vitest';

import { grown } from './grown.ts';

test.each([Uint8Array, Uint16Array, Int32Array, Uint32Array, Float64Array])(
  'an array that grows keeps its type and its values, and gives its memory away',
  (Type) => {
    const old = new Type([1, 2, 3]);
    const larger = grown(old, 5);
    expect(larger).toEqual(new Type([1, 2, 3, 0, 0]));
    expect(larger.buffer.byteLength).toBe(5 * Type.BYTES_PER_ELEMENT);
    expect(old.length).toBe(0);
  },
);
