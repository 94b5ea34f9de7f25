/** The interface of the worker of a run, which reads its recording and makes scenes of it. */

import type { MessagePage, MessageQuery } from '../../src/messages.ts';
import type { Growth, Look, Opening, Scene } from '../scene.ts';

/** Where the bytes of a recording, or of messages, are. */
export type Bytes =
  /** At an absolute address. */
  | { readonly address: string }
  /** Here. */
  | { readonly bytes: ArrayBuffer };

/** What the worker tells the page while it reads. */
export interface RunListener {
  /** The header has come. */
  onOpening(opening: Opening): void;
  /** Frames have come: several times a second while a recording is read, or as a live one grows. */
  onGrowth(growth: Growth): void;
  /** The recording cannot be read, or not any further. What has come can be shown. */
  onError(message: string): void;
}

/** What the page can ask of the worker; called with comlink. */
export interface RunWorker {
  /** Reads a recording to its end. Resolves when it is there, or cannot be read any further. */
  read(name: string, recording: Bytes, listener: RunListener): Promise<void>;
  /** The state at a time that has been read; at the end if it is later. */
  look(look: Look): Promise<Scene>;
  /** Takes the messages that are in the page, compressed with gzip. */
  takeMessages(bytes: ArrayBuffer): Promise<void>;
  /** Looks up messages that are in the page. */
  messages(query: MessageQuery): Promise<MessagePage>;
}
