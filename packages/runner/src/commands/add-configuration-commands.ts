/**
 * The arguments and options of `cachetorrent init` and `import`. Their code is loaded when they
 * run, so that the other commands start without it.
 */

import type { Command } from 'commander';

import type { CliEnvironment } from '../cli-environment.ts';

/** Adds the commands `init` and `import` to `program`. */
export function addConfigurationCommands(program: Command, environment: CliEnvironment): void {
  program
    .command('init')
    .description('Write a commented configuration file to start from')
    .argument('[file]', 'File to write', 'swarm.yaml')
    .option('--force', 'Overwrite an existing file')
    .action(async (file: string, { force = false }: { force?: boolean }) => {
      const { initCommand } = await import('./configuration.ts');
      await initCommand(file, force, environment);
    });
  program
    .command('import')
    .description('Print a configuration of the original simulator in the format of today')
    .argument('<config>', 'Configuration file of the original simulator')
    .action(async (file: string) => {
      const { importCommand } = await import('./configuration.ts');
      await importCommand(file, environment);
    });
}
