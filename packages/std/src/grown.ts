/** Arrays of numbers that grow. */

/** The arrays that can grow. */
type Numbers = Uint8Array | Uint16Array | Int32Array | Uint32Array | Float64Array;

/**
 * Returns an array of `length` numbers that begins with those of `old`; the others are 0.
 *
 * The memory of `old` is taken away from it, and from every other view of it. Otherwise it would be
 * free only after a garbage collection of the whole heap, which is rare where objects are few.
 */
export function grown<Values extends Numbers>(old: Values, length: number): Values {
  const buffer = (old.buffer as ArrayBuffer).transfer(length * old.BYTES_PER_ELEMENT);
  return new (old.constructor as new (buffer: ArrayBuffer) => Values)(buffer);
}
