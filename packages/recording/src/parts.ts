/**
 * A recording as a sequence of parts (`format.ts` has a picture of their envelopes). A parser takes
 * bytes as they come, from a file that may still grow, and returns the parts that are complete.
 */

import { crc32 } from './crc32.ts';
import { RecordingError } from './errors.ts';
import {
  ENVELOPE_BYTES,
  FORMAT_VERSION,
  MAGIC,
  PART_BYTES_MAX,
  PART_KINDS,
  type PartKind,
  PREAMBLE_BYTES,
} from './format.ts';

/** A part of a recording. */
export interface Part {
  /** What it is. */
  readonly kind: PartKind;
  /** The number of the frame; 0 if it is none. */
  readonly number: number;
  /** Its position in the recording, in bytes. */
  readonly byte: number;
  /** Its content: compressed as raw deflate, or as it is if both sizes are equal. */
  readonly stored: Uint8Array;
  /** The size of the content. */
  readonly inflatedBytes: number;
}

/** The first bytes of a recording. */
export function preamble(): Uint8Array {
  const bytes = new Uint8Array(PREAMBLE_BYTES);
  bytes.set(MAGIC);
  new DataView(bytes.buffer).setUint32(MAGIC.length, FORMAT_VERSION, true);
  return bytes;
}

/** The bytes of a part. */
export function partBytes({ kind, number, stored, inflatedBytes }: Omit<Part, 'byte'>): Uint8Array {
  const bytes = new Uint8Array(ENVELOPE_BYTES + stored.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, PART_KINDS.indexOf(kind), true);
  view.setUint32(4, number, true);
  view.setUint32(8, stored.length, true);
  view.setUint32(12, inflatedBytes, true);
  view.setUint32(16, crc32(stored), true);
  view.setUint32(20, crc32(bytes.subarray(0, 20)), true);
  bytes.set(stored, ENVELOPE_BYTES);
  return bytes;
}

export class PartParser {
  readonly #name: string;
  /** What has come and has not been returned: a part of the memory, which is used again. */
  #bytes = new Uint8Array(0);
  #memory = new Uint8Array(0);
  /** The position of the first of these bytes in the recording. */
  #byte = 0;
  #last: { readonly kind: PartKind; readonly number: number } | undefined;

  /** `name` is what errors call the recording. */
  constructor(name: string) {
    this.#name = name;
  }

  /** How many bytes have come after the last complete part. */
  get pendingBytes(): number {
    return this.#bytes.length;
  }

  /** The position after the last complete part, in bytes. */
  get byte(): number {
    return this.#byte;
  }

  /** Whether the end has come. */
  get isOver(): boolean {
    return this.#last?.kind === 'end';
  }

  /** Takes the next bytes. */
  push(bytes: Uint8Array): void {
    const pending = this.#bytes.length;
    const length = pending + bytes.length;
    if (length > this.#memory.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#memory.length));
      larger.set(this.#bytes);
      this.#memory = larger;
    } else {
      const start = this.#bytes.byteOffset;
      this.#memory.copyWithin(0, start, start + pending);
    }
    this.#memory.set(bytes, pending);
    this.#bytes = this.#memory.subarray(0, length);
  }

  /**
   * The next part; undefined if it is not complete yet.
   *
   * @throws RecordingError if the bytes are no recording, or damaged
   */
  next(): Part | undefined {
    if (this.#byte === 0 && !this.#skipPreamble()) return undefined;
    const bytes = this.#bytes;
    if (bytes.length === 0) return undefined;
    if (this.isOver) throw this.#error('has bytes after its end');
    if (bytes.length < ENVELOPE_BYTES) return undefined;
    const { kind, number, storedBytes, inflatedBytes, sum } = this.#envelope(bytes);
    const size = ENVELOPE_BYTES + storedBytes;
    if (bytes.length < size) return undefined;
    const stored = bytes.slice(ENVELOPE_BYTES, size);
    if (crc32(stored) !== sum) throw this.#error('is damaged: its checksum is wrong');
    const part = { kind, number, byte: this.#byte, stored, inflatedBytes };
    this.#last = part;
    this.#bytes = bytes.subarray(size);
    this.#byte += size;
    return part;
  }

  #skipPreamble(): boolean {
    const bytes = this.#bytes;
    const isOther = MAGIC.some((each, i) => i < bytes.length && bytes[i] !== each);
    if (isOther) throw this.#error('is no recording', 'name a file that was written with --record');
    if (bytes.length < PREAMBLE_BYTES) return false;
    const version = viewOf(bytes).getUint32(MAGIC.length, true);
    if (version !== FORMAT_VERSION) {
      throw this.#error(
        `is in version ${version} of the format, and this is a reader of version ${FORMAT_VERSION}`,
        'read it with the version of CacheTorrent that has recorded it, or record the run again',
      );
    }
    this.#bytes = bytes.subarray(PREAMBLE_BYTES);
    this.#byte = PREAMBLE_BYTES;
    return true;
  }

  #envelope(bytes: Uint8Array) {
    const view = viewOf(bytes);
    if (crc32(bytes.subarray(0, 20)) !== view.getUint32(20, true)) {
      throw this.#error('is damaged: the checksum of a size is wrong');
    }
    const kind = PART_KINDS[view.getUint32(0, true)] ?? '';
    const number = view.getUint32(4, true);
    const storedBytes = view.getUint32(8, true);
    const inflatedBytes = view.getUint32(12, true);
    if (kind === '') throw this.#error('has a part of an unknown kind');
    if (storedBytes > PART_BYTES_MAX || inflatedBytes > PART_BYTES_MAX) {
      throw this.#error(`has a part of more than ${PART_BYTES_MAX} bytes`);
    }
    const last = this.#last;
    if ((kind === 'header') !== (last === undefined)) {
      throw this.#error('does not have its header in the first place');
    }
    if (kind === 'frame' && last?.kind === 'frame' && number <= last.number) {
      throw this.#error('has frames that are out of order');
    }
    return { kind, number, storedBytes, inflatedBytes, sum: view.getUint32(16, true) };
  }

  #error(problem: string, fix: string = howToRepair(this.#byte)): RecordingError {
    return new RecordingError({ name: this.#name, byte: this.#byte, problem, fix });
  }
}

/** What to do about a damaged recording. */
export function howToRepair(byte: number): string {
  const isNothingLeft = byte <= PREAMBLE_BYTES;
  const again = 'record the run again';
  return isNothingLeft ? again : `${again}; the first ${byte} bytes alone are a readable recording`;
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
