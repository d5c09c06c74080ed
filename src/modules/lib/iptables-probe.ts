import type { Failure, Output } from '../../model/module.ts';
import { joinScripts, raw, type Script, sh } from '../../model/script.ts';
import { jumpTo } from './iptables-set.ts';
import { parseSections, rootPath, section } from './sections.ts';

/** Which family: the tool's name and the file that is loaded at boot. */
export interface Names {
  readonly tool: 'iptables' | 'ip6tables';
  readonly file: string;
}

export interface AskedChain {
  readonly table: string;
  readonly hook: string;
  readonly chain: string;
  readonly position: 'first' | 'last';
  /** As the author wrote them. */
  readonly rules: readonly string[];
}

export type ChainsState =
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | {
      readonly kind: 'answered';
      /** Output of `iptables-save`. */
      readonly live: string;
      /** The same for the chains asked, loaded where nothing else is; or why the host's iptables refuses them. */
      readonly asked: string | Failure;
      /** The tables of the kind (legacy or nft) that is not in use, where they hold chains of the set. */
      readonly other: string;
      readonly otherTool: string;
      readonly isLoadedAtBoot: boolean;
      readonly file: string | undefined;
    };

/** Asks for all that a plan needs; changes nothing: the chains asked are tried in a network namespace made for that. */
export function chainsProbe(chains: readonly AskedChain[], set: string, { tool, file }: Names): Script {
  return joinScripts([
    rootPath,
    sh`tool=${tool} set=${set} file=${file} asked=${loadable(chains, set)}`,
    raw(
      'command -v "$tool-save" >/dev/null 2>&1 && command -v "$tool-restore" >/dev/null 2>&1 || { echo missing; exit 0; }',
    ),
    section('live'),
    raw('live=$("$tool-save") || exit\nprintf %s "$live"'),
    section('asked'),
    raw(ASKED),
    section('code'),
    raw('echo "$code"'),
    section('othertool'),
    raw(`case $("$tool" --version) in *nf_tables*) other=$tool-legacy ;; *) other=$tool-nft ;; esac
echo "$other"`),
    section('other'),
    raw(
      'if command -v "$other-save" >/dev/null 2>&1; then tables=$("$other-save" 2>/dev/null)\ncase $tables in *":$set-"*) printf %s "$tables" ;; esac; fi',
    ),
    section('boot'),
    raw('command -v netfilter-persistent'),
    section('isfile'),
    raw('[ -f "$file" ] && echo yes'),
    section('file'),
    raw('[ ! -f "$file" ] || cat "$file"'),
  ]);
}

/** Chains of others must be there, as rules may jump to them; without \`unshare\` nothing can be tried harmlessly. */
const ASKED = `code=0
if [ -n "$asked" ]; then
  printf '%s\\n' "$live" | sed -n -e '/^\\*/p' -e '/^:[^ ]* - /p' -e '/^COMMIT/p' |
    unshare -n sh -c '"$1-restore" -w 10 && printf %s "$2" | "$1-restore" --noflush -w 10 && "$1-save"' sh "$tool" "$asked" 2>&1
  code=$?
fi`;

export function parseChains(answer: Output, chains: readonly AskedChain[], { tool }: Names): ChainsState {
  if (answer.stdout.trim() === 'missing') return { kind: 'missing' };
  const parts = parseSections(answer.stdout, [
    'live',
    'asked',
    'code',
    'othertool',
    'other',
    'boot',
    'isfile',
    'file',
  ] as const);
  if (answer.code !== 0)
    return {
      kind: 'failed',
      failure: {
        failed: `${tool}-save failed: ${answer.stderr.trim() || `exit code ${answer.code}`}`,
        hint: 'it needs root: say `become: true`',
      },
    };
  return {
    kind: 'answered',
    live: parts.live,
    asked: parts.code.trim() === '0' ? parts.asked : refused(parts.asked.trim(), chains, tool),
    other: parts.other,
    otherTool: parts.othertool.trim(),
    isLoadedAtBoot: parts.boot.trim() !== '',
    file: parts.isfile.trim() === '' ? undefined : parts.file,
  };
}

/** The chains and their jumps as text for `iptables-restore --noflush`. */
function loadable(chains: readonly AskedChain[], set: string): string {
  return linesOf(chains, set)
    .map(({ text }) => `${text}\n`)
    .join('');
}

function linesOf(chains: readonly AskedChain[], set: string): readonly { text: string; rule?: string }[] {
  return [...new Set(chains.map(({ table }) => table))].flatMap((table) => {
    const own = chains.filter((chain) => chain.table === table);
    return [
      { text: `*${table}` },
      ...own.map(({ chain }) => ({ text: `:${chain} - [0:0]` })),
      ...own.map(({ chain, hook }) => ({ text: `-A ${hook} ${jumpTo(chain, set)}` })),
      ...own.flatMap(({ chain, rules }) => rules.map((rule) => ({ text: `-A ${chain} ${rule}`, rule }))),
      { text: 'COMMIT' },
    ];
  });
}

/** Says which rule it was, by the number of the line that iptables complains of. */
function refused(message: string, chains: readonly AskedChain[], tool: string): Failure {
  if (/unshare/.test(message))
    return {
      failed: `cannot make an empty network namespace to try the rules in: ${message}`,
      hint: 'it needs root (`become: true`), the program `unshare` and, in a container, the capability SYS_ADMIN',
    };
  const number = Number(/line:? (\d+)/.exec(message)?.[1] ?? 0);
  const rule = linesOf(chains, '')[number - 1]?.rule;
  const reason = message
    .split('\n')
    .map((line) => line.replace(/^\S+-restore v\S+ \(\w+\): ?/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('Try `') && !line.startsWith('Error occurred at line'))
    .join('; ');
  return {
    failed:
      rule === undefined
        ? `${tool} refuses the rules: ${reason}`
        : `${tool} refuses the rule \`${rule}\`: ${reason}`,
    hint: `nothing was changed; \`man iptables-extensions\` on the host tells what ${tool} knows`,
  };
}
