import { z } from 'zod';
import { type Change, ask, defineModule, isFailure, run } from '../model/module.ts';
import { text, textList } from '../model/schema.ts';
import { joinScripts, raw, sh } from '../model/script.ts';
import { Answers } from './lib/answers.ts';
import { planFile } from './lib/file-change.ts';
import { type FileState, fileStatesScript, parseFileStates } from './lib/file-state.ts';
import { rootPath } from './lib/sections.ts';
import { editableText, linesOf, textOfLines } from './lib/text.ts';

const NAME = /^(?:C|POSIX|[a-z]{2,3}(?:_[A-Z]{2})?)(?:\.[A-Za-z0-9-]+)?(?:@[a-z]+)?$/;
const complaint = 'a locale is called like `de_DE.UTF-8`';

const params = z
  .strictObject({
    name: textList
      .default([])
      .refine((names) => names.every((name) => NAME.test(name)), complaint)
      .describe('Locales, such as `de_DE.UTF-8`.'),
    state: z.enum(['present', 'absent']).default('present').describe('Whether the host shall know them.'),
    lang: text
      .refine((name) => NAME.test(name), complaint)
      .optional()
      .describe('The locale that users get who choose none; made where it is missing.'),
  })
  .superRefine(({ name, state, lang }, context) => {
    const complain = (message: string): void => context.addIssue({ code: 'custom', message });
    if (name.length === 0 && lang === undefined) complain('`name` is missing');
    if (state === 'absent' && lang !== undefined && name.includes(lang))
      complain('`lang` is one of those to remove');
  });

type Params = z.output<typeof params>;

interface State {
  readonly lacking: boolean;
  /** As `locale -a` prints them. */
  readonly known: readonly string[];
  /** `NAME CHARSET` of each that can be made. */
  readonly supported: readonly string[];
  readonly table: FileState;
  readonly setting: FileState;
}

/** `locale_gen`: the languages of a Debian host. */
export const localeGen = defineModule<Params, State>({
  name: 'locale_gen',
  summary: 'Makes locales, and sets the one that users get',
  description: `For Debian and its kin: \`/etc/locale.gen\`, \`locale-gen\` and \`/etc/default/locale\`. Sessions that are open keep their
language.`,
  params,
  examples: [
    {
      title: 'German, for everybody',
      yaml: 'locale_gen:\n  name: [de_DE.UTF-8, en_GB.UTF-8]\n  lang: de_DE.UTF-8\n',
      needs: 'root',
    },
    { title: 'One less', yaml: 'locale_gen:\n  name: en_GB.UTF-8\n  state: absent\n', needs: 'root' },
  ],
  probe: (asked) => ask(question(asked), readAnswer),
  plan(state, asked) {
    const { table, setting, known, supported } = state;
    const { lang } = asked;
    if (state.lacking)
      return asked.state === 'absent' && lang === undefined
        ? []
        : { failed: 'the host cannot make locales', hint: 'install the package locales' };
    const text = editableText(table);
    if (typeof text !== 'string') return text;
    const wanted = asked.state === 'absent' ? [] : asked.name;
    const needed = [...new Set([...wanted, ...(lang === undefined ? [] : [lang])])];
    const lines: string[] = [];
    for (const name of needed) {
      const line = supported.find((each) => each.split(' ')[0] === name);
      // The C locales are part of the C library.
      if (line !== undefined) lines.push(line);
      else if (!known.includes(plainName(name)))
        return {
          failed: `this host knows no locale ${name}`,
          hint: 'is the name right? `/usr/share/i18n/SUPPORTED` lists them',
        };
    }
    const gone = asked.state === 'absent' ? asked.name : [];
    const edited = removeLines(putLines(text, lines), gone);
    const missing = needed.filter((name) => !known.includes(plainName(name)));
    const left = gone.filter((name) => known.includes(plainName(name)) && !/^(?:C|POSIX)\b/.test(name));
    const changes: Change[] = [];
    if (edited !== text) {
      const file = planFile(table, { content: edited });
      if (isFailure(file)) return file;
      changes.push(...file);
    }
    if (missing.length > 0 || left.length > 0)
      changes.push({
        summary: [
          ...(missing.length > 0 ? [`make ${missing.join(', ')}`] : []),
          ...(left.length > 0 ? [`remove ${left.join(', ')}`] : []),
        ].join(' and '),
        actions: [
          run(sh`${rootPath}\nout=$(locale-gen 2>&1 </dev/null) || { printf '%s\n' "$out" >&2; exit 1; }`),
        ],
      });
    if (lang === undefined) return changes;
    const old = editableText(setting);
    if (typeof old !== 'string') return old;
    const content = putLang(old, lang);
    if (content === old) return changes;
    const mode = setting.type === 'absent' ? { mode: '0644' } : {};
    const file = planFile(setting, { content, ...mode });
    return isFailure(file) ? file : [...changes, ...file];
  },
});

