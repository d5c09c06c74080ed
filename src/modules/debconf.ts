import { z } from 'zod';
import { type Output, ask, defineModule, run } from '../model/module.ts';
import { flag, secretText, text } from '../model/schema.ts';
import { Secret } from '../model/secret.ts';
import { joinScripts, raw, sh } from '../model/script.ts';
import { Answers } from './lib/answers.ts';
import { rootPath } from './lib/sections.ts';

const params = z
  .strictObject({
    name: text
      .refine((name) => /^[a-z0-9][a-z0-9+.-]*$/.test(name), 'no package is called that')
      .describe('The package that asks.'),
    question: text
      .refine((name) => /^[^\s]+$/.test(name), 'a question has no blanks in its name')
      .optional()
      .describe('The question, such as `tzdata/Areas`. Without it, the answers are only read.'),
    vtype: z
      .enum(['boolean', 'string', 'select', 'multiselect', 'note', 'password', 'text', 'error', 'title'])
      .optional()
      .describe('Its type.'),
    value: z
      .union([flag.transform(String), secretText])
      .optional()
      .describe('The answer; may be a secret.'),
    unseen: flag.default(false).describe('The package shall ask all the same when it is configured.'),
  })
  .superRefine(({ question, vtype, value }, context) => {
    const complain = (message: string): void => context.addIssue({ code: 'custom', message });
    const given = [question, vtype, value].filter((each) => each !== undefined).length;
    if (given !== 0 && given !== 3) complain('`question`, `vtype` and `value` belong together');
    const shown = value instanceof Secret ? value.reveal() : (value ?? '');
    if (shown.includes('\n')) complain('`value` is one line');
    if (vtype === 'boolean' && !['true', 'false'].includes(shown)) complain('a boolean is `true` or `false`');
  });

type Params = z.output<typeof params>;

interface State {
  /** No debconf on this host. */
  readonly lacking: boolean;
  /** Why it could not be asked. */
  readonly problem: string;
  readonly same: boolean;
  /** The answer that is there; not known of passwords. */
  readonly value: string;
  readonly current: Readonly<Record<string, string>>;
}

/** `debconf`: the answer to a question of a package. */
export const debconf = defineModule<Params, State>({
  name: 'debconf',
  summary: 'Answers a question of a Debian package before it asks',
  description:
    'A package that is configured already does not notice: run `dpkg-reconfigure` for that. The answer goes through standard input, and a password does not come back from the host, not even to be compared.',
  params,
  aliases: { pkg: 'name', answer: 'value', selection: 'question', setting: 'question' },
  examples: [
    {
      title: 'An answer',
      yaml: `debconf:
  name: iptables-persistent
  question: iptables-persistent/autosave_v4
  vtype: boolean
  value: false
`,
      needs: 'root',
    },
    { title: 'What is answered', yaml: 'debconf:\n  name: tzdata\nregister: answers\n', needs: 'root' },
  ],
  returns: { current: 'the answers of the package by question; those of passwords are left out' },
  probe: (asked) => ask(question(asked), readAnswer),
  plan(state, asked) {
    const { name, question: about, vtype, value, unseen } = asked;
    if (state.lacking) return { failed: 'the host has no debconf', hint: 'it belongs to Debian and its kin' };
    if (state.problem !== '')
      return { failed: `debconf does not answer: ${state.problem}`, hint: 'it needs `become: true`' };
    if (about === undefined || vtype === undefined || value === undefined || state.same) return [];
    const hidden = vtype === 'password' || value instanceof Secret;
    const line = sh`printf '%s\t%s\t%s\t%s\n' ${name} ${about} ${vtype} ${hidden ? secretOf(value) : value}`;
    const script = sh`${rootPath}\n${line} | debconf-set-selections ${unseen ? ['-u'] : []} || exit`;
    return [
      {
        summary: `answer ${about} of ${name}`,
        ...(hidden ? {} : { before: state.value, after: value }),
        subject: about,
        actions: [run(script)],
      },
    ];
  },
  result: (state) => ({ current: state.current }),
});

/**
 * Every question to debconf starts a Perl, which costs more than all else that a task asks: what `debconf-show` prints is
 * enough where it is as asked. `GET` changes nothing. Compared on the host, so that no password travels back.
 */
function question({ name, question: about, vtype, value }: Params) {
  const hidden = vtype === 'password' || value instanceof Secret;
  const get =
    about === undefined || value === undefined
      ? raw(':')
      : sh`answer=$(printf 'GET %s\n' ${about} | debconf-communicate ${name} 2>/dev/null)
case $answer in
'0 '*) [ "\${answer#0 }" != ${secretOf(value, hidden)} ] || echo same=yes
  ${hidden ? raw(':') : raw(`printf 'value=%s\\n' "\${answer#0 }"`)} ;;
0) [ -n ${secretOf(value, hidden)} ] || echo same=yes ;;
esac`;
  const compare =
    hidden || about === undefined || value === undefined
      ? get
      : sh`new='
'
wanted=${`${about}: ${value}`}
case $new$shown$new'  ' in
*"$new"[' *']" $wanted$new"[' *']" "*) echo same=yes ;;
*) ${get} ;;
esac`;
  return joinScripts([
    rootPath,
    raw('command -v debconf-show >/dev/null || { echo lacking=yes; exit 0; }'),
    sh`shown=$(debconf-show ${name} 2>/dev/null) && [ -r /var/cache/debconf/passwords.dat ] || {
  problem=$(LC_ALL=C debconf-show ${name} 2>&1 >/dev/null)
  printf 'problem=%s\n' "\${problem:-it is for root alone}"; exit 0
}
printf '%s\n' "$shown" | sed -n "s/^[* ]*\\([^ :]*\\): /current=\\1 /p"`,
    compare,
  ]);
}

function readAnswer(answer: Output): State {
  const answers = new Answers(answer);
  const current = answers.all('current').flatMap((line): readonly (readonly [string, string])[] => {
    const [, about = '', value = ''] = /^(\S+) (.*)$/.exec(line) ?? [];
    return value.startsWith('(password') ? [] : [[about, value]];
  });
  return {
    lacking: answers.has('lacking'),
    problem: answers.get('problem'),
    same: answers.has('same'),
    value: answers.get('value'),
    current: Object.fromEntries(current),
  };
}

function secretOf(value: string | Secret, hidden = true): string | Secret {
  return hidden && typeof value === 'string' ? new Secret(value) : value;
}
