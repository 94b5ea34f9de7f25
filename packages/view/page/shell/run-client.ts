/**
 * A run on the page and its worker: starts the worker, lets it read the recording, and puts what it
 * tells into the state of the run.
 */

import { batch } from '@preact/signals';
import { proxy, type Remote, transfer, wrap } from 'comlink';
import workerSource from 'view:worker';

import type { MessagePage, MessageQuery } from '../../src/messages.ts';
import type { ViewSource } from '../../src/view-data.ts';
import type { Growth, Look, Opening, Scene } from '../scene.ts';
import type { RunState } from '../state.ts';
import type { Bytes, RunListener, RunWorker } from '../worker/run-worker.ts';
import { embeddedBytes } from './embedded.ts';

/** What the page can ask about a run. */
export interface RunClient {
  /** The state of the run at a time, and what is selected in it. */
  look(look: Look): Promise<Scene>;
  /** Messages from its log. */
  messages(query: MessageQuery): Promise<MessagePage>;
}

/** Starts to read the recording of a run; its state changes as parts of it come. */
export function startRun(run: RunState): RunClient {
  const worker = wrap<RunWorker>(startWorker(run));
  void read(run, worker);
  let taken: Promise<void> | undefined;
  return {
    look: (look) => worker.look(look),
    messages: async (query) => {
      const source = run.run.messages;
      if (source === undefined) throw new Error('this run has no log of messages');
      if (source.kind === 'address') return fetchMessages(source.address, query);
      taken ??= takeMessages(source.id, worker);
      await taken;
      return worker.messages(query);
    },
  };
}

/** A worker cannot read a file of its own, since the page is a single one. */
function startWorker(run: RunState): Worker {
  const address = URL.createObjectURL(new Blob([workerSource], { type: 'text/javascript' }));
  const worker = new Worker(address);
  worker.addEventListener('error', (event) => {
    run.error.value ??= `The worker of the page has failed: ${event.message}`;
  });
  return worker;
}

async function read(run: RunState, worker: Remote<RunWorker>): Promise<void> {
  try {
    await worker.read(run.run.name, bytesOf(run.run.recording), proxy(listenerOf(run)));
  } catch (error) {
    run.error.value ??= error instanceof Error ? error.message : String(error);
  }
}

/** Puts what the worker tells into the state of the run. */
function listenerOf(run: RunState): RunListener {
  return {
    onOpening({ header, layout }: Opening) {
      batch(() => {
        run.layout.value = layout;
        run.header.value = header;
      });
    },
    onGrowth({ points, events, untilMs, end }: Growth) {
      batch(() => {
        if (points.length > 0) run.points.value = [...run.points.value, ...points];
        if (events.length > 0) run.events.value = [...run.events.value, ...events];
        run.untilMs.value = untilMs;
        if (end !== undefined) run.end.value = end;
      });
    },
    onError(message: string) {
      run.error.value = message;
    },
  };
}

function bytesOf(source: ViewSource): Bytes {
  if (source.kind === 'address') return { address: absolute(source.address) };
  const bytes = embeddedBytes(source.id);
  return transfer({ bytes }, [bytes]);
}

async function takeMessages(id: string, worker: Remote<RunWorker>): Promise<void> {
  const bytes = embeddedBytes(id);
  await worker.takeMessages(transfer(bytes, [bytes]));
}

async function fetchMessages(address: string, query: MessageQuery): Promise<MessagePage> {
  const url = new URL(absolute(address));
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the log cannot be read: ${await response.text()}`);
  return (await response.json()) as MessagePage;
}

/** An address that does not depend on that of the page: a worker of a Blob has none of its own. */
function absolute(address: string): string {
  return new URL(address, location.href).href;
}
