/** Finds what a user can name and nobody has explained. */

import { type DeclarationReflection, type ProjectReflection, ReflectionKind } from 'typedoc';

const EXPLAINED: ReflectionKind =
  ReflectionKind.Class |
  ReflectionKind.Interface |
  ReflectionKind.TypeAlias |
  ReflectionKind.Variable |
  ReflectionKind.Function |
  ReflectionKind.Property |
  ReflectionKind.Method |
  ReflectionKind.Accessor;

/** Parts of a type that has no name: what they mean is said where the type is used. */
const NAMELESS = /\.__/;

/** The symbols that have no docstring, and the modules that they are in: `std.Random.below`. */
export function undocumented(project: ProjectReflection): readonly string[] {
  const symbols = project.getReflectionsByKind(EXPLAINED) as DeclarationReflection[];
  return symbols
    .filter((symbol) => !isElsewhere(symbol) && !isExplained(symbol))
    .map((symbol) => symbol.getFullName())
    .filter((name) => !NAMELESS.test(name));
}

function isExplained(symbol: DeclarationReflection): boolean {
  const { comment, signatures, getSignature, setSignature } = symbol;
  const all = [...(signatures ?? []), getSignature, setSignature];
  return comment !== undefined || all.some((signature) => signature?.comment !== undefined);
}

/** What comes from a class of somebody else, such as the message of an error. */
function isElsewhere({ inheritedFrom, overwrites, flags }: DeclarationReflection): boolean {
  return inheritedFrom !== undefined || overwrites !== undefined || flags.isExternal;
}
