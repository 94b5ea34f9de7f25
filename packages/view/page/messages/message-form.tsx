/** Which messages are to be looked up. */

import type { RecordingHeader } from '@cachetorrent/recording';
import { type ReadonlySignal, useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';

import { MESSAGE_KINDS } from './kinds.ts';
import { type MessageFilter, parseQuery, type TypedQuery } from './typed-query.ts';

/** The most AS whose names are offered while one is typed. */
const OFFERED_MAX = 500;

interface MessageFormProps {
  readonly header: RecordingHeader;
  /** The time of the clock, in ms. */
  readonly clockMs: ReadonlySignal<number>;
  /** Called when messages are to be looked up. */
  readonly onFilter: (filter: MessageFilter) => void;
}

/** The fields of a query. */
export function MessageForm({ header, clockMs, onFilter }: MessageFormProps) {
  const problemId = useId();
  const namesId = useId();
  const typed = useSignal<TypedQuery>({ from: '', as: '', peer: '', kind: '' });
  const problem = useSignal<{ field: string; problem: string } | undefined>(undefined);
  const change = (field: keyof TypedQuery, text: string): void => {
    typed.value = { ...typed.value, [field]: text };
  };
  const look = (): void => {
    const parsed = parseQuery(typed.value, header);
    problem.value = 'problem' in parsed ? parsed : undefined;
    if ('filter' in parsed) onFilter(parsed.filter);
  };
  const field = (name: keyof TypedQuery) => ({
    value: typed.value[name],
    autoComplete: 'off',
    'aria-invalid': problem.value?.field === name,
    'aria-describedby': problemId,
    onInput: (event: { readonly currentTarget: HTMLInputElement }) => {
      change(name, event.currentTarget.value);
    },
  });
  const names = header.as.name.length > OFFERED_MAX ? [] : header.as.name;
  return (
    <form
      class="message-inspector-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        look();
      }}
    >
      <label>
        From, s
        <input
          type="text"
          class="panel-input"
          inputMode="decimal"
          placeholder="0"
          {...field('from')}
        />
      </label>
      <label>
        AS
        <input type="text" class="panel-input" list={namesId} placeholder="all" {...field('as')} />
      </label>
      <datalist id={namesId}>
        {names.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <label>
        Peer
        <input
          type="text"
          class="panel-input"
          inputMode="numeric"
          placeholder="all"
          {...field('peer')}
        />
      </label>
      <label>
        Kind
        <select
          class="panel-input"
          value={typed.value.kind}
          onChange={(event) => change('kind', event.currentTarget.value)}
        >
          <option value="">all</option>
          {MESSAGE_KINDS.map((kind) => (
            <option key={kind} value={kind}>
              {kind}
            </option>
          ))}
        </select>
      </label>
      <button type="submit">Show messages</button>
      <button
        type="button"
        onClick={() => {
          change('from', String(Number((clockMs.value / 1000).toFixed(3))));
          look();
        }}
      >
        From now
      </button>
      <p class="panel-problem" id={problemId} role="alert">
        {problem.value?.problem}
      </p>
    </form>
  );
}
