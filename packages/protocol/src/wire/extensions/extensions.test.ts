import { describe, expect, test } from 'vitest';

import { decodeExtendedHandshake, encodeExtendedHandshake, type ExtendedHandshake } from './extended-handshake.ts';
import { WIRE_LIMITS } from '../codec/limits.ts';
import { decodeMetadataMessage, encodeMetadataMessage, type MetadataMessage } from './metadata-exchange.ts';
import { decodePeerExchange, encodePeerExchange } from './peer-exchange.ts';

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

describe('extended handshakes (BEP 10)', () => {
  test('are read as they were written', () => {
    const handshake: ExtendedHandshake = {
      extensions: new Map([['ct_have', 14], ['ut_pex', 1]]),
      client: 'CacheTorrent 0.1.0', port: 6881, requestQueue: 500, metadataSize: 34_256,
      uploadOnly: true, yourAddress: '10.0.0.2', system: 64_512,
    };
    expect(decodeExtendedHandshake(encodeExtendedHandshake(handshake), WIRE_LIMITS)).toEqual(handshake);
  });

  test.each([
    ['libtorrent 2.0.8', 'd12:complete_agoi-1e1:md11:lt_donthavei7e10:share_modei8e11:upload_onlyi3e12:ut_holepunchi4ee1:pi17002e4:reqqi2000e1:v18:libtorrent/2.0.8.06:yourip4:\x7f\0\0\x01e',
      { client: 'libtorrent/2.0.8.0', port: 17_002, requestQueue: 2000, yourAddress: '127.0.0.1' }],
    ['Transmission 3.00', 'd1:ei0e1:pi17001e4:reqqi512e11:upload_onlyi1e1:v17:Transmission 3.00e', { client: 'Transmission 3.00', uploadOnly: true }],
    ['rtorrent 0.9.8', 'd1:md11:ut_metadatai2e6:ut_pexi0ee13:metadata_sizei1367e1:pi17001e4:reqqi2048e1:v17:libTorrent 0.13.8e',
      { metadataSize: 1367, extensions: new Map([['ut_metadata', 2], ['ut_pex', 0]]) }],
    ['aria2 1.36', 'd1:md11:ut_metadatai9ee13:metadata_sizei1367e1:pi17002e1:v12:aria2/1.36.0e', { client: 'aria2/1.36.0', requestQueue: undefined }],
  ])('of %s, as captured', (_, payload, expected) => {
    const remarks: unknown[] = [];
    expect(decodeExtendedHandshake(ascii(payload), WIRE_LIMITS, remarks as never)).toMatchObject(expected);
    expect(remarks).toEqual([]);
  });
});

describe('metadata (BEP 9)', () => {
  test.each<MetadataMessage>([
    { kind: 'request', block: 0 },
    { kind: 'data', block: 1, totalBytes: 16_389, bytes: ascii('hello') },
    { kind: 'reject', block: 2 },
  ])('$kind is read as it was written', (message) => {
    expect(decodeMetadataMessage(encodeMetadataMessage(message), WIRE_LIMITS)).toEqual(message);
  });

  test('has the bytes of the BEP', () => {
    expect(encodeMetadataMessage({ kind: 'request', block: 0 })).toEqual(ascii('d8:msg_typei0e5:piecei0ee'));
  });

  test('kinds of later days are passed over', () => {
    expect(decodeMetadataMessage(ascii('d8:msg_typei9e5:piecei0ee'), WIRE_LIMITS)).toBeUndefined();
  });
});

describe('peer exchange (BEP 11)', () => {
  const options = { peersMax: 50, loopback: false };

  test('is read as it was written', () => {
    const exchange = {
      added: [{ host: '10.0.0.1', port: 1, flags: 2 }, { host: '2001:db8::1', port: 2, flags: 16 }],
      dropped: [{ host: '10.0.0.2', port: 3 }],
    };
    expect(decodePeerExchange(encodePeerExchange(exchange), WIRE_LIMITS, options)).toEqual(exchange);
  });

  test('loopback and port 0 are left out', () => {
    const payload = ascii('d5:added18:\x7f\0\0\x01\x1a\xe1\x0a\0\0\x01\0\0\x0a\0\0\x02\x1a\xe1e');
    expect(decodePeerExchange(payload, WIRE_LIMITS, options).added).toEqual([{ host: '10.0.0.2', port: 6881, flags: 0 }]);
    expect(decodePeerExchange(payload, WIRE_LIMITS, { ...options, loopback: true }).added).toHaveLength(2);
  });
});
