import { text } from '../../model/schema.ts';

/** Name of a user or group, as useradd takes it on every system; a leading hyphen would be an option. */
export const accountName = text.refine(
  (name) => /^[A-Za-z_][A-Za-z0-9_.-]{0,31}\$?$/.test(name),
  'a name of a user or group begins with a letter or `_`; letters, digits, `_`, `.` and `-` follow',
);
