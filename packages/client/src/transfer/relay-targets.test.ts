/** The peers that followers wait for: a limited number for each connection, which ends with it. */

import type { PeerId } from '@cachetorrent/protocol';
import type { Endpoint } from '@cachetorrent/protocol/wire';
import { beforeEach, expect, test } from 'vitest';

import { AddressBook } from '../connections/address-book.ts';
import { RelayTargets } from './relay-targets.ts';

let addressBook: AddressBook;
let targets: RelayTargets<string>;
let connected: Map<PeerId, string>;
beforeEach(() => {
  addressBook = new AddressBook();
  connected = new Map();
  targets = new RelayTargets(addressBook, (id) => connected.get(id));
});

const endpoint = (number: number): Endpoint => ({
  host: `10.0.${number >> 8}.${number & 255}`,
  port: 6_881,
});

test('a follower waits for 200 peers at most, and for each once', () => {
  const ids = Array.from({ length: 1_000 }, (_, i) => targets.add('a', endpoint(i)));
  expect(ids.filter((id) => id !== undefined)).toHaveLength(200);
  expect(targets.add('a', endpoint(0)), 'is waited for').toBeUndefined();
  expect(targets.add('b', endpoint(0)), 'another follower').toBe(ids[0]);
  expect(addressBook.find(endpoint(500)), 'no id for what is refused').toBeUndefined();
});

test('a peer that we are connected to is not waited for', () => {
  const id = addressBook.idOf(endpoint(1));
  connected.set(id, 'outside');
  expect([targets.add('a', endpoint(1)), targets.add('a', endpoint(1))]).toEqual([id, id]);
  expect(targets.has(id)).toBe(false);
});

test('1,000 connections, one after the other, leave no ids behind', () => {
  for (let connection = 0; connection < 1_000; connection++) {
    for (let i = 0; i < 200; i++) targets.add(`${connection}`, endpoint(200 * connection + i));
    targets.closed(`${connection}`);
  }
  expect(addressBook.anonymousId()).toBeLessThan(200);
});

test('an id is kept while another follower waits for it, or it is known from the tracker', () => {
  const shared = targets.add('a', endpoint(1));
  targets.add('b', endpoint(1));
  const known = addressBook.idOf(endpoint(2));
  targets.add('a', endpoint(2));
  targets.closed('a');
  expect(targets.has(shared!)).toBe(true);
  expect(addressBook.find(endpoint(1))).toBe(shared);
  expect(addressBook.find(endpoint(2))).toBe(known);
  targets.closed('b');
  expect(addressBook.find(endpoint(1))).toBeUndefined();
});

test('a peer that we are connected to keeps its id when the follower leaves', () => {
  const id = targets.add('a', endpoint(1))!;
  targets.connected(id);
  expect(targets.has(id)).toBe(false);
  targets.closed('a');
  expect(addressBook.find(endpoint(1))).toBe(id);
});
