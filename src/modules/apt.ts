import { type Change, type Plan, ask, defineModule, run } from '../model/module.ts';
import { joinScripts, raw, sh } from '../model/script.ts';
import { Answers } from './lib/answers.ts';
import { aptPrelude, installScript, preseed } from './lib/apt-get.ts';
import { type AptParams, aptParams } from './lib/apt-params.ts';
import { type AptState, aptScript, readApt } from './lib/apt-probe.ts';
import { removals, wishes } from './lib/package-wishes.ts';

export const apt = defineModule<AptParams, AptState>({
  name: 'apt',
  summary: 'Installs, upgrades and removes packages on Debian and its kin.',
  description: `Never asks anything. Waits for other programs that use apt, finishes what an interrupted dpkg has left
half configured, and fetches the package lists once more where they do not know a package or name a version that
is gone. Unlike Ansible's, \`update_cache\` alone counts lists as fresh for an hour, and fetching lists is no change;
\`state: latest\` with old lists is one, because what is newest is not known before.`,
  params: aptParams,
  aliases: {
    pkg: 'name',
    package: 'name',
    'update-cache': 'update_cache',
    'default-release': 'default_release',
    'install-recommends': 'install_recommends',
    'allow-downgrade': 'allow_downgrade',
    allow_downgrades: 'allow_downgrade',
    'allow-downgrades': 'allow_downgrade',
  },
  unsupported: {
    allow_unauthenticated: 'give the source its key: `signed_by` of `deb822_repository`',
    'allow-unauthenticated': 'give the source its key: `signed_by` of `deb822_repository`',
    force: 'write `allow_downgrade` or `allow_change_held_packages`, whichever is meant',
    clean: 'run `apt-get clean` with `command`, or write `autoclean: true`',
    fail_on_autoremove: 'leave it out: `homerun plan` shows what would go',
    policy_rc_d: 'write /usr/sbin/policy-rc.d with `copy` first, and remove it with `file`',
    update_cache_retries: 'write `retries:` and `until:` beside the module',
    update_cache_retry_max_delay: 'write `delay:` beside the module',
  },
  examples: [
    { title: 'Packages', yaml: 'apt:\n  name: [cron, openvpn]\n  update_cache: true\n', needs: 'network' },
    {
      title: 'A package that asks while it is installed',
      yaml: `apt:
  name: iptables-persistent
  debconf:
    - { name: iptables-persistent, question: iptables-persistent/autosave_v4, vtype: boolean, value: false }
    - { name: iptables-persistent, question: iptables-persistent/autosave_v6, vtype: boolean, value: false }
`,
      needs: 'network',
    },
    {
      title: 'A certain version',
      yaml: 'apt:\n  name: openvpn=2.6.*\n  allow_downgrade: true\n',
      needs: 'network',
    },
    {
      title: 'Not this one, nor what only it needed',
      yaml: 'apt:\n  name: ufw\n  state: absent\n  purge: true\n  autoremove: true\n',
      needs: 'root',
    },
    {
      title: 'Everything up to date',
      yaml: 'apt:\n  upgrade: dist\n  update_cache: true\n  cache_valid_time: 86400\n',
      needs: 'network',
    },
  ],
  returns: { cache_updated: 'Whether the package lists were fetched because they were old.' },
  probe: (given) => ask(aptScript(given), (output) => readApt(new Answers(output), given)),
  plan: planApt,
  result: (state, _given, outputs) => ({ cache_updated: state.stale && outputs.length > 0 }),
});

function planApt(state: AptState, given: AptParams): Plan {
  if (!state.debian)
    return { failed: 'apt is not on this host', hint: 'apt works on Debian, Ubuntu and Raspberry Pi OS' };
  if (given.deb !== undefined && given.state !== 'absent' && state.deb === undefined)
    return { failed: `${given.deb} is no Debian package on this host`, hint: 'copy it to the host first' };
  const changes = [...repairs(state, given), ...(given.state === 'absent' ? remove : install)(state, given)];
  if (state.upgradable.length > 0 || (given.upgrade !== 'no' && state.stale))
    changes.push(upgrade(state, given));
  const fresh = changes.some((change) => change.summary.includes(REFRESH));
  if (state.stale && !fresh)
    changes.unshift({ ...work(REFRESH, given, raw('update || fail')), harmless: true });
  if (state.unneeded.length > 0) {
    const words = ['autoremove', ...(given.purge ? ['--purge'] : [])];
    const summary = 'remove packages that nothing needs any more';
    changes.push({
      ...work(summary, given, sh`apt_get ${words} || fail`),
      before: state.unneeded.join('\n'),
      after: '',
    });
  }
  if (state.outdatedFiles > 0)
    changes.push(
      work(`delete ${state.outdatedFiles} outdated package files`, given, raw('apt_get autoclean || fail')),
    );
  return changes;
}

