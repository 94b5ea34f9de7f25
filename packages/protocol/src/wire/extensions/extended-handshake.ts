/**
 * The handshake of the extension protocol (BEP 10): a dictionary in which each side says which
 * extensions it has and by which number it wants to be told each.
 *
 *     d1:md6:ut_pexi1ee4:reqqi500e1:v13:CacheTorrent 0e
 *
 * A stranger's dictionary is read field by field: what is absurd is left out and remarked, and
 * the rest holds.
 */

import { type Bencodable, encodeBencode } from '../codec/bencode.ts';
import {
  bytesField,
  integerField,
  readDictionary,
  type Remark,
  remarkTail,
  textField,
} from '../codec/bencode-fields.ts';
import { formatAddress, parseAddress } from '../codec/endpoint.ts';
import type { WireLimits } from '../codec/limits.ts';
import type { Fault } from '../session/violation-rules.ts';
import { textOf } from '../codec/utf8.ts';

/** What one side says of itself over the extension protocol (BEP 10). */
export interface ExtendedHandshake {
  /** By name the number to say it by, 1 to 255; 0 takes an extension back. */
  readonly extensions: ReadonlyMap<string, number>;
  /** Name and version of the program. */
  readonly client?: string | undefined;
  /** The port at which the sender listens. */
  readonly port?: number | undefined;
  /** How many requests it is ready to keep waiting (`reqq`). */
  readonly requestQueue?: number | undefined;
  /** Bytes of the info dictionary, which it can send (BEP 9). */
  readonly metadataSize?: number | undefined;
  /** It will not download (BEP 21). */
  readonly uploadOnly?: boolean | undefined;
  /** The hearer's address as the sender sees it. */
  readonly yourAddress?: string | undefined;
  /** CacheTorrent: the number of the sender's autonomous system, as the tracker told it. */
  readonly system?: number | undefined;
}

/** The payload of extended message 0. */
export function encodeExtendedHandshake(handshake: ExtendedHandshake): Uint8Array {
  const { extensions, client, port, requestQueue, metadataSize, uploadOnly } = handshake;
  const { yourAddress, system } = handshake;
  const fields: Record<string, Bencodable | undefined> = {
    m: new Map(extensions),
    v: client,
    p: port,
    reqq: requestQueue,
    metadata_size: metadataSize,
    upload_only: uploadOnly === undefined ? undefined : Number(uploadOnly),
    yourip: yourAddress === undefined ? undefined : parseAddress(yourAddress),
    ct_as: system,
  };
  return encodeBencode(fields);
}

/**
 * Throws WireError where it is no dictionary. `remarks` gets what is wrong with single fields,
 * which are then left out.
 */
export function decodeExtendedHandshake(
  payload: Uint8Array,
  limits: WireLimits,
  remarks: Remark[] = [],
): ExtendedHandshake {
  const { fields: value, end } = readDictionary(
    payload,
    limits,
    'malformed-extended-handshake',
    remarks,
  );
  remarkTail(payload, end, remarks);

  const yourAddress = bytesField(value, 'yourip');
  const hasAddress = yourAddress?.length === 4 || yourAddress?.length === 16;
  return {
    extensions: decodeExtensions(value.get('m'), remarks),
    client: textField(value, 'v')?.slice(0, 64),
    port: within(integerField(value, 'p'), 1, 65_535),
    requestQueue: checked('bad-request-queue', value.get('reqq'), 1, 2 ** 31, remarks),
    metadataSize: checked(
      'bad-metadata-size',
      value.get('metadata_size'),
      1,
      limits.metadataBytes,
      remarks,
    ),
    uploadOnly: value.has('upload_only') ? integerField(value, 'upload_only') !== 0 : undefined,
    yourAddress: hasAddress ? formatAddress(yourAddress!) : undefined,
    system: checked('bad-cachetorrent-message', value.get('ct_as'), 0, 2 ** 32 - 1, remarks),
  };
}

function decodeExtensions(value: unknown, remarks: Remark[]): Map<string, number> {
  const extensions = new Map<string, number>();
  if (value === undefined) return extensions;
  const bad = (detail: string): void => {
    remarks.push({ fault: 'bad-extension-entry', detail });
  };
  if (!(value instanceof Map)) {
    bad('m is no dictionary');
    return extensions;
  }
  const taken = new Set<number>();
  for (const [name, id] of value) {
    if (!Number.isInteger(id) || id < 0 || id > 255) bad(`${printable(name)} has no byte for id`);
    else if (id !== 0 && taken.has(id)) bad(`${printable(name)} shares the id ${id}`);
    else {
      extensions.set(name, id);
      taken.add(id);
    }
  }
  return extensions;
}

function checked(
  fault: Fault,
  value: unknown,
  least: number,
  most: number,
  remarks: Remark[],
): number | undefined {
  if (value === undefined) return undefined;
  const good = typeof value === 'number' ? within(value, least, most) : undefined;
  if (good === undefined) remarks.push({ fault, detail: `it is ${describe(value)}` });
  return good;
}

function within(value: number | undefined, least: number, most: number): number | undefined {
  return value !== undefined && value >= least && value <= most ? value : undefined;
}

function describe(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint') return `${value}`;
  return value instanceof Uint8Array ? `"${printable(textOf(value))}"` : 'no number';
}

function printable(name: string): string {
  return name.slice(0, 32).replace(/[^\x20-\x7e]/g, '?');
}
