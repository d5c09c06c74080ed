import { posix } from 'node:path';
import { type Change, type Inputs, type LoadedFile, type Plan, isFailure } from '../../model/module.ts';
import type { Secret } from '../../model/secret.ts';
import { type WantedAttributes, attributeChanges, compareAttributes, octalMode } from './attributes.ts';
import { planFile } from './file-change.ts';
import type { FileQuestion, FileState } from './file-state.ts';
import { createFolder } from './folders.ts';
import { loadedFiles, placeFolder, withoutSlash } from './sources.ts';
import { writeFile } from './write-file.ts';

/** The parameters of `copy` and `template`. */
export interface CopyParams extends WantedAttributes {
  readonly src?: string | undefined;
  readonly content?: string | Secret | undefined;
  readonly dest: string;
  readonly directory_mode?: string | undefined;
  readonly backup: boolean;
  readonly force: boolean;
  readonly remote_src: boolean;
  readonly validate?: string | undefined;
}

export interface CopyState {
  readonly dest: FileState;
  /** Of the file that is to be written, where it is one; undefined for a folder. */
  readonly single: FileState | undefined;
  /** With `remote_src`. */
  readonly source: FileState | undefined;
  readonly folders: readonly FileState[];
  readonly files: readonly FileState[];
}

/** In the order in which `readCopyState` takes the answers. */
export function copyQuestions(asked: CopyParams, inputs: Inputs): readonly FileQuestion[] {
  const input = loadedFiles(inputs, 'src');
  if (input?.isFolder === true) {
    const { folders, files } = placeFolder(input, asked.src ?? '', asked.dest);
    return [
      { path: asked.dest },
      ...folders.map((path) => ({ path })),
      ...files.map(({ path, file }) => ({ path, content: { wanted: file.bytes } })),
    ];
  }
  const content: NonNullable<FileQuestion['content']> = asked.remote_src
    ? 'checksum'
    : { wanted: contentOf(asked, input?.files[0]) };
  const questions: FileQuestion[] = [{ path: withoutSlash(asked.dest), content }];
  if (asked.src !== undefined)
    questions.push({ path: posix.join(asked.dest, posix.basename(asked.src)), content });
  return asked.remote_src ? [...questions, { path: asked.src ?? '', content }] : questions;
}

export function readCopyState(asked: CopyParams, inputs: Inputs, states: readonly FileState[]): CopyState {
  const [dest, inside, source] = states;
  if (dest === undefined) throw new Error('no answer about the destination');
  const input = loadedFiles(inputs, 'src');
  if (input?.isFolder === true) {
    const { folders } = placeFolder(input, asked.src ?? '', asked.dest);
    const [, ...rest] = states;
    const end = folders.length;
    return {
      dest,
      single: undefined,
      source: undefined,
      folders: rest.slice(0, end),
      files: rest.slice(end),
    };
  }
  const into = asked.src !== undefined && (asked.dest.endsWith('/') || dest.type === 'directory');
  return { dest, single: into ? inside : dest, source, folders: [], files: [] };
}

export function planCopy(state: CopyState, asked: CopyParams, inputs: Inputs): Plan {
  const input = loadedFiles(inputs, 'src');
  if (input?.isFolder === true) return planCopyOfFolder(state, asked, inputs);
  const { single, dest, source } = state;
  if (single === undefined) return { failed: 'no answer about the destination' };
  if (asked.content !== undefined && asked.dest.endsWith('/'))
    return { failed: `${asked.dest} names a folder`, hint: '`content` needs the name of a file' };
  const createFolder =
    asked.dest.endsWith('/') && dest.type === 'absent' ? (asked.directory_mode ?? true) : false;
  if (!asked.force && single.type !== 'absent') return attributeChanges(single, keepMode(asked));
  if (source) return planRemote(single, source, asked, createFolder);
  return planOne(single, contentOf(asked, input?.files[0]), input?.files[0]?.mode, asked, createFolder);
}

function planCopyOfFolder(state: CopyState, asked: CopyParams, inputs: Inputs): Plan {
  const input = loadedFiles(inputs, 'src');
  if (!input) return [];
  const { files } = placeFolder(input, asked.src ?? '', asked.dest);
  const changes: Change[] = [];
  for (const folder of state.folders) {
    const { owner, group } = asked;
    if (folder.type === 'absent')
      changes.push(createFolder(folder.real, { owner, group, mode: asked.directory_mode }));
    else if (folder.type !== 'directory') return { failed: `${folder.real} is not a folder` };
  }
  for (const [index, { file }] of files.entries()) {
    const one = state.files[index];
    if (!one) continue;
    if (!asked.force && one.type !== 'absent') continue;
    const plan = planOne(one, file.bytes, file.mode, asked, false);
    if (isFailure(plan)) return plan;
    changes.push(...plan);
  }
  return changes;
}

function planOne(
  state: FileState,
  content: Uint8Array | string | Secret,
  sourceMode: string | undefined,
  asked: CopyParams,
  createFolder: boolean | string,
): Plan {
  const { owner, group, validate, backup } = asked;
  const mode = asked.mode === 'preserve' ? sourceMode : asked.mode;
  return planFile(state, { content, owner, group, mode, validate, backup, createFolder });
}

function planRemote(
  state: FileState,
  source: FileState,
  asked: CopyParams,
  createFolder: boolean | string,
): Plan {
  if (source.type === 'directory')
    return { failed: `${source.real} is a folder`, hint: 'use `command: cp -a` with `creates:`' };
  if (source.type !== 'file') return { failed: `${asked.src ?? ''} is not on the host` };
  const mode = asked.mode === 'preserve' ? source.mode : asked.mode;
  const wanted = { owner: asked.owner, group: asked.group, mode };
  const [is, shall] = [state.content, source.content];
  const same =
    is.kind === 'checksum' && shall.kind === 'checksum' && is.sha256 !== '' && is.sha256 === shall.sha256;
  if (same) return attributeChanges(state, wanted);
  if (state.type !== 'absent' && state.type !== 'file')
    return { failed: `${state.real} is not a regular file` };
  const octal =
    mode === undefined ? undefined : octalMode(mode, state.type === 'absent' ? '0644' : state.mode, false);
  const { after } = compareAttributes(state, wanted);
  const extra = after.length === 0 || state.type === 'absent' ? '' : ` (${after.join(', ')})`;
  return [
    {
      summary: `${state.type === 'absent' ? 'create' : 'update'} ${state.real} from ${source.real}${extra}`,
      before: describe(state),
      after: describe(source),
      subject: state.real,
      actions: writeFile({
        path: state.real,
        bytes: { hostPath: source.real },
        ...wanted,
        mode: octal,
        createFolder,
        validate: asked.validate,
        backup: asked.backup,
      }),
    },
  ];
}

function describe({ type, size, content }: FileState): string {
  if (type !== 'file') return type;
  return content.kind === 'checksum' ? `${size} bytes, sha256 ${content.sha256}` : `${size} bytes`;
}

function keepMode(asked: CopyParams): WantedAttributes {
  const { owner, group, mode } = asked;
  return { owner, group, mode: mode === 'preserve' ? undefined : mode };
}

function contentOf(asked: CopyParams, file: LoadedFile | undefined): Uint8Array | string | Secret {
  return file?.secret ?? file?.bytes ?? asked.content ?? '';
}
