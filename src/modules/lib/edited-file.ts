import type { Plan, Probe } from '../../model/module.ts';
import { ask } from '../../model/module.ts';
import { flag, path } from '../../model/schema.ts';
import { Secret } from '../../model/secret.ts';
import { type WantedAttributes, attributeParams } from './attributes.ts';
import { planFile } from './file-change.ts';
import { type FileState, fileStateScript, parseFileState } from './file-state.ts';
import { validateParam } from './params.ts';
import { editableText } from './text.ts';

/** Parameters of modules that edit a text file in place. */
export const editParams = {
  path: path.describe('The file.'),
  create: flag.default(false).describe('Makes the file where it is missing, and its folder.'),
  backup: flag.default(false).describe('Keeps the old file as `PATH.YYYY-MM-DD@HH:MM:SS~`.'),
  validate: validateParam,
  ...attributeParams,
};

interface Asked extends WantedAttributes {
  readonly path: string;
  readonly create: boolean;
  readonly backup: boolean;
  readonly validate?: string | undefined;
}

/** Larger files are not configuration, and would travel on every run. */
const LIMIT = 1024 * 1024;

export function probeText({ path }: Asked): Probe<FileState> {
  return ask(fileStateScript({ path, content: 'text', limit: LIMIT }), parseFileState);
}

/** `hidden`: the new text holds a secret and is not shown. */
export function planEdit(
  state: FileState,
  asked: Asked,
  edit: (text: string) => string,
  options: { readonly hidden: boolean; readonly removes: boolean },
): Plan {
  const text = editableText(state);
  if (typeof text !== 'string') return text;
  if (state.type === 'absent') {
    if (options.removes) return [];
    if (!asked.create)
      return { failed: `${asked.path} does not exist`, hint: 'use `create: true` to make it' };
  }
  const edited = edit(text);
  return planFile(state, {
    ...asked,
    content: options.hidden ? new Secret(edited) : edited,
    createFolder: asked.create,
  });
}
