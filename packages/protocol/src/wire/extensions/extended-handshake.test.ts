import { expect, test } from 'vitest';

import { WIRE_LIMITS } from '../codec/limits.ts';
import {
  decodeExtendedHandshake,
  encodeExtendedHandshake,
  type ExtendedHandshake,
} from './extended-handshake.ts';

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

test('a handshake is decoded to what was encoded', () => {
  const handshake: ExtendedHandshake = {
    extensions: new Map([
      ['ct_have', 14],
      ['ut_pex', 1],
    ]),
    client: 'CacheTorrent 0.1.0',
    port: 6881,
    requestQueue: 500,
    metadataSize: 34_256,
    uploadOnly: true,
    yourAddress: '10.0.0.2',
    asn: 64_512,
  };
  expect(decodeExtendedHandshake(encodeExtendedHandshake(handshake), WIRE_LIMITS)).toEqual(
    handshake,
  );
});

test.each([
  [
    'libtorrent 2.0.8',
    'd12:complete_agoi-1e1:md11:lt_donthavei7e10:share_modei8e11:upload_onlyi3e12:ut_holepunchi4ee1:pi17002e4:reqqi2000e1:v18:libtorrent/2.0.8.06:yourip4:\x7f\0\0\x01e',
    { client: 'libtorrent/2.0.8.0', port: 17_002, requestQueue: 2000, yourAddress: '127.0.0.1' },
  ],
  [
    'Transmission 3.00',
    'd1:ei0e1:pi17001e4:reqqi512e11:upload_onlyi1e1:v17:Transmission 3.00e',
    { client: 'Transmission 3.00', uploadOnly: true },
  ],
  [
    'rtorrent 0.9.8',
    'd1:md11:ut_metadatai2e6:ut_pexi0ee13:metadata_sizei1367e1:pi17001e4:reqqi2048e1:v17:libTorrent 0.13.8e',
    {
      metadataSize: 1367,
      extensions: new Map([
        ['ut_metadata', 2],
        ['ut_pex', 0],
      ]),
    },
  ],
  [
    'aria2 1.36',
    'd1:md11:ut_metadatai9ee13:metadata_sizei1367e1:pi17002e1:v12:aria2/1.36.0e',
    { client: 'aria2/1.36.0', requestQueue: undefined },
  ],
])('a captured handshake of %s is decoded without warnings', (_, payload, expected) => {
  const warnings: unknown[] = [];
  expect(decodeExtendedHandshake(ascii(payload), WIRE_LIMITS, warnings as never)).toMatchObject(
    expected,
  );
  expect(warnings).toEqual([]);
});
