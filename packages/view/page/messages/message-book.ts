/**
 * Messages that have been looked up, page by page. A page is asked for when it is opened, and only
 * the answer to the last question counts: an older one may come later.
 */

import { type ReadonlySignal, type Signal, signal } from '@preact/signals';

import type { LoggedMessage, MessagePage, MessageQuery } from '../../src/messages.ts';
import type { MessageFilter } from './typed-query.ts';

/** Where messages are looked up. */
export interface MessageClient {
  messages(query: MessageQuery): Promise<MessagePage>;
}

/** What there is to see. */
export type BookState =
  /** Nothing has been looked up. */
  { readonly kind: 'closed' } | { readonly kind: 'failed'; readonly problem: string } | OpenPage;

/** A page of messages. */
export interface OpenPage {
  readonly kind: 'page';
  readonly messages: readonly LoggedMessage[];
  /** How many messages are on the pages before. */
  readonly before: number;
  /** Whether there is a page after this one. */
  readonly hasNext: boolean;
  /** The message that is selected, if any. */
  readonly selected?: number;
}

/** Which message of a page is selected when it is opened. */
type Selected = 'first' | 'last' | 'none';

/** A page that has been opened: its position in the log, and the number of messages before. */
interface PageStart {
  readonly after?: number;
  readonly before: number;
}

export class MessageBook {
  readonly #client: MessageClient;
  readonly #limit: number;
  readonly #state: Signal<BookState> = signal({ kind: 'closed' });
  readonly #isAsking = signal(false);
  #filter: MessageFilter = { fromMs: 0 };
  /** The pages up to the open one, and the one after it if there is one. */
  #starts: readonly PageStart[] = [];
  /** The index of the open page among them. */
  #page = 0;
  /** How many questions have been asked. */
  #asked = 0;

  /** @param limit the number of messages on a page */
  constructor(client: MessageClient, limit: number) {
    this.#client = client;
    this.#limit = limit;
  }

  /** What there is to see: until an answer comes, what there was before. */
  get state(): ReadonlySignal<BookState> {
    return this.#state;
  }

  /** Whether an answer is still to come. */
  get isAsking(): ReadonlySignal<boolean> {
    return this.#isAsking;
  }

  /** Looks up messages, and opens the first page. */
  async open(filter: MessageFilter): Promise<void> {
    this.#filter = filter;
    this.#starts = [{ before: 0 }];
    await this.#turnTo(0, 'none');
  }

  /** Opens the next page, or the one before, if there is one. */
  async turn(pages: 1 | -1): Promise<void> {
    if (this.#starts[this.#page + pages] !== undefined) {
      await this.#turnTo(this.#page + pages, 'none');
    }
  }

  /** Selects a message of the page. */
  select(index: number): LoggedMessage | undefined {
    const page = this.#state.value;
    if (page.kind !== 'page' || page.messages[index] === undefined) return undefined;
    this.#state.value = { ...page, selected: index };
    return page.messages[index];
  }

  /**
   * Selects the next message, or the one before, also on another page; the first one if none is
   * selected. Resolves with it; with undefined if there is none, while an answer is to come, or if
   * something else has been opened meanwhile.
   */
  async step(messages: 1 | -1): Promise<LoggedMessage | undefined> {
    const page = this.#state.value;
    if (page.kind !== 'page' || this.#isAsking.value) return undefined;
    const index = page.selected === undefined ? 0 : page.selected + messages;
    if (page.messages[index] !== undefined) return this.select(index);
    if (this.#starts[this.#page + messages] === undefined) return undefined;
    return this.#turnTo(this.#page + messages, messages === 1 ? 'first' : 'last');
  }

  async #turnTo(page: number, selected: Selected): Promise<LoggedMessage | undefined> {
    const question = ++this.#asked;
    this.#isAsking.value = true;
    const start = this.#starts[page]!;
    try {
      const { messages, next } = await this.#client.messages({
        ...this.#filter,
        limit: this.#limit,
        ...(start.after === undefined ? {} : { after: start.after }),
      });
      if (question !== this.#asked) return undefined;
      this.#isAsking.value = false;
      this.#page = page;
      this.#starts = this.#starts.slice(0, page + 1);
      if (next !== undefined) {
        const before = start.before + messages.length;
        this.#starts = [...this.#starts, { after: next, before }];
      }
      this.#state.value = {
        kind: 'page',
        messages,
        before: start.before,
        hasNext: next !== undefined,
      };
      if (selected === 'none') return undefined;
      return this.select(selected === 'first' ? 0 : messages.length - 1);
    } catch (error) {
      if (question !== this.#asked) return undefined;
      this.#isAsking.value = false;
      const problem = error instanceof Error ? error.message : String(error);
      this.#state.value = { kind: 'failed', problem };
      return undefined;
    }
  }
}
