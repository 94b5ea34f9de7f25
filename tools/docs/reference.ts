/** Reads the packages as typedoc sees them, and writes them down as the API reference. */

import { Application, type ProjectReflection, type TypeDocOptions } from 'typedoc';

import { inRepository } from '../runs/configs.ts';
import { ENTRY_POINTS, MODULES } from './modules.ts';

type Options = Partial<TypeDocOptions> & Readonly<Record<string, unknown>>;

const READING: Options = {
  entryPoints: [...ENTRY_POINTS],
  // The compiler has checked it; here it is read by another version of it.
  tsconfig: inRepository('tsconfig.check.json'),
  skipErrorChecking: true,
  excludePrivate: true,
  excludeExternals: true,
  disableSources: true,
  logLevel: 'Error',
  name: 'API reference',
  readme: 'none',
};

/** As pages that a reader of the repository can read where they are. */
const WRITING: Options = {
  plugin: ['typedoc-plugin-markdown'],
  outputFileStrategy: 'modules',
  entryFileName: 'README',
  mergeReadme: true,
  hidePageHeader: true,
  hideBreadcrumbs: true,
  useCodeBlocks: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  typeDeclarationFormat: 'table',
};

/** All that the packages export, with their docstrings. */
export async function publicSymbols(): Promise<ProjectReflection> {
  return read(await Application.bootstrap(READING));
}

/** Writes the reference into `folder`. */
export async function writeReference(folder: string): Promise<void> {
  const app = await Application.bootstrapWithPlugins({ ...READING, ...WRITING, out: folder });
  await app.generateOutputs(await read(app));
}

async function read(app: Application): Promise<ProjectReflection> {
  const project = await app.convert();
  if (project === undefined) throw new Error('typedoc could not read the packages');
  for (const module of project.children ?? []) {
    const entry = Object.entries(MODULES).find(
      ([, path]) => path === `packages/${module.name}/index.ts`,
    );
    if (entry === undefined) throw new Error(`${module.name} is no entry point`);
    module.name = entry[0];
  }
  return project;
}
