/** `cachetorrent view`: shows runs that were recorded, or are in a store, in a browser. */

import { once } from 'node:events';
import { stat } from 'node:fs/promises';

import { withStoreErrors } from '../campaign/store/files.ts';
import { refuseInStore } from '../campaign/store/manifest.ts';
import { Store } from '../campaign/store/store.ts';
import type { CliEnvironment } from '../cli-environment.ts';
import { removeQuietly } from '../durable-file.ts';
import { messageOf } from '../failure.ts';
import { formatBytes, formatSeconds, pluralize } from '../format.ts';
import { checkReplaceable, isSameFile } from '../overwriting.ts';
import { RunProgressDisplay } from '../progress/run-progress-display.ts';
import { UserError } from '../user-error.ts';
import { openBrowser } from '../view/browser.ts';
import { GrowingFile } from '../view/growing-file.ts';
import { MessageSearch } from '../view/message-search.ts';
import {
  differentNames,
  findRecording,
  openRecordedRun,
  type RecordedRun,
} from '../view/recorded-run.ts';
import { savePage } from '../view/saved-page.ts';
import { findStoredRun, shortKey, simulateStored, type StoredRun } from '../view/stored-run.ts';
import { readTemplate } from '../view/template.ts';
import { createTemporaryRecording } from '../view/temporary-recording.ts';
import { ViewServer } from '../view/view-server.ts';
import { checkMemory, resourcesFor } from './plan.ts';
import { Interrupted } from './run-errors.ts';

export interface ViewFlags {
  /** The store that has the runs. */
  readonly store?: string;
  /** The logs of the runs, in their order. */
  readonly log?: readonly string[];
  /** The file for a page with its data inside. */
  readonly out?: string;
  /** Whether to overwrite the file, and to simulate even if the memory may not suffice. */
  readonly force?: boolean;
  readonly host?: string;
  readonly port?: number;
  readonly open?: boolean;
  readonly quiet?: boolean;
}

/** Closes or removes something when the command ends. */
type CleanUp = () => Promise<void>;

const LOOPBACK = '127.0.0.1';
/** Reading so much takes some seconds. */
const LARGE_BYTES = 1e8;

/** A recording to show, and how the page calls it. */
interface Source {
  readonly path: string;
  readonly name: string;
  /** What the user has named. */
  readonly given: string;
}

/** A run to show. */
interface Shown extends RecordedRun {
  readonly log?: { readonly path: string; readonly file: GrowingFile };
}

/**
 * @throws UserError if a run cannot be shown, the port is not available, or the page not written
 * @throws Interrupted if the user stops it before
 */
export async function viewCommand(
  given: readonly string[],
  flags: ViewFlags,
  environment: CliEnvironment,
): Promise<void> {
  await checkFlags(given, flags);
  const template = await readTemplate();
  const atEnd: CleanUp[] = [];
  try {
    const sources = await sourcesOf(given, flags, atEnd, environment);
    const names = differentNames(
      sources.map(({ name }) => name),
      given,
    );
    const runs: Shown[] = [];
    for (const [i, source] of sources.entries()) {
      if (flags.quiet !== true) await sayIfLarge(source, environment);
      const run = await openRecordedRun(source.path, names[i]!, environment.signal);
      atEnd.push(() => run.file.close());
      warnIfCut(source, run, environment);
      const path = flags.log?.[i];
      const log = path === undefined ? undefined : await openLog(path, run);
      if (log !== undefined) atEnd.push(() => log.file.close());
      runs.push({ ...run, ...(log && { log }) });
    }
    if (flags.out === undefined) await serve(template, runs, flags, environment);
    else {
      const saved = runs.map(({ name, file, log }) => {
        return { name, recording: file, ...(log !== undefined && { log: log.path }) };
      });
      await savePage(flags.out, template, saved);
      environment.stdout.write(`${flags.out}\n`);
    }
  } catch (error) {
    if (!environment.signal.aborted || error instanceof Interrupted) throw error;
    throw new Interrupted('stopped before the run was shown');
  } finally {
    for (const cleanUp of atEnd.toReversed()) await cleanUp();
  }
}

/** @throws UserError if options cannot be combined, or `--out` cannot be written */
async function checkFlags(given: readonly string[], flags: ViewFlags): Promise<void> {
  const { out, log = [], store, force = false } = flags;
  if (log.length > given.length) {
    const problem = `is there ${log.length} times, for ${pluralize(given.length, 'run')}`;
    throw new UserError({ at: '--log', problem, fix: 'name one log for each run' });
  }
  if (out === undefined) return;
  for (const name of ['host', 'port', 'open'] as const) {
    if (flags[name] === undefined) continue;
    const problem = 'has no effect with --out, which saves the page instead of serving it';
    throw new UserError({ at: `--${name}`, problem, fix: 'remove one of them' });
  }
  if (store !== undefined) await refuseInStore(store, out, `--out ${out}`);
  for (const path of [...(store === undefined ? given : []), ...log]) {
    if (!(await isSameFile(path, out))) continue;
    const problem = 'is what is to be shown, and would be lost';
    throw new UserError({ at: `--out ${out}`, problem, fix: 'name another file' });
  }
  await checkReplaceable(out, `--out ${out}`, force);
}

