import { z } from 'zod';
import { flag, mode, text } from '../../model/schema.ts';
import type { Value } from '../../model/value.ts';
import { isMap } from '../../model/value.ts';
import { calendarErrors } from './unit-calendar.ts';
import { unitMapError } from './unit-file.ts';

/** The parameters of `systemd_unit`. */
export const unitParams = z
  .strictObject({
    name: z
      .string()
      .regex(
        /^[A-Za-z0-9:_.@-]+\.(?:service|socket|target|timer|path|mount|automount|swap|slice)$/,
        'a unit with its suffix, such as `backup.timer`',
      )
      .describe('The unit with its suffix.'),
    content: text.optional().describe('The whole file as text.'),
    unit: z
      .custom<Value>(isMap, { error: 'a map of sections' })
      .optional()
      .describe('The file as a map: `{Unit: {…}, Service: {…}}`. A list repeats its key.'),
    dropin: z
      .string()
      .regex(/^[A-Za-z0-9_.-]+$/, 'the name of a file')
      .optional()
      .describe('Writes `NAME.d/DROPIN.conf` beside a unit that a package brings, instead of the unit.'),
    state: z.enum(['present', 'absent']).default('present').describe('Whether the file shall be there.'),
    enabled: flag.optional().describe('Whether the unit starts with the host.'),
    started: flag.optional().describe('Whether the unit shall run.'),
    restart_on_change: flag.default(true).describe('Restarts a running unit whose file has changed.'),
    mode: mode.default('0644').describe('Permissions of the file.'),
  })
  .superRefine((given, context) => {
    const { state, content, unit } = given;
    if (state === 'present' && (content === undefined) === (unit === undefined))
      context.addIssue({ code: 'custom', message: '`systemd_unit` needs one of `content` and `unit`' });
    const error = isMap(unit) ? unitMapError(unit) : undefined;
    if (error !== undefined) context.addIssue({ code: 'custom', path: ['unit'], message: error });
    for (const { path, message } of calendarErrors(unit, content))
      context.addIssue({ code: 'custom', path: [...path], message });
  });

export type UnitParams = z.infer<typeof unitParams>;
