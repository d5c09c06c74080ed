import { z } from 'zod';
import { expression } from './text.ts';

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
