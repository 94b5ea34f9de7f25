/**
 * The cores and the memory that this process may use: those of the machine, or less if it is in a
 * control group with limits, as in a container or in a job of a batch system (Linux, cgroup v1 and
 * v2). A limit of a group holds for the groups within it, too.
 *
 * Node knows the limits of memory of the innermost group, and of cores in some versions.
 */

import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';

/** What a process may use. */
export interface Machine {
  readonly cores: number;
  readonly memoryBytes: number;
}

/** The limits of control groups: Infinity where there is none. */
export interface GroupLimits {
  /** The number of cores; it may have a fraction. */
  readonly cores: number;
  readonly memoryBytes: number;
}

/** What this process may use. */
export function thisMachine(): Machine {
  const limits = groupLimits();
  return {
    cores: Math.max(1, Math.min(availableParallelism(), Math.floor(limits.cores))),
    memoryBytes: Math.min(totalmem(), process.constrainedMemory() || Infinity, limits.memoryBytes),
  };
}

/** The part of the memory that is free now, except for a reserve of a tenth of all. */
export function freeMemoryBytes({ memoryBytes }: Machine): number {
  const unusedBytes = Math.min(process.availableMemory(), memoryBytes - process.memoryUsage.rss());
  return unusedBytes - memoryBytes / 10;
}

/** The limits of the groups of this process; `root` is the folder that has /proc and /sys. */
export function groupLimits(root = '/'): GroupLimits {
  let cores = Infinity;
  let memoryBytes = Infinity;
  for (const folder of groupFolders(root)) {
    const read = (name: string): number[] => numbersIn(join(folder, name));
    const [quota = NaN, period = NaN] = read('cpu.max');
    const [quotaUs = NaN] = read('cpu.cfs_quota_us');
    const [periodUs = NaN] = read('cpu.cfs_period_us');
    const shares = [quota / period, quotaUs / periodUs].filter((share) => share > 0);
    cores = Math.min(cores, ...shares);
    const bytes = ['memory.max', 'memory.high', 'memory.limit_in_bytes'].flatMap(read);
    memoryBytes = Math.min(memoryBytes, ...bytes.filter((limit) => limit > 0));
  }
  return { cores, memoryBytes };
}

/** The folders of the groups that this process is in, with those that contain them. */
function groupFolders(root: string): string[] {
  const groups = linesOf(join(root, 'proc/self/cgroup')).map((line) => {
    const [, controllers = '', ...path] = line.split(':');
    return { controllers: controllers.split(','), path: path.join(':') };
  });
  return mountedGroups(root).flatMap(({ controllers, top, folder }) => {
    const isOfMount = controllers.length === 0 ? [''] : controllers;
    const group = groups.find((each) => each.controllers.some((name) => isOfMount.includes(name)));
    if (group === undefined) return [];
    // A container may see its own group as the top of the hierarchy.
    const below = group.path.startsWith(top) ? group.path.slice(top.length) : '';
    const names = below.split('/').filter((name) => name !== '' && name !== '..');
    return Array.from({ length: names.length + 1 }, (_, depth) =>
      join(root, folder, ...names.slice(0, depth)),
    );
  });
}

interface MountedGroups {
  /** Those of cgroup v1 among which are `cpu` and `memory`; none for cgroup v2. */
  readonly controllers: readonly string[];
  /** The group at the top of what is mounted. */
  readonly top: string;
  readonly folder: string;
}

/** The hierarchies of groups, as proc(5) describes `mountinfo`. */
function mountedGroups(root: string): MountedGroups[] {
  return linesOf(join(root, 'proc/self/mountinfo')).flatMap((line) => {
    const [mount = '', system = ''] = line.split(' - ');
    const [, , , top = '/', folder = ''] = mount.split(' ');
    const [type, , options = ''] = system.split(' ');
    const controllers = options.split(',').filter((name) => name === 'cpu' || name === 'memory');
    if (type === 'cgroup2') return [{ controllers: [], top, folder }];
    return type === 'cgroup' && controllers.length > 0 ? [{ controllers, top, folder }] : [];
  });
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}

/** The numbers in a file; none if it does not exist or says `max`. */
function numbersIn(file: string): number[] {
  const words = linesOf(file)[0]?.split(' ') ?? [];
  return words[0] === 'max' || words[0] === '' ? [] : words.map(Number);
}
