/** `cachetorrent init` writes a configuration to start from, `import` converts an old one. */

import { writeFile } from 'node:fs/promises';

import { configYaml } from '../configuration/export-yaml.ts';
import { checkedSwarm, readConfig } from '../configuration/read.ts';
import { STARTING_FILE } from '../configuration/starting-file.ts';
import type { CliEnvironment } from '../cli-environment.ts';
import { systemError } from '../system-error.ts';
import { UserError } from '../user-error.ts';

/** `import`: prints a configuration of the original simulator in the format of today. */
export async function importCommand(file: string, { stdout }: CliEnvironment): Promise<void> {
  const original = await readConfig(file);
  // What `run` would refuse is not printed as a configuration.
  checkedSwarm(original);
  stdout.write(configYaml(original.config));
}

/**
 * `init`: writes a configuration to start from.
 *
 * @throws UserError if the file exists or cannot be written
 */
export async function initCommand(
  file: string,
  force: boolean,
  { stdout }: CliEnvironment,
): Promise<void> {
  if (file.endsWith('.json')) {
    const fix = `name it ${file.replace(/json$/, 'yaml')}`;
    throw new UserError({ at: file, problem: 'would be read as JSON, but it is YAML', fix });
  }
  try {
    await writeFile(file, STARTING_FILE, { flag: force ? 'w' : 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      const fix = 'name another file, or overwrite it with --force';
      throw new UserError({ at: file, problem: 'exists already', fix });
    }
    throw systemError(error, { at: file, elsewhere: 'name another file' });
  }
  stdout.write(`Wrote ${file}. Run it:  cachetorrent run ${file}\n`);
}
