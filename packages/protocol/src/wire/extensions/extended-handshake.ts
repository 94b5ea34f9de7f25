/**
 * The handshake of the extension protocol (BEP 10): a dictionary in which each side lists the
 * extensions that it supports, and the id that it assigns to each.
 *
 *     d1:md6:ut_pexi1ee4:reqqi500e1:v13:CacheTorrent 0e
 *
 * A remote peer's dictionary is decoded field by field: an invalid field is omitted with a warning,
 * and the others are kept.
 */

import { type BencodeInput, encodeBencode } from '../codec/bencode.ts';
import {
  bytesField,
  integerField,
  readDictionary,
  type Warning,
  warnOfTrailingBytes,
  textField,
} from '../codec/bencode-fields.ts';
import { formatAddress, parseAddress } from '../codec/endpoint.ts';
import type { WireLimits } from '../codec/limits.ts';
import { textOf } from '../codec/utf8.ts';
import type { Violation } from '../codec/violation-rules.ts';
import { ASN_MAX } from './cachetorrent.ts';

/** The content of an extended handshake (BEP 10). */
export interface ExtendedHandshake {
  /** The id for each extension by name, 1 to 255; 0 withdraws an extension (`m`). */
  readonly extensions: ReadonlyMap<string, number>;
  /** The name and version of the program (`v`). */
  readonly client?: string | undefined;
  /** The port on which the sender listens (`p`). */
  readonly port?: number | undefined;
  /** The number of outstanding requests that the sender accepts (`reqq`). */
  readonly requestQueue?: number | undefined;
  /** The size in bytes of the info dictionary that the sender can send (BEP 9). */
  readonly metadataSize?: number | undefined;
  /** Whether the sender only uploads (BEP 21). */
  readonly uploadOnly?: boolean | undefined;
  /** The receiver's IP address as the sender sees it (`yourip`). */
  readonly yourAddress?: string | undefined;
  /** CacheTorrent: the AS number of the sender, according to the tracker (`ct_as`). */
  readonly asn?: number | undefined;
}

/** Returns the payload of extension message 0. */
export function encodeExtendedHandshake(handshake: ExtendedHandshake): Uint8Array {
  const { extensions, client, port, requestQueue, metadataSize, uploadOnly } = handshake;
  const { yourAddress, asn } = handshake;
  const fields: Record<string, BencodeInput | undefined> = {
    m: new Map(extensions),
    v: client,
    p: port,
    reqq: requestQueue,
    metadata_size: metadataSize,
    upload_only: uploadOnly === undefined ? undefined : Number(uploadOnly),
    yourip: yourAddress === undefined ? undefined : parseAddress(yourAddress),
    ct_as: asn,
  };
  return encodeBencode(fields);
}

/**
 * Decodes the payload of extension message 0. Invalid fields are omitted, with a warning for each.
 *
 * @throws WireError `malformed-extended-handshake` if it is not a dictionary, and as
 *   `decodeBencode` does.
 */
export function decodeExtendedHandshake(
  payload: Uint8Array,
  limits: WireLimits,
  warnings: Warning[] = [],
): ExtendedHandshake {
  const { fields, end } = readDictionary(payload, limits, 'malformed-extended-handshake', warnings);
  warnOfTrailingBytes(payload, end, warnings);

  const yourAddress = bytesField(fields, 'yourip');
  const hasAddress = yourAddress?.length === 4 || yourAddress?.length === 16;
  return {
    extensions: decodeExtensions(fields.get('m'), warnings),
    client: textField(fields, 'v')?.slice(0, 64),
    port: within(integerField(fields, 'p'), 1, 65_535),
    requestQueue: checkedNumber('bad-request-queue', fields.get('reqq'), 1, 2 ** 31, warnings),
    metadataSize: checkedNumber(
      'bad-metadata-size',
      fields.get('metadata_size'),
      1,
      limits.metadataBytes,
      warnings,
    ),
    uploadOnly: fields.has('upload_only') ? integerField(fields, 'upload_only') !== 0 : undefined,
    yourAddress: hasAddress ? formatAddress(yourAddress!) : undefined,
    asn: checkedNumber('bad-cachetorrent-message', fields.get('ct_as'), 0, ASN_MAX, warnings),
  };
}

function decodeExtensions(value: unknown, warnings: Warning[]): Map<string, number> {
  const extensions = new Map<string, number>();
  if (value === undefined) return extensions;
  const bad = (detail: string): void => {
    warnings.push({ violation: 'bad-extension-entry', detail });
  };
  if (!(value instanceof Map)) {
    bad('m is not a dictionary');
    return extensions;
  }
  const used = new Set<number>();
  for (const [name, id] of value) {
    if (!Number.isInteger(id) || id < 0 || id > 255) {
      bad(`${printable(name)} has an id that is not a byte`);
    } else if (id !== 0 && used.has(id)) {
      bad(`${printable(name)} shares the id ${id}`);
    } else {
      extensions.set(name, id);
      used.add(id);
    }
  }
  return extensions;
}

function checkedNumber(
  violation: Violation,
  value: unknown,
  min: number,
  max: number,
  warnings: Warning[],
): number | undefined {
  if (value === undefined) return undefined;
  const valid = typeof value === 'number' ? within(value, min, max) : undefined;
  if (valid === undefined) {
    warnings.push({ violation, detail: `the value is ${describe(value)}` });
  }
  return valid;
}

function within(value: number | undefined, min: number, max: number): number | undefined {
  return value !== undefined && value >= min && value <= max ? value : undefined;
}

function describe(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint') return `${value}`;
  return value instanceof Uint8Array ? `"${printable(textOf(value))}"` : 'not a number';
}

function printable(name: string): string {
  return name.slice(0, 32).replace(/[^\x20-\x7e]/g, '?');
}
