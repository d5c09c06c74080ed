import { z } from 'zod';
import { Secret } from '../../model/secret.ts';
import { expression, strayReference } from './regexp.ts';

/** A command that must accept a new file before it takes the old one's place. */
export const validateParam = z
  .string()
  .refine((command) => command.includes('%s'), {
    error: '`validate` needs `%s`, which stands for the path of the new file',
  })
  .optional()
  .describe(
    'Command that must accept the new file before it takes the old one’s place; `%s` is its path, as in `visudo -cf %s`.',
  );

/** A regular expression, checked before any host is touched. */
export const regexpParam = z
  .string()
  .superRefine((pattern, context) => {
    try {
      expression(pattern);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      context.addIssue({ code: 'custom', message: `not a regular expression: ${message}` });
    }
  })
  .optional();

/** The first reference to a group that is not there. A secret is not looked at: nothing of it may stand in a message. */
export function strayGroup(
  pattern: string | undefined,
  replacement: string | Secret | undefined,
): string | undefined {
  if (pattern === undefined || replacement === undefined || replacement instanceof Secret) return undefined;
  try {
    return strayReference(pattern, replacement);
  } catch {
    return undefined; // A mistake in the pattern itself is told by `regexpParam`.
  }
}