/** The recordings to show. Those that had to be made are removed `atEnd`. */
async function sourcesOf(
  given: readonly string[],
  flags: ViewFlags,
  atEnd: CleanUp[],
  environment: CliEnvironment,
): Promise<readonly Source[]> {
  const { store: folder } = flags;
  if (folder === undefined) {
    return await Promise.all(
      given.map(async (each) => ({ ...(await findRecording(each)), given: each })),
    );
  }
  const found = await withStoreErrors(folder, async () => {
    const store = await Store.openReadOnly(folder);
    return given.map((each) => findStoredRun(store, each));
  });
  const sources: Source[] = [];
  for (const [i, run] of found.entries()) {
    const path = await recordAgain(run, flags, atEnd, environment);
    sources.push({ path, name: shortKey(run.key), given: given[i]! });
  }
  return sources;
}

/** Simulates a stored run again. Returns the path of its recording. */
async function recordAgain(
  run: StoredRun,
  { quiet = false, force = false }: ViewFlags,
  atEnd: CleanUp[],
  environment: CliEnvironment,
): Promise<string> {
  const { stderr, nowMs, signal, machine } = environment;
  const { swarm, key } = run;
  const resources = resourcesFor(swarm, undefined, machine);
  if (!force) checkMemory(`run ${key}`, swarm, resources);
  const { folder, path, file } = await createTemporaryRecording('');
  atEnd.push(() => removeQuietly(folder));
  const display = quiet ? undefined : new RunProgressDisplay(stderr, nowMs);
  if (!quiet) stderr.write(`simulating run ${shortKey(key)} again, to record it\n`);
  try {
    signal.throwIfAborted();
    await simulateStored(run, (bytes) => file.write(bytes), environment, {
      workers: resources.workers,
      signal,
      onProgress: (progress) => display?.show(progress),
    });
  } catch (error) {
    if (signal.aborted) throw new Interrupted(`stopped while run ${key} was simulated again`);
    throw error;
  } finally {
    await file.close();
    display?.clear();
  }
  return path;
}

/** @throws UserError if it cannot be read, or is no log */
async function openLog(path: string, { asOf }: RecordedRun): Promise<NonNullable<Shown['log']>> {
  const file = await GrowingFile.open(path);
  try {
    const search = new MessageSearch(file, () => Promise.resolve(asOf));
    await search.select({ fromMs: 0, limit: 1 });
    return { path, file };
  } catch (error) {
    await file.close();
    if (error instanceof UserError) throw error;
    const fix = 'name a file that `cachetorrent run --log FILE` has written';
    throw new UserError({ at: `--log ${path}`, problem: messageOf(error), fix });
  }
}

/** A recording is read once before it is shown: all of it has to be intact. */
async function sayIfLarge({ path, given }: Source, { stderr }: CliEnvironment): Promise<void> {
  const { size } = await stat(path);
  if (size > LARGE_BYTES) stderr.write(`reading ${given}: ${formatBytes(size)}\n`);
}

function warnIfCut({ given }: Source, { cutAtMs }: RecordedRun, { stderr }: CliEnvironment): void {
  if (cutAtMs === undefined) return;
  stderr.write(
    `note: ${given}: the recording ends at ${formatSeconds(cutAtMs)} of simulated time, before ` +
      'the run does: it was stopped, or is going on\n' +
      '  fix: none is needed to see it until there; record the run again to see all of it\n',
  );
}

/** Serves the page until the user stops the command. */
async function serve(
  template: string,
  runs: readonly Shown[],
  { host = LOOPBACK, port = 0, open = false }: ViewFlags,
  environment: CliEnvironment,
): Promise<void> {
  const { stdout, stderr, signal } = environment;
  const server = await ViewServer.start({
    runs: runs.map(({ name, file, asOf, log }) => ({
      name,
      recording: file,
      ...(log && { messages: new MessageSearch(log.file, () => Promise.resolve(asOf)) }),
    })),
    template,
    host,
    port,
    portOption: '--port',
  });
  try {
    if (!/^(127\.|::1$|localhost$)/.test(host)) {
      stderr.write(
        `warning: --host ${host}: anyone who can reach it and has the address can see the run\n`,
      );
    }
    stdout.write(`${server.address}\n`);
    stderr.write('Ctrl-C ends the page\n');
    if (open) openBrowser(server.address, environment);
    if (!signal.aborted) await once(signal, 'abort');
  } finally {
    await server.close();
  }
}
