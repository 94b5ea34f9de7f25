/** The worker of a run on the page, as a script of its own. The page calls it with comlink. */

import { expose, transfer } from 'comlink';

import { RecordingRun } from './recording-run.ts';
import type { RunWorker } from './run-worker.ts';
import { buffersOf } from './scene-of.ts';

const run = new RecordingRun();

const worker: RunWorker = {
  read: (name, recording, listener) => run.read(name, recording, listener),
  look: async (look) => {
    const scene = await run.look(look);
    return transfer(scene, buffersOf(scene));
  },
  takeMessages: (bytes) => run.takeMessages(bytes),
  messages: (query) => run.messages(query),
};

expose(worker);
