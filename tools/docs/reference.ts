/** Reads the public symbols of the packages with typedoc, and writes the API reference. */

import {
  Application,
  type DeclarationReflection,
  type ProjectReflection,
  ReflectionKind,
  type TypeDocOptions,
} from 'typedoc';

import { inRepository } from '../files.ts';

/** The entry points of the packages, by the names of their pages. */
export const MODULES: Readonly<Record<string, string>> = {
  std: 'packages/std/src/index.ts',
  protocol: 'packages/protocol/src/index.ts',
  'protocol-wire': 'packages/protocol/src/wire/index.ts',
  tracker: 'packages/tracker/src/index.ts',
  recording: 'packages/recording/src/index.ts',
  view: 'packages/view/src/index.ts',
  simulator: 'packages/simulator/src/index.ts',
  client: 'packages/client/src/index.ts',
  'client-commands': 'packages/client/src/commands/index.ts',
  runner: 'packages/runner/src/index.ts',
};

type Options = Partial<TypeDocOptions> & Readonly<Record<string, unknown>>;

const READING: Options = {
  entryPoints: Object.values(MODULES).map(inRepository),
  // typedoc brings an older compiler; the project's own one has checked the types.
  tsconfig: inRepository('tsconfig.check.json'),
  skipErrorChecking: true,
  excludePrivate: true,
  excludeExternals: true,
  disableSources: true,
  logLevel: 'Error',
  name: 'API reference',
  readme: 'none',
};

/** Markdown pages, so that the reference can be read in the repository. */
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

/** Returns all symbols that the packages export, with their docstrings. */
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
    if (entry === undefined) throw new Error(`${module.name} is not an entry point`);
    module.name = entry[0];
  }
  return project;
}

const DOCUMENTED: ReflectionKind =
  ReflectionKind.Class |
  ReflectionKind.Interface |
  ReflectionKind.TypeAlias |
  ReflectionKind.Variable |
  ReflectionKind.Function |
  ReflectionKind.Property |
  ReflectionKind.Method |
  ReflectionKind.Accessor;

/** Members of an anonymous type: the docstring of the symbol that has the type explains them. */
const ANONYMOUS = /\.__/;

/** Returns the symbols without a docstring, each with its module, such as `std.Random.below`. */
export function undocumented(project: ProjectReflection): readonly string[] {
  const symbols = project.getReflectionsByKind(DOCUMENTED) as DeclarationReflection[];
  return symbols
    .filter((symbol) => !isForeign(symbol) && !hasDocstring(symbol))
    .map((symbol) => symbol.getFullName())
    .filter((name) => !ANONYMOUS.test(name));
}

function hasDocstring(symbol: DeclarationReflection): boolean {
  const { comment, signatures, getSignature, setSignature } = symbol;
  const all = [...(signatures ?? []), getSignature, setSignature];
  return comment !== undefined || all.some((signature) => signature?.comment !== undefined);
}

/** Whether the symbol comes from a class outside the packages, such as the message of an error. */
function isForeign({ inheritedFrom, overwrites, flags }: DeclarationReflection): boolean {
  return inheritedFrom !== undefined || overwrites !== undefined || flags.isExternal;
}
