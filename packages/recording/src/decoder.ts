/**
 * Decodes a recording from bytes as they come: from a file, which may still grow, from a network,
 * or from a simulation that is running.
 *
 *     bytes ──▶ PartParser ──▶ inflate ──▶ header, Frame, Frame … end
 */

import { damagedAt, Frame, located } from './frame.ts';
import { parseEnd, parseHeader, type RecordingEnd, type RecordingHeader } from './header.ts';
import { inflate } from './inflate.ts';
import { type Part, PartParser } from './parts.ts';
import { Places } from './places.ts';

/** A part of a recording, decoded. */
export type Decoded =
  | { readonly kind: 'header'; readonly header: RecordingHeader }
  | { readonly kind: 'frame'; readonly frame: Frame }
  | { readonly kind: 'end'; readonly end: RecordingEnd };

/** Decodes a recording whose bytes come piece by piece. */
export class RecordingDecoder {
  readonly #parser: PartParser;
  readonly #parts: PartDecoder;

  /** `name` is what errors call the recording, such as its path. */
  constructor(name: string) {
    this.#parser = new PartParser(name);
    this.#parts = new PartDecoder(name);
  }

  /** The position after the last complete part, in bytes: until there, all can be read. */
  get wholeBytes(): number {
    return this.#parser.byte;
  }

  /** How many bytes have come after that. */
  get pendingBytes(): number {
    return this.#parser.pendingBytes;
  }

  /**
   * Takes the next bytes, and yields what they complete.
   *
   * @throws RecordingError if they are no recording, or damaged
   */
  async *push(bytes: Uint8Array): AsyncGenerator<Decoded, void, undefined> {
    this.#parser.push(bytes);
    for (let part = this.#parser.next(); part !== undefined; part = this.#parser.next()) {
      yield await this.#parts.decode(part);
    }
  }
}

/** Decodes the parts of a recording: the header first, then any of them as often as needed. */
export class PartDecoder {
  readonly #name: string;
  #frameMs = 0;
  #places: Places | undefined;

  /** `name` is what errors call the recording. */
  constructor(name: string) {
    this.#name = name;
  }

  /** @throws RecordingError if the part is damaged */
  async decode(part: Part): Promise<Decoded> {
    const { kind, number, byte, stored, inflatedBytes } = part;
    const place = { name: this.#name, byte };
    const content = await inflate(stored, inflatedBytes).catch((error: unknown) => {
      throw damagedAt(error, place);
    });
    return located(place, () => {
      switch (kind) {
        case 'header': {
          const header = parseHeader(textOf(content));
          this.#frameMs = header.frameMs;
          this.#places = new Places(header);
          return { kind, header };
        }
        case 'frame':
          return { kind, frame: new Frame(number, content, this.#frameMs, this.#places!, place) };
        case 'end':
          return { kind, end: parseEnd(textOf(content)) };
      }
    });
  }
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
