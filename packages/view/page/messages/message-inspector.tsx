/** Who has said what: the log of a run, filtered by AS, peer and kind, message by message. */

import type { RecordingHeader } from '@cachetorrent/recording';
import { useMemo } from 'preact/hooks';

import type { LoggedMessage } from '../../src/messages.ts';
import { Panel, type PanelProps, Pending } from '../panels/panel.tsx';
import { type MessageClient, MessageBook } from './message-book.ts';
import { MessageForm } from './message-form.tsx';
import { MessageList } from './message-list.tsx';

const PAGE_MESSAGES = 100;

interface MessageInspectorProps extends PanelProps {
  readonly client: MessageClient;
}

/** The messages of a run. */
export function MessageInspector({ page, run, client }: MessageInspectorProps) {
  const header = run.header.value;
  return (
    <Panel title="Messages" class="message-inspector">
      {run.run.messages === undefined && <NoLog isLive={run.run.isLive} />}
      {run.run.messages !== undefined && header === undefined && <Pending />}
      {run.run.messages !== undefined && header !== undefined && (
        <Inspector key={run.index} page={page} run={run} client={client} header={header} />
      )}
    </Panel>
  );
}

function NoLog({ isLive }: { readonly isLive: boolean }) {
  return (
    <>
      <p class="panel-hint">
        This run has no log of messages. To see who has said what, run it again with a log:
      </p>
      <pre class="message-inspector-commands">
        {isLive
          ? 'cachetorrent run CONFIG --view --log FILE'
          : 'cachetorrent run CONFIG --out RUN --record --log FILE\n' +
            'cachetorrent view RUN --log FILE'}
      </pre>
    </>
  );
}

interface InspectorProps extends MessageInspectorProps {
  readonly header: RecordingHeader;
}

function Inspector({ page, run, client, header }: InspectorProps) {
  const book = useMemo(() => new MessageBook(client, PAGE_MESSAGES), [client]);
  const state = book.state.value;
  const show = (message: LoggedMessage, peer: number): void => {
    page.isPlaying.value = false;
    page.seek(message.ms);
    run.select(peer);
  };
  return (
    <>
      <MessageForm
        header={header}
        clockMs={page.atMs}
        onFilter={(filter) => void book.open(filter)}
      />
      <p class="panel-note" role="status">
        {book.isAsking.value && 'Looking up messages …'}
      </p>
      {state.kind === 'failed' && (
        <p class="panel-problem" role="alert">
          The messages cannot be looked up: {state.problem}
        </p>
      )}
      {state.kind === 'page' && state.messages.length === 0 && (
        <p class="panel-hint">
          The log has no such message from this time on. Try an earlier time, or other filters.
        </p>
      )}
      {state.kind === 'page' && state.messages.length > 0 && (
        <MessageList header={header} book={book} page={state} onShow={show} />
      )}
    </>
  );
}
