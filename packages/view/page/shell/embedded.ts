/** The bytes of files that are in the page: in base64, each in a script element without code. */

/** The bytes in the element with this id. */
export function embeddedBytes(id: string): ArrayBuffer {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no element “${id}” with its bytes`);
  return bytesOfBase64(element.textContent.trim());
}

/** The bytes that a text in base64 stands for. */
export function bytesOfBase64(text: string): ArrayBuffer {
  const { fromBase64 } = Uint8Array as unknown as MayDecode;
  if (fromBase64 !== undefined) return fromBase64.call(Uint8Array, text).buffer;
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < characters.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes.buffer;
}

/** `Uint8Array`, whose newest function not every browser has. */
interface MayDecode {
  readonly fromBase64?: (text: string) => Uint8Array<ArrayBuffer>;
}
