/** Reads what the page is told about its runs, which is JSON in an element of the page. */

import type { MessageSource, ViewData, ViewedRun, ViewSource } from '../../src/view-data.ts';

/** There is nothing to show: what is wrong, and what to do about it. */
export class NothingToShow extends Error {
  override readonly name = 'NothingToShow';
}

/**
 * The runs of the page.
 *
 * @param text the JSON; undefined if the page has none
 * @throws NothingToShow if it is missing, or is something else
 */
export function readViewData(text: string | undefined): ViewData {
  if (text === undefined) {
    throw new NothingToShow(
      'This page has no run in it. ' +
        'Open one with “cachetorrent run CONFIG --view” or “cachetorrent view RUN”.',
    );
  }
  const data = parsed(text);
  const { runs, presence } = data;
  if (!Array.isArray(runs) || runs.length < 1 || runs.length > 2) {
    throw damaged('it must have one run, or two');
  }
  return {
    runs: runs.map((run: unknown) => runOf(run)),
    ...(presence === undefined ? {} : { presence: textOf(presence, 'presence') }),
  };
}

function parsed(text: string): Fields {
  try {
    return fieldsOf(JSON.parse(text), 'what the page is told');
  } catch (error) {
    throw error instanceof NothingToShow ? error : damaged('it is no JSON');
  }
}

function runOf(value: unknown): ViewedRun {
  const { name, recording, isLive, messages } = fieldsOf(value, 'a run');
  return {
    name: textOf(name, 'the name of a run'),
    recording: sourceOf(recording, 'a recording'),
    isLive: isLive === true,
    ...(messages === undefined ? {} : { messages: sourceOf(messages, 'a log') }),
  };
}

function sourceOf(value: unknown, what: string): ViewSource & MessageSource {
  const { kind, address, id } = fieldsOf(value, what);
  if (kind === 'address') return { kind, address: textOf(address, `the address of ${what}`) };
  if (kind === 'embedded') return { kind, id: textOf(id, `the id of ${what}`) };
  throw damaged(`${what} must be at an address or in the page`);
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value === 'object' && value !== null) return value as Fields;
  throw damaged(`${what} must be an object`);
}

function textOf(value: unknown, what: string): string {
  if (typeof value === 'string') return value;
  throw damaged(`${what} must be a text`);
}

function damaged(why: string): NothingToShow {
  return new NothingToShow(
    `What this page is told about its run is damaged: ${why}. Save or open the page again.`,
  );
}
