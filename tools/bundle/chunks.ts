/**
 * The chunks of the bundle. Left to itself, the bundler makes one for each set of entries that
 * share modules, so that a run loads dozens of small ones. Instead, what is always loaded together
 * is in one chunk:
 *
 *     common      what both the command and a thread that simulates load
 *     command     the command line, before it knows which command to execute
 *     worker      a thread that simulates
 *     simulator   what else a simulation needs: configurations, plans, results
 *     run         what else `cachetorrent run` loads
 */

/** The modules that a module imports, other than dynamically. */
export type ImportsOf = (module: string) => readonly string[];

/** The modules with which the parts begin, as the bundler names them. */
export interface Beginnings {
  readonly main: readonly string[];
  readonly command: readonly string[];
  readonly worker: readonly string[];
  readonly simulator: readonly string[];
  readonly run: readonly string[];
}

/** The chunk of each module that is in one of these; the others are the bundler's to place. */
export function chunksOf(
  beginnings: Beginnings,
  importsOf: ImportsOf,
): ReadonlyMap<string, string> {
  const [main, command, worker, simulator, run] = [
    closureOf(beginnings.main, importsOf),
    closureOf(beginnings.command, importsOf),
    closureOf(beginnings.worker, importsOf),
    closureOf(beginnings.simulator, importsOf),
    closureOf(beginnings.run, importsOf),
  ];
  const chunks = new Map<string, string>();
  for (const module of [...command, ...worker, ...simulator, ...run]) {
    // The command's own module waits for the command, and what that loads must not wait for it.
    if (main.has(module) || beginnings.command.includes(module)) continue;
    const isCommand = command.has(module);
    if (isCommand && worker.has(module)) chunks.set(module, 'common');
    else if (isCommand) chunks.set(module, 'command');
    else if (worker.has(module)) chunks.set(module, 'worker');
    else chunks.set(module, simulator.has(module) ? 'simulator' : 'run');
  }
  return chunks;
}

/** The modules and all that they import, directly or not. */
function closureOf(modules: readonly string[], importsOf: ImportsOf): ReadonlySet<string> {
  const reached = new Set(modules);
  for (const module of reached) {
    for (const imported of importsOf(module)) reached.add(imported);
  }
  return reached;
}
