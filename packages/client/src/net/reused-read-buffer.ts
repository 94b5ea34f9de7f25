/**
 * Reads a socket into one buffer again and again. By default Node allocates a new buffer for each
 * read and leaves it to the garbage collector, which is half the cost of a fast download.
 *
 * Node offers this for sockets that we open, not for those that a server accepts.
 */

const BUFFER_BYTES = 2 ** 17;

/** The option `onread` of `net.connect`. */
export class ReusedReadBuffer {
  readonly buffer: Uint8Array = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  /**
   * Receives the bytes of each read. They are valid until the next read, which does not happen
   * while the socket is paused.
   */
  onBytes: (bytes: Uint8Array) => void = () => {};

  readonly callback = (count: number, buffer: Uint8Array): boolean => {
    this.onBytes(buffer.subarray(0, count));
    return true;
  };
}
