import type { Output } from '../../model/module.ts';
import type { ValueMap } from '../../model/value.ts';

/** What `register` gets of a written file: where it is, and where the copy of the old one went. */
export function writtenResult(dest: string, outputs: readonly Output[]): ValueMap {
  const lines = outputs.map((output) => output.stdout.trim()).filter((line) => line !== '');
  const backup = lines.at(-1);
  return backup === undefined ? { dest } : { dest, backup_file: backup };
}

export const writtenReturns = {
  dest: 'where it went, resolved',
  backup_file: 'the copy of the old file, where one was made',
};
