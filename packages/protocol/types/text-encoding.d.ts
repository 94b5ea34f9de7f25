/**
 * The two globals outside the language that this package uses. Browsers, workers and Node all have
 * them, but the type libraries of those declare far more, on which this package must not depend.
 */

declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>;
}

declare class TextDecoder {
  constructor(encoding?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes?: ArrayBufferView | ArrayBuffer): string;
}
