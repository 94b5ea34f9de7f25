/** Schemas for quantities, which know the kind of quantity that they accept. */

import { z } from 'zod';

import { type QuantityKind, readQuantity } from './quantities.ts';

/** The kind of each schema for quantities. */
const KINDS = new WeakMap<z.core.$ZodType, QuantityKind>();

/**
 * A schema for quantities of one kind, or a word in place of one. The message of an issue is the
 * problem, `params.fix` the fix.
 */
export function quantityOf(kind: QuantityKind, word?: string): z.ZodType<string | number> {
  const schema = z.union([z.string(), z.number()]).check((context) => {
    if (context.value === word) return;
    const reading = readQuantity(kind, context.value);
    if ('value' in reading) return;
    const { problem, fix } = reading;
    const params = { fix };
    context.issues.push({ code: 'custom', message: problem, params, input: context.value });
  });
  KINDS.set(schema, kind);
  return schema;
}

/** The kind of the quantities that a schema accepts, maybe among other values. */
export function quantityKindIn(schema: z.core.$ZodType | undefined): QuantityKind | undefined {
  if (schema === undefined) return undefined;
  if (schema instanceof z.ZodExactOptional) return quantityKindIn(schema.unwrap());
  const kind = KINDS.get(schema);
  if (kind !== undefined || !(schema instanceof z.ZodUnion)) return kind;
  return schema.options.map(quantityKindIn).find((each) => each !== undefined);
}

/** The object that a schema describes, also as an entry of a list or as one of several choices. */
export function objectIn(schema: z.core.$ZodType | undefined): z.ZodObject | undefined {
  if (schema instanceof z.ZodObject) return schema;
  if (schema instanceof z.ZodExactOptional) return objectIn(schema.unwrap());
  if (schema instanceof z.ZodArray) return objectIn(schema.element);
  if (!(schema instanceof z.ZodUnion)) return undefined;
  return schema.options.map(objectIn).find((each) => each !== undefined);
}
