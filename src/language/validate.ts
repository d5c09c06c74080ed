import type { z } from 'zod';
import type { ValueMap } from '../model/value.ts';
import { translateIssue, type IssueContext } from './issues.ts';
import type { Found, Mistakes } from './mistakes.ts';
import { pick } from './merge.ts';
import { spanOf } from './origin.ts';

/** Checks a value against a schema; reports every issue at its place. Undefined where there was one. */
export function validate<T extends z.ZodType>(
  schema: T,
  value: unknown,
  mistakes: Mistakes,
  context: Pick<IssueContext, 'owner'> & Partial<IssueContext>,
  found?: Found,
): z.output<T> | undefined {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const full = {
    kind: 'key',
    written: value,
    input: value,
    schema,
    span: spanOf(value),
    ...context,
  } as const;
  for (const issue of result.error.issues)
    for (const mistake of translateIssue(issue, full)) mistakes.add(mistake, found);
  return undefined;
}

/** The same for keywords: what is wrong is reported and left out, so that one slip does not hide all that is inside. */
export function validateKeywords<T extends z.ZodType>(
  schema: T,
  raw: ValueMap,
  mistakes: Mistakes,
  context: Pick<IssueContext, 'owner'> & Partial<IssueContext>,
  otherwise: ValueMap = {},
): z.output<T> | undefined {
  const read = validate(schema, raw, mistakes, context);
  if (read !== undefined) return read;
  const issues = schema.safeParse(raw).error?.issues ?? [];
  const bad = new Set(
    issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys : [String(issue.path[0])],
    ),
  );
  const rest = pick(
    raw,
    Object.keys(raw).filter((key) => !bad.has(key)),
  );
  return schema.safeParse({ ...otherwise, ...rest }).data;
}