const REFRESH = 'refresh the package lists';

function repairs({ packages }: AptState, given: AptParams): Change[] {
  const { unconfigured, halfInstalled } = packages;
  const broken = [...new Set([...unconfigured, ...halfInstalled])];
  if (broken.length === 0) return [];
  const again = halfInstalled.length > 0 ? sh` && apt_get install --reinstall ${halfInstalled}` : raw('');
  const script = sh`{ configure${again}; } || fail`;
  return [
    {
      ...work(`finish configuring ${broken.join(', ')}`, given, script),
      before: 'half configured',
      after: 'installed',
    },
  ];
}

function install(state: AptState, given: AptParams): Change[] {
  const { wanted, unknown } = wishes(state, given);
  if (wanted.length === 0) return [];
  const refresh = state.stale || unknown;
  const summary = `install ${wanted.map((wish) => wish.summary).join(', ')}`;
  const toAnswer = given.debconf.filter((entry) => !state.packages.installed.has(entry.name));
  const words = [...options(given), '--', ...wanted.map((wish) => wish.word)];
  const script = joinScripts([
    ...(refresh ? [raw('update || fail')] : []),
    ...(toAnswer.length > 0 ? [preseed(toAnswer)] : []),
    installScript(words),
  ]);
  return [
    {
      ...work(refresh ? `${REFRESH}, then ${summary}` : summary, given, script),
      before: wanted.map((wish) => wish.before).join('\n'),
      after: wanted.map((wish) => wish.after).join('\n'),
    },
  ];
}

function options(given: AptParams): readonly string[] {
  const { install_recommends: recommends, default_release: release } = given;
  return [
    ...(recommends === undefined ? [] : [recommends ? '--install-recommends' : '--no-install-recommends']),
    ...(release === undefined ? [] : ['-t', release]),
    ...(given.allow_downgrade ? ['--allow-downgrades'] : []),
    ...(given.allow_change_held_packages ? ['--allow-change-held-packages'] : []),
    ...(given.only_upgrade ? ['--only-upgrade'] : []),
  ];
}

function remove(state: AptState, given: AptParams): Change[] {
  const gone = removals(state, given);
  if (gone.length === 0) return [];
  const verb = given.purge ? 'purge' : 'remove';
  const words = [verb, ...(given.autoremove ? ['--auto-remove'] : []), ...options(given), '--'];
  const before = gone.map(
    (name) => `${name} ${state.packages.installed.get(name) ?? '(configuration only)'}`,
  );
  return [
    {
      ...work(`${verb} ${gone.join(', ')}`, given, sh`apt_get ${[...words, ...gone]} || fail`),
      before: before.join('\n'),
      after: gone.map((name) => `${name} (not installed)`).join('\n'),
    },
  ];
}

function upgrade(state: AptState, given: AptParams): Change {
  const verb = given.upgrade === 'full' || given.upgrade === 'dist' ? 'dist-upgrade' : 'upgrade';
  const script = joinScripts([
    ...(state.stale ? [raw('update || fail')] : []),
    sh`apt_get ${[verb, ...options({ ...given, only_upgrade: false })]} || fail`,
  ]);
  const { upgradable } = state;
  const count = `upgrade ${upgradable.length} packages`;
  return {
    ...work(state.stale ? `${REFRESH}, then upgrade all packages` : count, given, script),
    before: upgradable.map((each) => `${each.name} ${each.from}`).join('\n'),
    after: upgradable.map((each) => `${each.name} ${each.to}`).join('\n'),
  };
}

function work(summary: string, given: AptParams, script: ReturnType<typeof raw>): Change {
  const dpkgOptions = given.dpkg_options.split(',').filter((option) => option !== '');
  const prelude = aptPrelude({ lockTimeout: given.lock_timeout, dpkgOptions });
  return { summary, actions: [run(joinScripts([prelude, script]))] };
}
