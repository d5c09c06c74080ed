import type { FileState } from '../../src/modules/lib/file-state.ts';

/** A regular file of root with this text; `changes` make it something else. */
export function textFile(real: string, text: string, changes: Partial<FileState> = {}): FileState {
  return {
    type: 'file',
    real,
    mode: '0644',
    owner: 'root',
    group: 'root',
    uid: 0,
    gid: 0,
    size: text.length,
    mtime: 1,
    inode: 1,
    device: 1,
    links: 1,
    content: { kind: 'text', text, bytes: Buffer.from(text) },
    ...changes,
  };
}

export function noFile(real: string): FileState {
  return textFile(real, '', { type: 'absent', content: { kind: 'none' } });
}
