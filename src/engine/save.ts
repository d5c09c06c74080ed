import { createHash, type Hash } from 'node:crypto';
import type { Change, Failure, Save } from '../model/module.ts';

/** Writes files on the controller, each whole or not at all. */
export interface Saver {
  /** Begins a file beside the one that it will replace. Throws where it cannot be written. */
  open(path: string, options: { readonly isPrivate: boolean }): Saving;
}

/** A file under way. */
export interface Saving {
  write(bytes: Uint8Array): void;
  /** Puts it into its place. */
  commit(): void;
  /** Leaves nothing of it behind, unless it is in its place by now. */
  discard(): void;
}

/** The files that one turn's actions bring to the controller. */
export class Saves {
  readonly #saver: Saver;
  readonly #files: readonly Arriving[];

  constructor(saver: Saver, plan: readonly Change[]) {
    this.#saver = saver;
    this.#files = plan
      .flatMap((change) => change.actions)
      .flatMap((action) => (action.kind === 'save' ? [{ action, hash: createHash('sha256'), size: 0 }] : []));
  }

  /** Takes the pieces of a file in their order. Trouble on the controller is told at the end, by `finish`. */
  receiver(action: Save): (bytes: Uint8Array) => void {
    const file = this.#files.find((candidate) => candidate.action === action);
    return (bytes) => {
      if (!file || file.failure) return;
      file.failure = attempt(action, () => {
        file.saving ??= this.#saver.open(action.to, action);
        file.saving.write(bytes);
      });
      file.hash.update(bytes);
      file.size += bytes.length;
    };
  }

  /** Puts all files into their places, or says why not. */
  finish(): Failure | undefined {
    for (const file of this.#files) {
      const failure = file.failure ?? damage(file) ?? attempt(file.action, () => file.saving?.commit());
      if (failure) return failure;
    }
    return undefined;
  }

  discard(): void {
    for (const { saving } of this.#files) saving?.discard();
  }
}

interface Arriving {
  readonly action: Save;
  readonly hash: Hash;
  size: number;
  saving?: Saving;
  failure?: Failure | undefined;
}

function damage({ action, hash, size }: Arriving): Failure | undefined {
  const { sha256, from } = action;
  if (sha256 === undefined || hash.digest('hex') === sha256) return undefined;
  const what = size === action.size ? 'other bytes' : `${size} bytes instead of ${action.size}`;
  return {
    failed: `${from} changed while it was read: ${what} arrived, and nothing was saved`,
    hint: 'run it again; for a file that is always written to, such as a log, say `validate_checksum: false`',
  };
}

/** A full disk, or a folder that may not be written to, on this machine: that is the operator's to mend. */
function attempt(action: Save, work: () => void): Failure | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error)) throw error;
    return { failed: `cannot write ${action.to} on this machine: ${error.message}` };
  }
}
