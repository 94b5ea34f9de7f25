import { describe, expect, test } from 'vitest';

import { LOCAL_REDIS, redisUrl, withoutCredentials } from './redis-url.ts';

test.each([
  { rule: 'that of this machine by default', given: undefined, env: {}, url: LOCAL_REDIS },
  {
    rule: 'that of the environment',
    given: undefined,
    env: { CACHETORRENT_REDIS: 'redis://:pw@elsewhere' },
    url: 'redis://:pw@elsewhere',
  },
  {
    rule: 'the given one, before all others',
    given: 'redis://here',
    env: { CACHETORRENT_REDIS: 'redis://:pw@elsewhere' },
    url: 'redis://here',
  },
])('the URL is $rule', ({ given, env, url }) => {
  expect(redisUrl(given, env)).toBe(url);
});

test('the default URL is on this machine', () => {
  expect(new URL(LOCAL_REDIS).hostname).toBe('127.0.0.1');
});

describe('credentials are removed', () => {
  test.each([
    { of: 'a password', url: 'redis://:secret@host:6380', shown: 'redis://host:6380' },
    { of: 'a user and a password', url: 'rediss://user:secret@host/2', shown: 'rediss://host/2' },
    {
      of: 'a password among parameters',
      url: 'redis://host?password=secret',
      shown: 'redis://host',
    },
    { of: 'a URL without a scheme', url: 'user:secret@host:6379', shown: '…' },
    { of: 'another scheme', url: 'http://user:secret@host', shown: '…' },
    { of: 'an invalid URL', url: '://user:secret@host', shown: '…' },
  ])('from $of', ({ url, shown }) => {
    expect(withoutCredentials(url)).toBe(shown);
  });
});
