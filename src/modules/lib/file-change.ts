import type { Change, Plan } from '../../model/module.ts';
import { Secret } from '../../model/secret.ts';
import { type WantedAttributes, attributeChanges, compareAttributes, octalMode } from './attributes.ts';
import { type FileState, sha256 } from './file-state.ts';
import { writeFile } from './write-file.ts';

/** A file with its whole content, as a module wants it. */
export interface WantedFile extends WantedAttributes {
  readonly content: Uint8Array | string | Secret;
  readonly validate?: string | undefined;
  readonly backup?: boolean | undefined;
  /** Creates missing parent folders, with this mode where one is given. */
  readonly createFolder?: boolean | string | undefined;
}

/**
 * What brings a file to the wanted content, owner and mode. The state is that of a question with `follow` and
 * `content: {wanted}` or `text`; a path that cannot hold a file is a failure.
 */
export function planFile(state: FileState, wanted: WantedFile): Plan {
  const { real, type } = state;
  if (type === 'directory') return { failed: `${real} is a directory` };
  if (type === 'link') return { failed: `${real} is a broken link`, hint: 'remove it, or create its target' };
  if (type === 'other') return { failed: `${real} is not a regular file` };
  if (type === 'file' && state.content.kind === 'unreadable') {
    return { failed: `${real} cannot be read by this user`, hint: 'add `become: true`' };
  }
  if (type === 'file' && hasContent(state, wanted.content)) return attributeChanges(state, wanted);
  return [contentChange(state, wanted)];
}

function hasContent({ content }: FileState, wanted: WantedFile['content']): boolean {
  if (content.kind === 'same') return true;
  const bytes = wanted instanceof Secret ? wanted.reveal() : wanted;
  if (content.kind === 'checksum') return content.sha256 === sha256(bytes);
  return content.kind === 'text' && Buffer.from(bytes).equals(content.bytes);
}

function contentChange(state: FileState, wanted: WantedFile): Change {
  const isNew = state.type === 'absent';
  // What holds a secret is not for everybody to read, unless somebody says so.
  const asked = wanted.mode ?? (isNew && wanted.content instanceof Secret ? '0600' : undefined);
  const mode = asked === undefined ? undefined : octalMode(asked, isNew ? '0644' : state.mode, false);
  const { owner, group, validate, backup, createFolder } = wanted;
  const attributes = { owner, group, mode };
  const extra = isNew
    ? Object.entries(attributes).flatMap(([name, value]) =>
        value === undefined ? [] : [`${name}: ${value}`],
      )
    : compareAttributes(state, attributes).after;
  const summary = `${isNew ? 'create' : 'update'} ${state.real}${extra.length === 0 ? '' : ` (${extra.join(', ')})`}`;
  return {
    summary,
    ...shownContent(state, wanted.content),
    subject: state.real,
    actions: writeFile({
      path: state.real,
      bytes: wanted.content,
      ...attributes,
      validate,
      backup,
      createFolder,
    }),
  };
}

const HIDDEN = '(contains secrets; not shown)';

function shownContent(state: FileState, wanted: WantedFile['content']): { before?: string; after?: string } {
  if (wanted instanceof Secret)
    return { before: state.type === 'absent' ? '' : '(not shown)', after: HIDDEN };
  const before = state.type === 'absent' ? '' : shownBefore(state);
  const after = shownAfter(wanted);
  return { before, after };
}

function shownBefore({ content, size }: FileState): string {
  return content.kind === 'text' ? content.text : `(${size} bytes, not shown)`;
}

const SHOWN_LIMIT = 256 * 1024;

function shownAfter(wanted: Uint8Array | string): string {
  const bytes = Buffer.from(wanted);
  if (bytes.length > SHOWN_LIMIT || bytes.includes(0))
    return `(${bytes.length} bytes, sha256 ${sha256(bytes)})`;
  return bytes.toString('utf8');
}
