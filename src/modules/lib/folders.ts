import { type Change, run } from '../../model/module.ts';
import { joinScripts, sh } from '../../model/script.ts';
import { type WantedAttributes, octalMode } from './attributes.ts';
import { pathWord } from './path.ts';

/** Creates a folder and its missing parents, each with the owner and mode asked for, as Ansible does. */
export function createFolder(path: string, { owner, group, mode }: WantedAttributes): Change {
  const octal = mode === undefined ? undefined : octalMode(mode, '0755', true);
  const whom = `${owner ?? ''}${group === undefined ? '' : `:${group}`}`;
  const steps = [
    sh`mkdir -- "$1" || exit 1`,
    ...(whom === '' ? [] : [sh`chown -- ${whom} "$1" || exit 1`]),
    // The fifth digit makes GNU's chmod take setuid and setgid away from a folder, too.
    ...(octal === undefined ? [] : [sh`chmod ${`0${octal}`} "$1" || exit 1`]),
  ];
  const script = sh`umask 022
make() {
  [ ! -d "$1" ] || return 0
  case $1 in */*) [ -z "\${1%/*}" ] || make "\${1%/*}" ;; esac
  # With its parents it may be there, too: \`x/\`, \`x//y\`, \`x/./y\`.
  [ ! -d "$1" ] || return 0
  ${joinScripts(steps, '\n  ')}
}
make ${pathWord(path)}`;
  const asked = Object.entries({ owner, group, mode: octal }).filter(([, value]) => value !== undefined);
  const extra = asked.map(([name, value]) => `${name}: ${value}`).join(', ');
  return {
    summary: `create folder ${path}${extra === '' ? '' : ` (${extra})`}`,
    before: 'absent',
    after: 'directory',
    subject: path,
    actions: [run(script)],
  };
}
