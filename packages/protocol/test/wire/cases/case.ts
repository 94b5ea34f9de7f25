/**
 * Sixty violations that a remote peer can commit, and the outcome of each. The title of a row says
 * what the remote peer sends.
 *
 * An outcome is a reaction and a violation: `close`: the connection is closed for that reason;
 * `reject`: a REJECT is sent if both sides have the fast extension; `ignore`: no other event is
 * reported; `tolerate`: the message is processed nevertheless. Without a violation: `accepted`: an
 * event is reported; `ignore`: none is; `rejected`: a REJECT is sent.
 *
 * The numbers refer to a catalogue of cases that were sent to libtorrent, Transmission, aria2,
 * rtorrent and bittorrent-protocol.
 */

import type { FrameEncoder, WireProfile } from '@cachetorrent/protocol/wire';
import { describe, expect, test } from 'vitest';

import {
  ALL_FEATURES,
  ascii,
  concatenate,
  RemotePeer,
  type RemotePeerOptions,
} from '../remote-peer.ts';

/** What a remote peer does. */
export type Act = (remote: RemotePeer) => void;

export interface ViolationCase {
  readonly number: number;
  readonly title: string;
  /** The outcome in `interop`, and in profiles for which no other is given. */
  readonly interop: string;
  /** The outcome in `strict`, if it differs. */
  readonly strict?: string;
  /** The outcome in `classic`, if it differs. */
  readonly classic?: string;
  readonly options?: RemotePeerOptions;
  /** Legal actions that precede `act`. */
  readonly setUp?: Act;
  readonly act: Act;
}

export const NO_FAST: RemotePeerOptions = { features: { ...ALL_FEATURES, fast: false } };
export const NO_EXTENSIONS: RemotePeerOptions = {
  features: { ...ALL_FEATURES, extensions: false },
};
export const BLOCK = 16_384;
export const PIECE = 32_768;

export const send =
  (write: (to: FrameEncoder) => void): Act =>
  (remote) => {
    remote.send(write);
  };
export const sendBytes =
  (...parts: Uint8Array[]): Act =>
  (remote) => {
    remote.sendBytes(concatenate(...parts));
  };
export const sendExtended = (id: number, ...parts: (string | Uint8Array)[]): Act => {
  const bytes = parts.map((part) => (typeof part === 'string' ? ascii(part) : part));
  const payload = concatenate(...bytes);
  return send((to) => to.extended(id, payload));
};
export const repeated =
  (count: number, act: Act): Act =>
  (remote) => {
    for (let i = 0; i < count; i++) act(remote);
  };
/** The remote peer is interested and unchoked, and the grace period after the start is over. */
export const unchokeRemote: Act = (remote) => {
  remote.wait(5_000);
  remote.send((to) => to.interested());
  remote.session.writer.unchoke();
};
/** The remote peer was choked `ms` ago. */
export const chokeFor =
  (ms: number): Act =>
  (remote) => {
    unchokeRemote(remote);
    remote.session.writer.choke();
    remote.wait(ms);
  };
/** The session has requested the first block of piece 0. */
export const requestFirstBlock: Act = (remote) => {
  remote.send((to) => {
    to.bitfield(Uint8Array.of(0xff, 0xc0));
    to.unchoke();
  });
  remote.session.writer.request(0, 0, BLOCK);
};
export const block = (length: number): Uint8Array => new Uint8Array(length);
/** A compact endpoint, 10.0.0.2:6881. */
export const TARGET = new Uint8Array([10, 0, 0, 2, 0x1a, 0xe1]);

export const PROFILES: readonly WireProfile[] = ['strict', 'interop', 'classic'];

/** Tests each case in each profile, on a connection after the handshakes. */
export function testCases(cases: readonly ViolationCase[]): void {
  describe.each(PROFILES)('%s', (profile) => {
    const rows = cases.map((row) => ({ ...row, outcome: row[profile] ?? row.interop }));

    test.each(rows)('$number $title: $outcome', ({ options, setUp, act, outcome }) => {
      // In these tables `classic` has the fast extension, too.
      const remote = RemotePeer.connected({ profile, fast: true, ...options });
      setUp?.(remote);
      remote.received();
      remote.events.length = 0;
      act(remote);
      expect(outcomeOf(remote)).toBe(outcome);
      expect(remote.session.isClosed).toBe(outcome.startsWith('close'));
    });
  });
}

/** Returns the outcome in the words of the tables. */
export function outcomeOf({ events, session, received }: RemotePeer): string {
  const end = events.at(-1);
  if (end?.type === 'closed') return `close ${end.reason}`;

  const others = events.filter(({ type }) => type !== 'violation');
  const rejects = received().filter(([name]) => name === 'reject').length;
  const event = events.find(({ type }) => type === 'violation');
  if (event?.type !== 'violation') {
    return rejects > 0 ? 'rejected' : others.length === 0 ? 'ignore' : 'accepted';
  }
  const { violation, reaction } = event;
  if (reaction === 'reject') {
    expect(others, 'a refused request is not reported').toEqual([]);
    const { fast } = session.state.features;
    expect(rejects, 'a REJECT is sent exactly if the fast extension allows it').toBe(fast ? 1 : 0);
  } else {
    expect(rejects, 'a REJECT is sent only in answer to a request').toBe(0);
  }
  return `${reaction} ${violation}`;
}
