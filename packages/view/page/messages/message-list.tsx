/** A page of messages, one of which is selected: the clock and the map go to it. */

import type { RecordingHeader } from '@cachetorrent/recording';
import { useSignal } from '@preact/signals';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';

import type { LoggedMessage } from '../../src/messages.ts';
import { formatExactSeconds, formatInteger } from '../panels/format.ts';
import { clamped } from '../panels/roving.ts';
import type { MessageBook, OpenPage } from './message-book.ts';
import { nodeText, peerToShow, subjectText } from './message-text.ts';

interface MessageListProps {
  readonly header: RecordingHeader;
  readonly book: MessageBook;
  /** The page of the book that is open; it is not empty. */
  readonly page: OpenPage;
  /** Called when a message has been selected, with the one of its peers that is to be shown. */
  readonly onShow: (message: LoggedMessage, peer: number) => void;
}

/** A list of messages to step through. */
export function MessageList({ header, book, page, onShow }: MessageListProps) {
  const { messages, selected, before, hasNext } = page;
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const end = useSignal<'sender' | 'receiver'>('sender');
  useLayoutEffect(() => scrollTo(list.current!, selected ?? 0), [messages, selected]);
  const show = (message: LoggedMessage | undefined): void => {
    if (message !== undefined) onShow(message, peerToShow(message, end.value));
  };
  const step = (count: 1 | -1): void => {
    void book.step(count).then(show);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = selected ?? -1;
    const targets: Readonly<Record<string, number>> = {
      PageDown: at + 10,
      PageUp: at - 10,
      Home: 0,
      End: messages.length - 1,
    };
    const target = targets[event.key];
    if (event.key === 'ArrowDown') step(1);
    else if (event.key === 'ArrowUp') step(-1);
    else if (target !== undefined) show(book.select(clamped(target, messages.length)));
    else return;
    event.preventDefault();
  };
  const isFirst = before === 0 && (selected ?? 0) === 0;
  const isLast = !hasNext && selected === messages.length - 1;
  return (
    <>
      <div class="panel-row">
        <button type="button" disabled={before === 0} onClick={() => void book.turn(-1)}>
          Previous page
        </button>
        <button type="button" disabled={!hasNext} onClick={() => void book.turn(1)}>
          Next page
        </button>
        <span class="panel-note" role="status">
          Messages {formatInteger(before + 1)} to {formatInteger(before + messages.length)}
          {!hasNext && ', the last ones'}
        </span>
      </div>
      <div
        ref={list}
        class="message-inspector-list"
        role="listbox"
        tabIndex={0}
        aria-label="Messages"
        aria-busy={book.isAsking.value}
        {...(selected === undefined ? {} : { 'aria-activedescendant': `${id}-${selected}` })}
        onKeyDown={onKeyDown}
      >
        {messages.map((message, index) => (
          <div
            key={before + index}
            id={`${id}-${index}`}
            class="message-inspector-message"
            role="option"
            aria-selected={index === selected}
            onClick={() => show(book.select(index))}
          >
            <span class="message-inspector-time">{formatExactSeconds(message.ms)}</span>
            <span>{nodeText(header, message.from)}</span>
            <span>→ {nodeText(header, message.to)}</span>
            <strong>{message.kind}</strong>
            <span>{subjectText(message)}</span>
          </div>
        ))}
      </div>
      <div class="panel-row">
        <button type="button" disabled={isFirst} onClick={() => step(-1)}>
          Previous message
        </button>
        <button type="button" disabled={isLast} onClick={() => step(1)}>
          Next message
        </button>
        <label>
          Select its{' '}
          <select
            class="panel-input"
            value={end.value}
            onChange={(event) => {
              end.value = event.currentTarget.value === 'receiver' ? 'receiver' : 'sender';
              if (selected !== undefined) show(messages[selected]);
            }}
          >
            <option value="sender">sender</option>
            <option value="receiver">receiver</option>
          </select>
        </label>
      </div>
      <p class="panel-pointed" aria-live="polite">
        {selected === undefined
          ? 'Select a message, or step through them: the clock and the map go to it.'
          : sentenceOf(header, messages[selected]!)}
      </p>
    </>
  );
}

/** Scrolls a list, and nothing else, so that one of its rows can be seen. */
function scrollTo(list: HTMLElement, index: number): void {
  const row = list.children[index];
  if (!(row instanceof HTMLElement)) return;
  const top = row.offsetTop - list.offsetTop;
  const bottom = top + row.offsetHeight - list.clientHeight;
  if (top < list.scrollTop) list.scrollTop = top;
  else if (bottom > list.scrollTop) list.scrollTop = bottom;
}

function sentenceOf(header: RecordingHeader, message: LoggedMessage): string {
  const { ms, from, to, kind } = message;
  const subject = subjectText(message);
  const what = subject === '' ? kind : `${kind} (${subject})`;
  const [sender, receiver] = [from, to].map((node) => nodeText(header, node));
  return `At ${formatExactSeconds(ms)}, ${sender} sends ${what} to ${receiver}.`;
}
