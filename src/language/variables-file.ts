import { isMap, type ValueMap } from '../model/value.ts';
import { readDocument, type DocumentOptions } from './document.ts';
import type { Mistakes } from './mistakes.ts';
import { checkNames } from './names.ts';

/** A file that is a map of variables; empty where it is not. */
export function readVariables(path: string, mistakes: Mistakes, options: DocumentOptions): ValueMap {
  const source = readDocument(path, mistakes, options);
  if (!source || source.value === null) return {};
  if (isMap(source.value)) {
    checkNames(source.value, mistakes);
    return source.value;
  }
  mistakes.add({
    code: 'wrong-type',
    message: 'a file of variables is a map',
    span: { file: source.file, start: 0, end: 1 },
  });
  return {};
}
