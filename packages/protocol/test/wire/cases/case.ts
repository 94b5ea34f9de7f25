/**
 * Sixty things that a stranger may do wrong on a connection, and what each comes to: the title
 * of a row says what was wrong.
 *
 * An outcome is a reaction and the rule that was broken: `close`, for that reason; `reject`, and
 * a REJECT is said where both sides have the fast extension; `ignore`, and nothing comes of it;
 * `tolerate`, and it is heard all the same. Without a rule: `fine` is heard, `ignore` is not, and
 * `rejected` is nobody's fault.
 *
 * The numbers are those of a catalogue of cases that were sent to libtorrent, Transmission, aria2,
 * rtorrent and bittorrent-protocol.
 */

import type { FrameEncoder, Profile } from '@cachetorrent/protocol/wire';
import { describe, expect, test } from 'vitest';

import { ALL_FEATURES, ascii, joined, Stranger, type StrangerOptions } from '../stranger.ts';

/** What a stranger does. */
export type Act = (stranger: Stranger) => void;

export interface Case {
  readonly number: number;
  readonly wrong: string;
  /** The outcome in `interop`, and in `classic` where that is not given. */
  readonly interop: string;
  /** Where it differs. */
  readonly strict?: string;
  readonly classic?: string;
  readonly options?: StrangerOptions;
  /** What happens before, between friends. */
  readonly before?: Act;
  readonly does: Act;
}

export const NO_FAST = { theirs: { ...ALL_FEATURES, fast: false } };
export const NO_EXTENSIONS = { theirs: { ...ALL_FEATURES, extensions: false } };
export const BLOCK = 16_384;
export const PIECE = 32_768;

export const tell =
  (write: (to: FrameEncoder) => void): Act =>
  (stranger) => {
    stranger.tell(write);
  };
export const say =
  (...parts: Uint8Array[]): Act =>
  (stranger) => {
    stranger.say(joined(...parts));
  };
export const extended = (id: number, ...parts: (string | Uint8Array)[]): Act => {
  const payload = joined(...parts.map((part) => (typeof part === 'string' ? ascii(part) : part)));
  return tell((to) => to.extended(id, payload));
};
export const times =
  (count: number, does: Act): Act =>
  (stranger) => {
    for (let i = 0; i < count; i++) does(stranger);
  };
/** Unchoked, interested, and clear of the first moments. */
export const unchoked: Act = (stranger) => {
  stranger.wait(5_000);
  stranger.tell((to) => to.interested());
  stranger.session.say.unchoke();
};
export const chokedFor =
  (ms: number): Act =>
  (stranger) => {
    unchoked(stranger);
    stranger.session.say.choke();
    stranger.wait(ms);
  };
/** We have asked for the first block of piece 0. */
export const asked: Act = (stranger) => {
  stranger.tell((to) => {
    to.bitfield(Uint8Array.of(0xff, 0xc0));
    to.unchoke();
  });
  stranger.session.say.request(0, 0, BLOCK);
};
export const block = (length: number): Uint8Array => new Uint8Array(length);
export const DEST = new Uint8Array([10, 0, 0, 2, 0x1a, 0xe1]);

export const PROFILES: readonly Profile[] = ['strict', 'interop', 'classic'];

/** Tries each case in each profile, on a connection that has shaken hands. */
export function testCases(cases: readonly Case[]): void {
  describe.each(PROFILES)('%s', (profile) => {
    const rows = cases.map((row) => ({ ...row, outcome: row[profile] ?? row.interop }));

    test.each(rows)('$number $wrong: $outcome', ({ options, before, does, outcome }) => {
      // In `classic` too the strangers of these tables have the fast extension.
      const stranger = Stranger.met({ profile, fast: true, ...options });
      before?.(stranger);
      stranger.said();
      stranger.events.length = 0;
      does(stranger);
      expect(outcomeOf(stranger)).toBe(outcome);
      expect(stranger.session.isClosed).toBe(outcome.startsWith('close'));
    });
  });
}

/** What became of it, in the words of the tables. */
export function outcomeOf({ events, session, said }: Stranger): string {
  const end = events.at(-1);
  if (end?.type === 'closed') return `close ${end.reason}`;

  const heard = events.filter(({ type }) => type !== 'violation');
  const refusals = said().filter(([name]) => name === 'reject').length;
  const violation = events.find((event) => event.type === 'violation');
  if (violation?.type !== 'violation') {
    return refusals > 0 ? 'rejected' : heard.length === 0 ? 'ignore' : 'fine';
  }
  const { fault, reaction } = violation;
  if (reaction === 'reject') {
    expect(heard, 'a request that is refused is not passed on').toEqual([]);
    const { fast } = session.conversation.features;
    expect(refusals, 'REJECT is said where it can be').toBe(fast ? 1 : 0);
  } else {
    expect(refusals, 'REJECT is said only in answer to a request').toBe(0);
  }
  return `${reaction} ${fault}`;
}
