/**
 * Query strings whose values are bytes and not text, as trackers use them (BEP 3): each byte that
 * is not a letter, a digit or one of `-_.~` is written as `%` and two hexadecimal digits.
 */

const UNRESERVED = /[\w.~-]/;

/** Returns bytes in percent-encoding, for a URL (RFC 3986). */
export function percentEncode(bytes: Uint8Array): string {
  let encoded = '';
  for (const byte of bytes) {
    const letter = String.fromCharCode(byte);
    encoded += UNRESERVED.test(letter)
      ? letter
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}

/**
 * Returns the bytes of percent-encoded text, in which `+` is a space. Returns undefined if a `%` is
 * not followed by two hexadecimal digits, or a character is not a byte.
 */
export function percentDecode(encoded: string): Uint8Array | undefined {
  const bytes: number[] = [];
  for (let i = 0; i < encoded.length; i++) {
    const code = encoded.charCodeAt(i);
    if (code > 0xff) return undefined;
    if (encoded[i] === '+') bytes.push(0x20);
    else if (encoded[i] !== '%') bytes.push(code);
    else {
      const hex = encoded.slice(i + 1, i + 3);
      if (!/^[\da-f]{2}$/i.test(hex)) return undefined;
      bytes.push(Number.parseInt(hex, 16));
      i += 2;
    }
  }
  return Uint8Array.from(bytes);
}

/** Returns the fields of a query by key, not decoded; the first of several with one key. */
export function queryFields(query: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const field of query.split('&')) {
    const equals = field.indexOf('=');
    const key = equals < 0 ? field : field.slice(0, equals);
    if (key !== '' && !fields.has(key)) fields.set(key, equals < 0 ? '' : field.slice(equals + 1));
  }
  return fields;
}
