import { type Script, raw } from '../../model/script.ts';

/** Announces that what a probe prints from here on is the section of this name. Names are plain words. */
export function section(name: string): Script {
  return raw(`printf '\\n#homerun ${name}\\n'`);
}

/** What a probe printed after each `section`, in the order given; sections that are missing are empty. The last one may hold anything. */
export function parseSections<Name extends string>(
  stdout: string,
  names: readonly Name[],
): Record<Name, string> {
  const marks = names.map((name) => ({ name, mark: `\n#homerun ${name}\n` }));
  const result = Object.fromEntries(names.map((name) => [name, ''])) as Record<Name, string>;
  let from = 0;
  let open: Name | undefined;
  for (const { name, mark } of marks) {
    const at = stdout.indexOf(mark, from);
    if (at === -1) continue;
    if (open !== undefined) result[open] = stdout.slice(from, at);
    from = at + mark.length;
    open = name;
  }
  if (open !== undefined) result[open] = stdout.slice(from);
  return result;
}

/** The tools of root are not in everybody's PATH. */
export const rootPath: Script = raw('PATH=$PATH:/usr/sbin:/sbin; export PATH');
