import { isUtf8 } from 'node:buffer';
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
  const bytes = readBytes(path, mistakes, from);
  if (bytes === undefined) return undefined;
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  const file = { path: shownPath(path), text };
  const answer = opened(text, secrets);
  if (answer === undefined) return checkEncoding(file, bytes, mistakes) ? file : undefined;
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

/** Whether it is text at all; where only some characters are not, the rest can still be read. */
function checkEncoding(file: SourceFile, bytes: Buffer, mistakes: Mistakes): boolean {
  if (isUtf8(bytes)) return true;
  const wide = /^(?:\xFF\xFE|\xFE\xFF)/.test(bytes.toString('latin1', 0, 2));
  const start = wide ? 0 : Math.max(0, file.text.indexOf('\uFFFD'));
  mistakes.add({
    code: 'file-unreadable',
    message: wide ? 'this file is UTF-16, not UTF-8' : 'this character is not UTF-8',
    span: { file: wide ? { ...file, hidden: true } : file, start, end: start + 1 },
    hint: `save the file as UTF-8, or: iconv -f ${wide ? 'UTF-16' : 'LATIN1'} -t UTF-8 ${file.path}`,
  });
  return !wide;
}

function readBytes(path: string, mistakes: Mistakes, from: Span | undefined): Buffer | undefined {
  try {
    return readFileSync(path);
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
