import { z } from 'zod';
import { type Inputs, ask, defineModule } from '../model/module.ts';
import { flag, path, text } from '../model/schema.ts';
import { joinScripts, raw, sh } from '../model/script.ts';
import { type Fragment, joinFragments } from './lib/fragments.ts';
import { Answers } from './lib/answers.ts';
import { attributeParams } from './lib/attributes.ts';
import { planFile } from './lib/file-change.ts';
import { type FileState, fileStatesScript, parseFileStates } from './lib/file-state.ts';
import { regexpParam, validateParam } from './lib/params.ts';
import { pathWord } from './lib/path.ts';
import { writtenResult, writtenReturns } from './lib/results.ts';
import { loadedFiles } from './lib/sources.ts';

const params = z.strictObject({
  src: text.describe('The folder with the fragments.'),
  dest: path.describe('The file that is made of them.'),
  remote_src: flag.default(true).describe('`src` lies on the host; with `false`, on the controller.'),
  delimiter: text.optional().describe('What comes between two fragments, on a line of its own.'),
  regexp: regexpParam.describe('Only fragments with such a name.'),
  ignore_hidden: flag.default(false).describe('Leaves out fragments whose name begins with a dot.'),
  backup: flag.default(false).describe('Keeps the old file as `DEST.YYYY-MM-DD@HH:MM:SS~`.'),
  validate: validateParam,
  ...attributeParams,
});

type Params = z.output<typeof params>;

interface State {
  readonly dest: FileState;
  readonly folder: FileState;
  readonly fragments: readonly { readonly name: string; readonly state: FileState }[];
}

/** `assemble`: one file made of all that are in a folder. */
export const assemble = defineModule<Params, State>({
  name: 'assemble',
  summary: 'Makes one file of the fragments in a folder, in the order of their names',
  params,
  inputs: { src: 'file' },
  inputsUnless: 'remote_src',
  examples: [
    {
      title: 'A configuration of fragments that other tasks have written',
      yaml: `assemble:
  src: /etc/ssh
  dest: /srv/all-of-ssh
  regexp: _config$
  delimiter: '# ----'
  validate: grep -q Port %s`,
    },
  ],
  returns: writtenReturns,
  probe: (asked) => ask(question(asked), (answer) => readAnswer(new Answers(answer))),
  plan(state, asked, inputs) {
    const { src, remote_src: remote } = asked;
    if (remote && state.folder.type !== 'directory') return { failed: `${src} is not a folder on the host` };
    const unread = state.fragments.find(({ state: { content } }) => content.kind !== 'text');
    if (remote && unread)
      return { failed: `${unread.name} cannot be read, is larger than 1 MiB, or is not text` };
    const content = joinFragments(remote ? ofHost(state) : ofController(inputs), asked);
    return planFile(state.dest, { ...asked, content });
  },
  result: ({ dest }, _asked, outputs) => writtenResult(dest.real, outputs),
});

const LIMIT = 1024 * 1024;

function question({ src, dest, remote_src: remote }: Params) {
  const folder = remote ? pathWord(src) : sh`/nowhere`;
  const names = sh`cd -- ${folder} 2>/dev/null && for name in * .[!.]* ..?*; do
  [ ! -f "$name" ] || printf 'name=%s\\n' "$(printf %s "$name" | tr '\\n' '\\001')"
done; cd / || exit`;
  const states = sh`look ${folder} yes none 0 '' ''
cd -- ${folder} 2>/dev/null && for name in * .[!.]* ..?*; do
  [ ! -f "$name" ] || look "./$name" yes text ${LIMIT} '' ''
done
:`;
  return joinScripts([
    names,
    raw('echo ---'),
    fileStatesScript([{ path: dest, content: 'text', limit: LIMIT }]),
    states,
  ]);
}

function readAnswer(answers: Answers): State {
  const [dest, folder, ...rest] = parseFileStates(answers.rest);
  if (dest === undefined || folder === undefined) throw new Error('no answer about the files');
  const names = answers.all('name');
  return { dest, folder, fragments: rest.map((state, index) => ({ name: names[index] ?? '', state })) };
}

function ofHost({ fragments }: State): readonly Fragment[] {
  return fragments.flatMap(({ name, state: { content } }) =>
    content.kind === 'text' ? [{ name, bytes: content.bytes }] : [],
  );
}

/** Those in folders inside of the folder are none. */
function ofController(inputs: Inputs): readonly Fragment[] {
  return (loadedFiles(inputs, 'src')?.files ?? []).flatMap(({ path: name, bytes }) =>
    name.includes('/') ? [] : [{ name, bytes }],
  );
}
