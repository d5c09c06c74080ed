import { ask, defineModule, type Change, type Failure, type Plan, run } from '../model/module.ts';
import { sh } from '../model/script.ts';
import { chainsProbe, parseChains, type ChainsState, type Names } from './lib/iptables-probe.ts';
import { replaceInFile, transaction } from './lib/iptables-restore.ts';
import { chainsParams, type ChainsParams } from './lib/iptables-params.ts';
import { parseSave, type SavedTables } from './lib/iptables-save.ts';
import { isAsWanted, ownLines, tablesOf, wantedLines, type WantedTable } from './lib/iptables-set.ts';
import { rootPath } from './lib/sections.ts';
import { writeFile } from './lib/write-file.ts';

/** Firewall and NAT rules in chains of one's own: exactly the rules asked, in their order, and nothing of anybody else's. */
export const iptablesChains = defineModule<ChainsParams, ChainsState>({
  name: 'iptables_chains',
  summary: 'Keeps chains of iptables rules exactly as listed, in order, running and on disk.',
  description: `The rules live in chains of their own, called \`NAME-…\`, each entered by one jump from a built-in chain at a fixed
place. Rules of other programs (docker, fail2ban) are never touched. A rule or chain that is taken out of the list
goes away on the next run; one that was changed by hand is put right. All of it changes in one transaction.

How iptables itself prints the rules is asked on the host, in an empty network namespace, so any spelling and any
match that its iptables knows is fine. (It needs \`unshare\` and root there. Rules that use an ipset are the exception.)

With \`persist\` the same chains stand in \`/etc/iptables/rules.v4\`, which the package iptables-persistent loads at boot;
what else stands in that file is left alone. With \`ipv6: true\` all of this means ip6tables and \`rules.v6\`.`,
  params: chainsParams,
  examples: [
    {
      title: 'Let a network out through two interfaces, and forward a port to a host inside',
      yaml: `iptables_chains:
  chains:
    - table: nat
      hook: POSTROUTING
      rules:
        - -d 192.168.1.0/24 -o eth0 -j MASQUERADE
        - -s 192.168.2.0/24 -o tun0 -j MASQUERADE
    - table: nat
      hook: PREROUTING
      rules:
        - {protocol: tcp, destination_port: 21, jump: DNAT, to_destination: '192.168.1.21:21'}
`,
      needs: 'root',
    },
    {
      title: 'Take all of it out again',
      yaml: 'iptables_chains:\n  state: absent\n',
      needs: 'root',
    },
  ],
  probe: (asked) => {
    const names = namesOf(asked.ipv6);
    return ask(chainsProbe(asked.state === 'absent' ? [] : asked.chains, asked.name, names), (answer) =>
      parseChains(answer, asked.chains, names),
    );
  },
  plan: (state, asked) => {
    if (state.kind === 'failed') return state.failure;
    if (state.kind === 'missing') return missing(asked);
    const wanted = asked.state === 'absent' ? [] : wantedOf(state, asked);
    if ('failed' in wanted) return wanted;
    if (asked.state === 'present' && asked.persist && !state.isLoadedAtBoot)
      return {
        failed: `nothing on this host loads ${namesOf(asked.ipv6).file} at boot`,
        hint: 'install the packages iptables-persistent and netfilter-persistent first (module apt), or say `persist: false`',
      };
    return [...otherBackend(state, asked), ...running(state, wanted, asked), ...onDisk(state, wanted, asked)];
  },
});

function namesOf(ipv6: boolean): Names {
  return ipv6
    ? { tool: 'ip6tables', file: '/etc/iptables/rules.v6' }
    : { tool: 'iptables', file: '/etc/iptables/rules.v4' };
}

function missing(asked: ChainsParams): Plan {
  if (asked.state === 'absent') return [];
  return {
    failed: `${namesOf(asked.ipv6).tool} is not installed on this host`,
    hint: 'install the package iptables first (module apt)',
  };
}

type Answered = Extract<ChainsState, { kind: 'answered' }>;

