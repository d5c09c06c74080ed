import { modules } from '../modules/index.ts';
import { nearest } from '../model/suggest.ts';
import { moduleListForTerminal, modulePageForTerminal } from '../report/index.ts';
import { exitCode, UsageError, type Terminal } from './terminal.ts';

/** `homerun doc [MODULE]`. */
export async function docCommand(name: string | undefined, terminal: Terminal): Promise<number> {
  const style = { color: terminal.color, columns: terminal.columns() };
  if (name === undefined) {
    terminal.out(moduleListForTerminal(modules, style));
    return exitCode.fine;
  }
  const short = name.replace(/^ansible\.builtin\./, '');
  const module = modules.find((candidate) => candidate.name === short);
  if (!module) {
    const meant = nearest(
      short,
      modules.map((candidate) => candidate.name),
    );
    throw new UsageError(
      `there is no module \`${name}\``,
      meant === undefined ? '`homerun doc` lists them all' : `did you mean \`${meant}\`?`,
    );
  }
  terminal.out(modulePageForTerminal(module, style));
  return exitCode.fine;
}
