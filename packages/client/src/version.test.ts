/** How the client identifies itself: the peer id prefix (BEP 20). */

import { expect, test } from 'vitest';

import manifest from '../package.json' with { type: 'json' };
import { CLIENT_NAME, PEER_ID_PREFIX, peerIdPrefix } from './version.ts';

test.each([
  ['0.1.0', '-CX0100-'],
  ['1.2.3', '-CX1230-'],
  ['1.10.35', '-CX1AZ0-'],
  ['12.0.100', '-CXC0Z0-'],
  ['2.0.0-beta.1', '-CX2000-'],
])('version %s has the prefix %s', (version, prefix) => {
  expect(peerIdPrefix(version)).toBe(prefix);
});

test('the name and the prefix have the version of the package', () => {
  expect(CLIENT_NAME).toBe(`CacheTorrent ${manifest.version}`);
  expect(PEER_ID_PREFIX).toBe(peerIdPrefix(manifest.version));
});