function question({ name, lang }: Params) {
  const names = [...name, ...(lang === undefined ? [] : [lang])].map((each) => ['-e', `${each} `]);
  return joinScripts([
    rootPath,
    raw('command -v locale-gen >/dev/null && [ -f /usr/share/i18n/SUPPORTED ] || echo lacking=yes'),
    raw("locale -a 2>/dev/null | sed 's/^/known=/'"),
    sh`grep -F ${names.flat()} /usr/share/i18n/SUPPORTED 2>/dev/null | sed 's/^/supported=/'\necho ---`,
    fileStatesScript([
      { path: '/etc/locale.gen', content: 'text' },
      { path: '/etc/default/locale', content: 'text' },
    ]),
  ]);
}

function readAnswer(answer: Parameters<typeof parseFileStates>[0]): State {
  const answers = new Answers(answer);
  const [table, setting] = parseFileStates(answers.rest);
  if (!table || !setting) throw new Error('no answer about the files');
  return {
    lacking: answers.has('lacking'),
    known: answers.all('known').map(plainName),
    supported: answers.all('supported'),
    table,
    setting,
  };
}

/** `locale -a` prints `de_DE.utf8` for `de_DE.UTF-8`. */
function plainName(name: string): string {
  return name.replace(
    /\.([A-Za-z0-9-]+)/,
    (_, charset: string) => `.${charset.toLowerCase().replaceAll('-', '')}`,
  );
}

/** Debian's file has every locale as a comment. */
function putLines(text: string, wanted: readonly string[]): string {
  const lines = [...linesOf(text)];
  for (const line of wanted) {
    const words = (each: string): string => each.replace(/^#\s*/, '').trim().split(/\s+/).join(' ');
    if (lines.some((each) => !each.startsWith('#') && words(each) === line)) continue;
    const at = lines.findIndex((each) => words(each) === line);
    if (at === -1) lines.push(line);
    else lines[at] = line;
  }
  return lines.length === linesOf(text).length && wanted.length === 0 ? text : textOfLines(lines);
}

function removeLines(text: string, names: readonly string[]): string {
  const isGone = (line: string): boolean => names.includes(line.trim().split(/\s+/)[0] ?? '');
  return text
    .split('\n')
    .map((line) => (isGone(line) ? `# ${line.trim()}` : line))
    .join('\n');
}

function putLang(text: string, lang: string): string {
  const lines = linesOf(text);
  const isLang = (line: string): boolean => /^\s*LANG=/.test(line);
  const current = lines.findLast(isLang);
  if (
    current
      ?.replace(/^\s*LANG=/, '')
      .replaceAll(/["']/g, '')
      .trim() === lang
  )
    return text;
  return textOfLines(
    current === undefined
      ? [...lines, `LANG=${lang}`]
      : lines.map((line) => (isLang(line) ? `LANG=${lang}` : line)),
  );
}
