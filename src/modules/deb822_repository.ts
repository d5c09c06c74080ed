import { z } from 'zod';
import { type Change, type Plan, ask, defineModule, isFailure, run } from '../model/module.ts';
import { flag, mode, text, textList } from '../model/schema.ts';
import { joinScripts, raw, sh } from '../model/script.ts';
import { Answers } from './lib/answers.ts';
import { ARMOUR, compareKey, fetchKey } from './lib/apt-key.ts';
import { KEYRINGS, planKey, planSource, removeSource } from './lib/apt-source.ts';
import { type FileState, fileStatesScript, parseFileStates } from './lib/file-state.ts';

const params = z
  .strictObject({
    name: text
      .refine((name) => /^[A-Za-z0-9][A-Za-z0-9 ._-]*$/.test(name), {
        error: '`name` takes letters, digits, blanks, `.`, `_` and `-`',
      })
      .describe('Name of the source, and of its files.'),
    types: z
      .preprocess(
        (value) => (typeof value === 'string' ? [value] : value),
        z.array(z.enum(['deb', 'deb-src'])).min(1),
      )
      .default(['deb'])
      .describe('Packages, their sources, or both.'),
    uris: textList.default([]).describe('Where they are.'),
    suites: textList
      .default([])
      .describe('Releases, such as `bookworm`; with `/` at its end, a plain folder.'),
    components: textList.default([]).describe('Parts of the release, such as `main`.'),
    architectures: textList.default([]).describe('Only these, such as `arm64`.'),
    languages: textList.default([]).describe('Translations to fetch; `none` for none.'),
    signed_by: text
      .optional()
      .describe(
        'The key that must have signed: an address (`https:`), a path on the host, or the key itself in armour.',
      ),
    trusted: flag.optional().describe('`true` believes everything, signed or not.'),
    enabled: flag.default(true).describe('`false` keeps the source, and does not use it.'),
    mode: mode.default('0644').describe('Permissions of the file.'),
    update_cache: flag
      .default(true)
      .describe('Fetches the lists of a new source, before it counts: one that cannot be read is refused.'),
    state: z.enum(['present', 'absent']).default('present').describe('`absent` removes it, and its key.'),
  })
  .superRefine((asked, context) => {
    const complain = (message: string): void => context.addIssue({ code: 'custom', message });
    const key = asked.signed_by ?? '';
    if (asked.state === 'present' && (asked.uris.length === 0 || asked.suites.length === 0))
      complain('`uris` and `suites` are missing');
    if (
      asked.components.length === 0 &&
      asked.suites.some((suite) => !suite.endsWith('/')) &&
      asked.state === 'present'
    )
      complain('`components` is missing');
    if (key.startsWith('http:'))
      complain('a key that comes over `http:` proves nothing: use `https:`, a path or the key itself');
    else if (key !== '' && !/^(?:https:\/\/|file:\/\/|\/)/.test(key) && !key.includes(ARMOUR))
      complain('`signed_by` is `https://…`, a path on the host, or a key in armour');
    const words = [
      ...asked.uris,
      ...asked.suites,
      ...asked.components,
      ...asked.architectures,
      ...asked.languages,
    ];
    for (const word of words) if (/\s/.test(word)) complain(`\`${word}\` holds a blank`);
  });

type Params = z.output<typeof params>;

interface State {
  readonly debian: boolean;
  readonly source: FileState;
  readonly key: FileState;
  /** The address gives another key than the file. */
  readonly rotated: boolean;
}

