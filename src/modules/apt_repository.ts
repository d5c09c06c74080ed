import { z } from 'zod';
import { ask, defineModule } from '../model/module.ts';
import { flag, mode, text } from '../model/schema.ts';
import { joinScripts, raw } from '../model/script.ts';
import { Answers } from './lib/answers.ts';
import { planSource, removeSource } from './lib/apt-source.ts';
import { type FileState, fileStatesScript, parseFileStates } from './lib/file-state.ts';
import { editableText, linesOf, textOfLines } from './lib/text.ts';

const params = z.strictObject({
  repo: text
    .refine((repo) => /^deb(?:-src)?\s+(?:\[[^\]\n]*\]\s+)?[a-z+]+:\S+\s+\S+[^\n]*$/.test(repo.trim()), {
      error:
        '`repo` is a line like `deb [signed-by=/etc/apt/keyrings/x.asc] https://example.com/debian bookworm main`',
    })
    .describe('The line of the source.'),
  filename: text
    .refine((name) => /^[A-Za-z0-9_.-]+$/.test(name), 'a file name takes letters, digits, `_`, `.` and `-`')
    .optional()
    .describe(
      'Name of its file in `/etc/apt/sources.list.d`, without `.list`. Default: made of the address.',
    ),
  state: z.enum(['present', 'absent']).default('present').describe('Whether it shall be there.'),
  mode: mode.default('0644').describe('Permissions of the file.'),
  update_cache: flag
    .default(true)
    .describe('Fetches the lists of a new source, before it counts: one that cannot be read is refused.'),
});

type Params = z.output<typeof params>;

interface State {
  readonly debian: boolean;
  readonly file: FileState;
  /** Files that have exactly this line. */
  readonly others: readonly string[];
}

/** `apt_repository`: a source of packages on one line. */
export const aptRepository = defineModule<Params, State>({
  name: 'apt_repository',
  summary: 'Adds a source of Debian packages as one line',
  description:
    'For sources with a key, `deb822_repository` is simpler: it brings the key along. A line that another file has already is not added; `absent` looks only into its own file.',
  params,
  aliases: { 'update-cache': 'update_cache' },
  unsupported: {
    codename: 'write it into `repo`',
    install_python_apt: 'leave it out: nothing of Python is needed',
    validate_certs: 'leave it out: apt checks certificates by itself',
    update_cache_retries: 'write `retries:` and `until:` beside the module',
    update_cache_retry_max_delay: 'write `delay:` beside the module',
  },
  examples: [
    {
      title: 'Backports',
      yaml: 'apt_repository:\n  repo: deb https://mirror.example.org/debian bookworm-backports main\n  filename: backports\n',
      needs: 'network',
    },
  ],
  returns: { dest: 'the file of the source' },
  probe: (asked) =>
    ask(
      joinScripts([
        raw(`! command -v apt-get >/dev/null || echo debian=yes
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
  [ ! -f "$file" ] || grep '^ *deb' "$file" | sed "s|^|line=$file |"
done
echo ---`),
        fileStatesScript([{ path: pathOf(asked), content: 'text' }]),
      ]),
      (answer) => {
        const answers = new Answers(answer);
        const [file] = parseFileStates(answers.rest);
        if (!file) throw new Error('no answer about the file');
        const others = answers.all('line').flatMap((each) => {
          const [path = '', ...words] = each.split(' ');
          return normal(words.join(' ')) === normal(asked.repo) ? [path] : [];
        });
        return { debian: answers.has('debian'), file, others };
      },
    ),
  plan({ debian, file, others }, asked) {
    if (!debian) return { failed: 'apt is not on this host', hint: 'it belongs to Debian and its kin' };
    const text = editableText(file);
    if (typeof text !== 'string') return text;
    const kept = linesOf(text).filter((line) => normal(line) !== normal(asked.repo));
    const options = { mode: asked.mode, update: asked.update_cache, suffix: 'list' as const };
    if (asked.state === 'absent') {
      if (kept.length === linesOf(text).length) return [];
      const empty = kept.every((line) => /^\s*(?:#|$)/.test(line));
      return empty
        ? [removeSource(file.real, asked.update_cache)]
        : planSource(file, textOfLines(kept), options);
    }
    if (others.some((path) => path !== file.real)) return [];
    const has = kept.length < linesOf(text).length;
    return planSource(file, has ? text : textOfLines([...kept, asked.repo.trim()]), options);
  },
  result: (state) => ({ dest: state.file.real }),
});

function normal(line: string): string {
  return line.trim().split(/\s+/).join(' ');
}

/** As Ansible names it: the address without its scheme, and the release. */
function pathOf({ repo, filename }: Params): string {
  const words = normal(repo.replace(/\[[^\]]*\]/, ''))
    .split(' ')
    .slice(1);
  const address = words
    .join(' ')
    .replace(/^[a-z+]+:\/*/, '')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .replaceAll(/^_|_$/g, '');
  return `/etc/apt/sources.list.d/${filename?.replace(/\.list$/, '') ?? address}.list`;
}
