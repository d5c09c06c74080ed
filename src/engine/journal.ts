import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * What was done, and which handlers are still owed. A handler is written here before the actions of the task that
 * notifies it are sent, so that neither our death nor a lost connection can lose it.
 */
export interface Journal {
  /** A change is about to be made that notifies this handler. */
  owe(host: string, play: string, handler: string): void;
  /** The handler ran, or the change that would have notified it was not made. */
  settle(host: string, play: string, handler: string): void;
  /** Names of handlers that an earlier run still owes. */
  owed(host: string, play: string): readonly string[];
  /** A line for people: what a task did. */
  note(entry: Readonly<Record<string, unknown>>): void;
}

/** For tests: remembers nothing after the run. */
export function memoryJournal(): Journal {
  const owed = new Map<string, Set<string>>();
  const notes = (host: string, play: string): Set<string> => {
    const key = JSON.stringify([host, play]);
    const set = owed.get(key) ?? new Set<string>();
    owed.set(key, set);
    return set;
  };
  return {
    owe: (host, play, handler) => void notes(host, play).add(handler),
    settle: (host, play, handler) => void notes(host, play).delete(handler),
    owed: (host, play) => [...notes(host, play)],
    note: () => undefined,
  };
}

/** For check mode: what is owed by now, and nothing is written down. */
export function readJournal(path: string): Journal {
  return open(path).journal;
}

/** Kept in a file of JSON lines. Lines that a crash cut short are passed over. Throws where the file cannot be written. */
export function fileJournal(path: string, now: () => string): Journal {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const { journal: memory, lines } = open(path);
  compact(path, lines);
  const append = (entry: object): void =>
    appendFileSync(path, `${JSON.stringify({ time: now(), ...entry })}\n`, { mode: 0o600 });
  return {
    owe(host, play, handler) {
      if (memory.owed(host, play).includes(handler)) return;
      append({ kind: 'owe', host, play, handler });
      memory.owe(host, play, handler);
    },
    settle(host, play, handler) {
      if (!memory.owed(host, play).includes(handler)) return;
      append({ kind: 'settle', host, play, handler });
      memory.settle(host, play, handler);
    },
    owed: (host, play) => memory.owed(host, play),
    note: (entry) => append({ kind: 'note', ...entry }),
  };
}

function open(path: string): { journal: Journal; lines: readonly string[] } {
  const journal = memoryJournal();
  const lines = (existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []).filter((line) => {
    const entry = parseLine(line);
    if (entry?.kind === 'owe') journal.owe(entry.host, entry.play, entry.handler);
    if (entry?.kind === 'settle') journal.settle(entry.host, entry.play, entry.handler);
    return entry !== undefined;
  });
  return { journal, lines };
}

interface OwedLine {
  readonly kind: 'owe' | 'settle' | 'note';
  readonly host: string;
  readonly play: string;
  readonly handler: string;
}

function parseLine(line: string): OwedLine | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === 'object' && entry !== null ? (entry as OwedLine) : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps the last lines and every open debt, so that the file does not grow for ever. */
function compact(path: string, lines: readonly string[], keep = 2000): void {
  if (lines.length <= 2 * keep) return;
  const debts = lines.slice(0, -keep).filter((line) => parseLine(line)?.kind !== 'note');
  const temporary = `${path}.new`;
  writeFileSync(temporary, `${[...debts, ...lines.slice(-keep)].join('\n')}\n`, { mode: 0o600 });
  renameSync(temporary, path);
}