/** `deb822_repository`: a source of packages. */
export const deb822Repository = defineModule<Params, State>({
  name: 'deb822_repository',
  summary: 'Adds a source of Debian packages, with the key that signs it',
  description: `Writes \`/etc/apt/sources.list.d/NAME.sources\`. A key that is given as text or address lies in
\`/etc/apt/keyrings/NAME.asc\` and is believed for this source alone. Behind an address it is looked at on every run, and one that has changed there is a
change here; an address that does not answer is none.`,
  params,
  examples: [
    {
      title: 'A source with the key of its maker',
      yaml: `deb822_repository:
  name: example
  uris: https://packages.example.com/debian
  suites: bookworm
  components: main
  architectures: [amd64, arm64]
  signed_by: https://packages.example.com/key.asc
`,
      needs: 'network',
    },
    { title: 'Not any more', yaml: 'deb822_repository:\n  name: example\n  state: absent\n', needs: 'root' },
  ],
  returns: {
    dest: 'the file of the source',
    key_filename: 'the file of its key, where it has one of its own',
  },
  probe: (asked) =>
    ask(
      joinScripts([
        raw('! command -v apt-get >/dev/null || echo debian=yes'),
        isFetched(asked) && asked.state === 'present'
          ? compareKey(asked.signed_by ?? '', keyPath(asked))
          : raw(':'),
        raw('echo ---'),
        fileStatesScript([
          { path: sourcePath(asked), content: 'text' },
          { path: keyPath(asked), content: 'text' },
        ]),
      ]),
      (answer) => {
        const answers = new Answers(answer);
        const [source, key] = parseFileStates(answers.rest);
        if (!source || !key) throw new Error('no answer about the files');
        return { debian: answers.has('debian'), rotated: answers.has('rotated'), source, key };
      },
    ),
  plan({ debian, source, key, rotated }, asked) {
    if (!debian) return { failed: 'apt is not on this host', hint: 'it belongs to Debian and its kin' };
    if (asked.state === 'absent') {
      const removed = source.type === 'absent' ? [] : [removeSource(source.real, asked.update_cache)];
      const removeKey = { summary: `remove ${key.real}`, actions: [run(sh`rm -f -- ${key.real} || exit`)] };
      return key.type === 'absent' ? removed : [...removed, removeKey];
    }
    const keyChanges = planKeyOf(asked, key, rotated);
    if (isFailure(keyChanges)) return keyChanges;
    const sourceChanges = planSource(source, contentOf(asked), {
      mode: asked.mode,
      update: asked.update_cache,
      suffix: 'sources',
    });
    return isFailure(sourceChanges) ? sourceChanges : [...keyChanges, ...sourceChanges];
  },
  result: (state, asked) => ({
    dest: state.source.real,
    ...(isOwnKey(asked) ? { key_filename: state.key.real } : {}),
  }),
});

function sourcePath({ name }: Params): string {
  return `/etc/apt/sources.list.d/${fileName(name)}.sources`;
}

function keyPath({ name }: Params): string {
  return `${KEYRINGS}/${fileName(name)}.asc`;
}

function fileName(name: string): string {
  return name.toLowerCase().replaceAll(/[ _.]+/g, '-');
}

function isOwnKey({ signed_by: key }: Params): boolean {
  return key !== undefined && !key.startsWith('/');
}

function isFetched(asked: Params): boolean {
  return isOwnKey(asked) && asked.signed_by?.includes(ARMOUR) !== true;
}

function planKeyOf(asked: Params, state: FileState, rotated: boolean): Plan {
  const key = asked.signed_by ?? '';
  if (key.includes(ARMOUR)) return planKey(state, key);
  if (!isFetched(asked) || (state.type === 'file' && !rotated)) return [];
  const change: Change = {
    summary: `fetch the ${rotated ? 'new ' : ''}key ${key} to ${state.real}`,
    before: rotated ? 'another key' : 'absent',
    after: key,
    actions: [run(fetchKey(key, state.real))],
  };
  return [change];
}

function contentOf(asked: Params): string {
  const { signed_by: key, trusted } = asked;
  const fields: readonly (readonly [string, readonly string[]])[] = [
    ['Types', asked.types],
    ['URIs', asked.uris],
    ['Suites', asked.suites],
    ['Components', asked.components],
    ['Architectures', asked.architectures],
    ['Languages', asked.languages],
    ['Signed-By', key === undefined ? [] : [isOwnKey(asked) ? keyPath(asked) : key]],
    ['Trusted', trusted === undefined ? [] : [trusted ? 'yes' : 'no']],
    ['Enabled', asked.enabled ? [] : ['no']],
  ];
  const lines = fields.flatMap(([name, values]) =>
    values.length === 0 ? [] : [`${name}: ${values.join(' ')}\n`],
  );
  return `X-Repolib-Name: ${asked.name}\n${lines.join('')}`;
}
