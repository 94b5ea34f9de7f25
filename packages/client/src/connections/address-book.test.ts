import { expect, test } from 'vitest';

import { AddressBook } from './address-book.ts';

const ENDPOINT = { host: '10.0.0.1', port: 1 };

test('an endpoint has one id, whoever states it first', () => {
  const book = new AddressBook();
  const id = book.statedIdOf(ENDPOINT);
  expect([book.statedIdOf(ENDPOINT), book.find(ENDPOINT), book.idOf(ENDPOINT)]).toEqual([
    id,
    id,
    id,
  ]);
  expect(book.endpointOf(id)).toEqual(ENDPOINT);
});

test('an id is freed with the connection, if only the peer itself has stated its endpoint', () => {
  const book = new AddressBook();
  const [stated, anonymous] = [book.statedIdOf(ENDPOINT), book.anonymousId()];
  book.releaseId(stated);
  book.releaseId(anonymous);
  expect([book.find(ENDPOINT), book.endpointOf(stated)]).toEqual([undefined, undefined]);
  for (let port = 1; port < 1_000; port++) {
    const id = book.statedIdOf({ host: '10.0.0.2', port });
    expect([stated, anonymous]).toContain(id);
    book.releaseId(id);
  }
});

test('an id is kept if the endpoint is known from others, before or after', () => {
  const book = new AddressBook();
  const before = book.idOf(ENDPOINT);
  const after = book.statedIdOf({ ...ENDPOINT, port: 2 });
  expect([book.statedIdOf(ENDPOINT), book.idOf({ ...ENDPOINT, port: 2 })]).toEqual([before, after]);
  book.releaseId(before);
  book.releaseId(after);
  expect([book.find(ENDPOINT), book.find({ ...ENDPOINT, port: 2 })]).toEqual([before, after]);
});
