import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Revealed, SecretSource } from '../model/secret-source.ts';
import type { SourceFile, Span } from '../model/source.ts';
import type { Mistakes } from './mistakes.ts';
import { noSource } from './secret-tags.ts';

/** Reads a file; one that is encrypted as a whole gives what is in it. Undefined where it could not be read. */
export function readSource(
  path: string,
  mistakes: Mistakes,
  { from, secrets }: { readonly from?: Span | undefined; readonly secrets?: SecretSource | undefined },
): SourceFile | undefined {
  const text = readText(path, mistakes, from);
  if (text === undefined) return undefined;
  const file = { path: shownPath(path), text };
  const answer = opened(text, secrets);
  if (answer === undefined) return file;
  if (answer.kind === 'known') return { ...file, text: answer.text, hidden: true };
  if (answer.kind === 'pending') return { ...file, text: '', hidden: true };
  const [head = ''] = text.split('\n', 1);
  mistakes.add({
    code: 'secret-unreadable',
    message: answer.failed,
    span: { file, start: 0, end: head.trimEnd().length },
    ...(answer.hint !== undefined && { hint: answer.hint }),
  });
  return undefined;
}

/** As the user would type it: relative to the working directory, unless that climbs out of it. */
export function shownPath(path: string): string {
  const near = relative('.', path);
  return near.startsWith('..') ? path : near;
}

/** Undefined where the text is not encrypted. */
function opened(text: string, secrets: SecretSource | undefined): Revealed | undefined {
  if (text.startsWith('age-encryption.org/'))
    return {
      kind: 'failed',
      failed: 'this is age in its binary form',
      hint: 'write it as text: `homerun secret rekey FILE`, or `age --armor`',
    };
  if (/^\s*-----BEGIN AGE ENCRYPTED FILE-----/.test(text))
    return secrets?.age(text) ?? noSource('an encrypted file');
  if (/^\s*\$ANSIBLE_VAULT;/.test(text)) return secrets?.vault(text) ?? noSource('an encrypted file');
  return undefined;
}

function readText(path: string, mistakes: Mistakes, from: Span | undefined): string | undefined {
  try {
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    mistakes.add({ ...unreadable(path, error), ...(from && { span: from }) });
    return undefined;
  }
}

function unreadable(path: string, error: unknown): Diagnostic {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT')
    return { code: 'file-missing', message: `there is no file ${shownPath(path) || "''"}` };
  if (code === 'EISDIR') return folderInPlaceOf(path);
  const reason = error instanceof Error ? error.message : String(error);
  return { code: 'file-unreadable', message: `cannot read ${shownPath(path)}: ${reason}` };
}

function folderInPlaceOf(path: string): Diagnostic {
  const files = readdirSync(path).filter((name) => /\.ya?ml$/.test(name));
  const named = files.sort().map((name) => shownPath(join(path, name)));
  const message = `${shownPath(path) || '.'} is a folder, not a file`;
  if (named.length === 0) return { code: 'file-unreadable', message };
  return { code: 'file-unreadable', message, hint: `name a file: in it there are ${named.join(', ')}` };
}