/** The chains asked, each rule as the host's iptables prints it. */
function wantedOf(state: Answered, asked: ChainsParams): readonly WantedTable[] | Failure {
  if (typeof state.asked !== 'string') return state.asked;
  const printed = parseSave(state.asked);
  const tables = [...new Set(asked.chains.map(({ table }) => table))];
  return tables.map((table) => {
    const rules = printed.get(table)?.rules ?? [];
    return {
      table,
      chains: asked.chains
        .filter((one) => one.table === table)
        .map(({ chain: name, hook, position }) => ({
          name,
          hook,
          position,
          jump: rules.find((one) => one.chain === hook && one.text.endsWith(`-j ${name}`))?.text ?? '',
          rules: rules.filter((one) => one.chain === name).map((one) => one.text),
        })),
    };
  });
}

/** Tables of the legacy and the nft kind both apply, and neither shows the other's: leftovers there would act unseen. */
function otherBackend(state: Answered, asked: ChainsParams): readonly Change[] {
  const tables = parseSave(state.other);
  const script = transaction(tables, [], asked.name);
  if (script === '') return [];
  return [
    {
      summary: `remove the chains ${asked.name}-* from the tables of ${state.otherTool}`,
      ...shown(tables, [], asked.name),
      actions: [restore(state.otherTool, script)],
    },
  ];
}

function running(state: Answered, wanted: readonly WantedTable[], asked: ChainsParams): readonly Change[] {
  const tables = parseSave(state.live);
  const script = transaction(tables, wanted, asked.name);
  if (script === '') return [];
  const { tool } = namesOf(asked.ipv6);
  const verb = asked.state === 'absent' ? 'remove' : 'set';
  return [
    {
      summary: `${verb} the chains ${asked.name}-*`,
      ...shown(tables, wanted, asked.name),
      subject: tool,
      actions: [restore(tool, script)],
    },
  ];
}

function onDisk(state: Answered, wanted: readonly WantedTable[], asked: ChainsParams): readonly Change[] {
  const { tool, file } = namesOf(asked.ipv6);
  const saved = parseSave(state.file ?? '');
  const kept = asked.persist ? wanted : [];
  const tables = tablesOf(saved, kept, asked.name);
  if (
    tables.every((name) =>
      isAsWanted(
        saved.get(name),
        kept.find(({ table }) => table === name),
        asked.name,
      ),
    )
  )
    return [];
  const after = replaceInFile(state.file ?? '', kept, asked.name);
  return [
    {
      summary: state.file === undefined ? `create ${file}` : `write the chains ${asked.name}-* in ${file}`,
      before: state.file ?? '',
      after,
      subject: file,
      actions: writeFile({
        path: file,
        bytes: after,
        // As netfilter-persistent leaves it; an existing file keeps its own.
        ...(state.file === undefined ? { mode: '0640', owner: 'root', group: 'root' } : {}),
        createFolder: true,
        validate: `PATH=$PATH:/usr/sbin:/sbin; ${tool}-restore --test -w 10 <%s`,
      }),
    },
  ];
}

function restore(tool: string, script: string): Change['actions'][number] {
  return run(sh`${rootPath}
rules=${script}
printf %s "$rules" | ${tool}-restore --test --noflush -w 10 || exit
printf %s "$rules" | ${tool}-restore --noflush -w 10`);
}

function shown(
  tables: SavedTables,
  wanted: readonly WantedTable[],
  set: string,
): { before: string; after: string } {
  const names = tablesOf(tables, wanted, set);
  const text = (lines: (name: string) => readonly string[]): string =>
    names
      .flatMap((name) => [lines(name)].filter((some) => some.length > 0).map((some) => [`*${name}`, ...some]))
      .flat()
      .map((line) => `${line}\n`)
      .join('');
  return {
    before: text((name) => ownLines(tables.get(name), set)),
    after: text((name) => wantedLines(wanted.find(({ table }) => table === name))),
  };
}
