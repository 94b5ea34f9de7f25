import { describe, expect, test } from 'vitest';

import { LOCAL_REDIS, redisUrl, withoutCredentials } from './redis-url.ts';

test.each([
  { rule: 'this machine, where no address is given',  given: undefined,         env: {},                                                   url: LOCAL_REDIS },
  { rule: 'the one of the environment',               given: undefined,         env: { CACHETORRENT_REDIS: 'redis://:pw@elsewhere' },      url: 'redis://:pw@elsewhere' },
  { rule: 'the one that is given, above all',         given: 'redis://here',    env: { CACHETORRENT_REDIS: 'redis://:pw@elsewhere' },      url: 'redis://here' },
])('the address is $rule', ({ given, env, url }) => {
  expect(redisUrl(given, env)).toBe(url);
});

test('without an address, nothing beyond this machine is reached', () => {
  expect(new URL(LOCAL_REDIS).hostname).toBe('127.0.0.1');
});

describe('credentials are left out', () => {
  test.each([
    { of: 'a password',                   url: 'redis://:secret@host:6380',            told: 'redis://host:6380' },
    { of: 'a user and a password',        url: 'rediss://user:secret@host/2',          told: 'rediss://host/2' },
    { of: 'a password among parameters',  url: 'redis://host?password=secret',         told: 'redis://host' },
    { of: 'what lacks the scheme',        url: 'user:secret@host:6379',                told: '…' },
    { of: 'another scheme',               url: 'http://user:secret@host',              told: '…' },
    { of: 'nothing that is an address',   url: '://user:secret@host',                  told: '…' },
  ])('of $of', ({ url, told }) => {
    expect(withoutCredentials(url)).toBe(told);
  });
});
