/**
 * The two globals beyond the language that this package uses. Browsers, workers and Node all have
 * them; the types of any of these would let in far more than we want to depend on.
 */

declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>;
}

declare class TextDecoder {
  constructor(encoding?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes?: ArrayBufferView | ArrayBuffer): string;
}
