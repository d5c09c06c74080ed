import { readdirSync, readFileSync } from 'node:fs';

/** One that is hard to quote, with a middle that no encoding but base64 changes: whoever shows any of it shows that. */
export function awkward(core: string): string {
  return `ö'x ${core} "q" $HOME \\n %s&`;
}

/** Where one of these words stands in a text, plainly or in base64; nothing where it does not. */
export function leaks(where: string, text: string, cores: readonly string[]): string[] {
  return cores.flatMap((core) =>
    needles(core).flatMap((needle) => {
      const at = text.indexOf(needle);
      return at === -1 ? [] : [`${where}: ${core}: …${text.slice(Math.max(0, at - 60), at + 60)}…`];
    }),
  );
}

function needles(core: string): readonly string[] {
  const inBase64 = [0, 1, 2].map((before) =>
    Buffer.from(`${'x'.repeat(before)}${core}`)
      .toString('base64')
      .slice(before === 0 ? 0 : 4, -6),
  );
  return [core, ...inBase64];
}

/** What stood in the arguments of every program of this machine, those inside of rehearsal hosts too. */
export class ArgumentWatch {
  readonly seen = new Set<string>();
  #on = true;
  readonly #done: Promise<void>;

  constructor() {
    this.#done = this.#watch();
  }

  async stop(): Promise<string> {
    this.#on = false;
    await this.#done;
    return [...this.seen].join('\n');
  }

  async #watch(): Promise<void> {
    while (this.#on) {
      for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) this.#look(id);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  #look(id: string): void {
    try {
      this.seen.add(readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' '));
    } catch {
      // It has ended in the meantime.
    }
  }
}
