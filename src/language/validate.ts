import type { z } from 'zod';
import { translateIssue, type IssueContext } from './issues.ts';
import type { Mistakes } from './mistakes.ts';
import { spanOf } from './origin.ts';

/** Checks a value against a schema; reports every issue at its place. Undefined where there was one. */
export function validate<T extends z.ZodType>(
  schema: T,
  value: unknown,
  mistakes: Mistakes,
  context: Pick<IssueContext, 'owner'> & Partial<IssueContext>,
  host?: string,
): z.output<T> | undefined {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const full = {
    kind: 'key',
    written: value,
    input: value,
    known: keysOf(schema),
    span: spanOf(value),
    ...context,
  } as const;
  for (const issue of result.error.issues)
    for (const mistake of translateIssue(issue, full)) mistakes.add(mistake, host);
  return undefined;
}

/** The keys of an object schema. */
export function keysOf(schema: unknown): readonly string[] {
  const shape = typeof schema === 'object' && schema !== null && 'shape' in schema ? schema.shape : undefined;
  return typeof shape === 'object' && shape !== null ? Object.keys(shape) : [];
}
