/**
 * The page of a run that goes on: serves its recording while the run writes it, to those who look
 * at it. They read from the file, at their own pace; the run waits for none of them.
 */

import { stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';

import { Recording } from '@cachetorrent/recording';

import type { CliEnvironment } from '../cli-environment.ts';
import { removeQuietly } from '../durable-file.ts';
import { messageOf } from '../failure.ts';
import { RECORDING_FILE } from '../results/folder.ts';
import { RecordingFile } from '../results/recording-file.ts';
import { openBrowser } from './browser.ts';
import { GrowingFile } from './growing-file.ts';
import { MessageSearch } from './message-search.ts';
import { readTemplate } from './template.ts';
import { createTemporaryRecording, type TemporaryRecording } from './temporary-recording.ts';
import { ViewServer } from './view-server.ts';

/** How long a page that is loaded again may be closed. */
const RELOAD_MS = 3_000;

export interface LiveViewOptions {
  /** The configuration file. */
  readonly config: string;
  /** The folder for the recording; without one, it is removed with the view. */
  readonly folder?: string;
  /** The log of the run. */
  readonly log?: string;
  readonly port: number;
  /** Whether to open the page in a browser. */
  readonly open: boolean;
}

/** Takes the recording of a run, part by part. */
export type RecordingSink = Pick<RecordingFile, 'write' | 'end' | 'close'>;

/** What a view consists of. */
interface Parts {
  readonly sink: RecordingSink;
  /** What has been recorded and logged, to be read. */
  readonly recording: GrowingFile;
  readonly log: GrowingFile | undefined;
  readonly server: ViewServer;
  /** A folder to remove. */
  readonly folder: string | undefined;
}

/** A run that is shown while it goes on. */
export class LiveView {
  /** Takes the recording of the run. */
  readonly sink: RecordingSink;
  readonly #parts: Parts;

  private constructor(parts: Parts) {
    this.sink = parts.sink;
    this.#parts = parts;
  }

  /**
   * Starts to serve a page, and prints its address.
   *
   * @throws UserError if the port is not available, or the file system does not allow it
   */
  static async start(
    { config, folder, log, port, open }: LiveViewOptions,
    environment: CliEnvironment,
  ): Promise<LiveView> {
    const template = await readTemplate();
    const kept = ', or keep the recording: --out FOLDER --record';
    const temporary = folder === undefined ? await createTemporaryRecording(kept) : undefined;
    try {
      const path = temporary?.path ?? join(folder!, RECORDING_FILE);
      const recording = new GrowingFile(path);
      const logged =
        log !== undefined && (await isReadable(log)) ? new GrowingFile(log) : undefined;
      let header: Promise<Recording> | undefined;
      const asOf = async () => {
        header ??= Recording.open(() => recording.follow(), path);
        return (await header).header.peers.as;
      };
      const name = basename(config, extname(config));
      const server = await ViewServer.start({
        runs: [{ name, recording, ...(logged && { messages: new MessageSearch(logged, asOf) }) }],
        template,
        host: '127.0.0.1',
        port,
        portOption: '--view-port',
      });
      environment.stderr.write(`view  ${server.address}\n`);
      if (open) openBrowser(server.address, environment);
      const sink =
        temporary === undefined
          ? readableSink(new RecordingFile(folder!), recording)
          : temporarySink(temporary, recording, environment);
      return new LiveView({ sink, recording, log: logged, server, folder: temporary?.folder });
    } catch (error) {
      if (temporary !== undefined) await removeQuietly(temporary.folder);
      throw error;
    }
  }

  /** So many bytes of the log have been written. */
  logged(bytes: number): void {
    this.#parts.log?.grow(bytes);
  }

  /** The run has ended, well or not. */
  ended(): void {
    this.#parts.recording.end();
    this.#parts.log?.end();
  }

  /** Resolves when nobody looks at the page any more, or the user stops the command. */
  async untilLeft({ stderr, signal }: CliEnvironment): Promise<void> {
    const { viewers } = this.#parts.server;
    if (!viewers.hasBeenSeen) {
      stderr.write('the run has ended; the page can be opened until Ctrl-C\n');
    } else if (viewers.count > 0) {
      stderr.write('the run has ended; the page goes on until it is closed, or until Ctrl-C\n');
    }
    await viewers.untilGone(RELOAD_MS, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }

  /** Serves the page no longer, and removes what nobody has asked to keep. */
  async close(): Promise<void> {
    const { server, recording, log, folder } = this.#parts;
    this.ended();
    await server.close();
    await recording.close();
    await log?.close();
    if (folder !== undefined) await removeQuietly(folder);
  }
}

/** Tells those who read the file what has been written to it. */
function readableSink(file: RecordingFile, readers: GrowingFile): RecordingSink {
  return {
    write: async (bytes) => {
      await file.write(bytes);
      readers.grow(bytes.length);
    },
    end: () => file.end(),
    close: () => file.close(),
  };
}

/**
 * A recording that is there only to be shown. If it cannot be written, it is shown until then, and
 * the run goes on.
 */
function temporarySink(
  { folder, file }: TemporaryRecording,
  readers: GrowingFile,
  { stderr }: CliEnvironment,
): RecordingSink {
  const sink = readableSink(file, readers);
  let [hasFailed, isRemoved] = [false, false];
  return {
    write: async (bytes) => {
      if (hasFailed) return;
      try {
        await sink.write(bytes);
        await readers.hold();
      } catch (error) {
        hasFailed = true;
        readers.end();
        stderr.write(`note: the page shows the run until now only, and the run goes on\n`);
        stderr.write(`${messageOf(error)}\n`);
      }
      // It is open now: without its name, nothing of it is left even if the process is killed.
      if (!isRemoved) await removeQuietly(folder);
      isRemoved = true;
    },
    end: () => file.close(),
    close: () => file.close(),
  };
}

/** Whether what has been written to a log can be read: not from a pipe, or a device. */
async function isReadable(log: string): Promise<boolean> {
  const found = await stat(log).catch(() => undefined);
  return found === undefined || found.isFile();
}
