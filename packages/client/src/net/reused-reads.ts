/**
 * Reads a socket into one buffer, over and over, where Node would make a new one for each read
 * and leave it to the garbage collector: half the cost of a fast download.
 *
 * Node offers this for sockets that we dial, not for those that a server accepts.
 */

const BYTES = 2 ** 17;

/** To be given to `net.connect` as `onread`. */
export class ReusedReads {
  readonly buffer: Uint8Array = Buffer.allocUnsafeSlow(BYTES);
  /** Hears what has been read; it holds until the next read, which does not come while paused. */
  onBytes: (bytes: Uint8Array) => void = () => {};

  readonly callback = (count: number, buffer: Uint8Array): boolean => {
    this.onBytes(buffer.subarray(0, count));
    return true;
  };
}
