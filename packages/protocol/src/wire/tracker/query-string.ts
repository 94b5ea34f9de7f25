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
  for (const [key, value] of fieldsIn(query)) if (!fields.has(key)) fields.set(key, value);
  return fields;
}

/** Returns all values of a key in a query, not decoded, in their order. */
export function queryValues(query: string, key: string): readonly string[] {
  return fieldsIn(query).flatMap(([other, value]) => (other === key ? [value] : []));
}

function fieldsIn(query: string): [key: string, value: string][] {
  return query
    .split('&')
    .map((field): [string, string] => {
      const equals = field.indexOf('=');
      return equals < 0 ? [field, ''] : [field.slice(0, equals), field.slice(equals + 1)];
    })
    .filter(([key]) => key !== '');
}
