import { type Change, type Plan, ask, defineModule, isFailure, run } from '../model/module.ts';
import { joinScripts, raw, sh } from '../model/script.ts';
import { Secret } from '../model/secret.ts';
import { NO_TOOLS } from './lib/account-tools.ts';
import { Answers } from './lib/answers.ts';
import { asUser } from './lib/as-user.ts';
import { type UserParams, userParams } from './lib/user-params.ts';
import { addScript, changeScript, removeScript } from './lib/user-scripts.ts';
import { type UserState, readUser, userScript } from './lib/user-state.ts';
import { type Difference, compareUser, expiryDay, lockWanted } from './lib/user-difference.ts';

export const user = defineModule<UserParams, UserState>({
  name: 'user',
  summary: 'Creates, changes and removes users.',
  description: `A password is given as a hash and travels through standard input. \`groups\` without \`append\` are all the
groups that the user shall be in. Works with useradd and its kin, and with busybox where these are missing; busybox
cannot change what a user already has but groups, password and lock.`,
  params: userParams,
  aliases: { user: 'name', createhome: 'create_home' },
  unsupported: {
    authorization: 'leave it out: it is for other systems than Linux',
    hidden: 'leave it out: it is for other systems than Linux',
    login_class: 'leave it out: it is for other systems than Linux',
    profile: 'leave it out: it is for other systems than Linux',
    role: 'leave it out: it is for other systems than Linux',
    seuser: 'run `semanage login` with `command`',
    local: 'leave it out: only the host’s own users are changed',
    ssh_key_type: 'use `openssh_keypair` with `type`; the key of `generate_ssh_key` is Ed25519',
    ssh_key_bits: 'use `openssh_keypair` with `size`; the key of `generate_ssh_key` is Ed25519',
    ssh_key_passphrase: 'leave it out: a key for programs has none',
  },
  examples: [
    {
      title: 'A person',
      yaml: 'user:\n  name: pi\n  groups: [sudo]\n  append: true\n  shell: /bin/bash\n',
      needs: 'root',
    },
    {
      title: 'A service without login',
      yaml: 'user:\n  name: weather\n  system: true\n  home: /var/lib/weather\n  shell: /usr/sbin/nologin\n',
      needs: 'root',
    },
    {
      title: 'A password, set once',
      yaml: "user:\n  name: pi\n  password: '$6$salt$IxDD3jeSOb5eB1CX5LBsqZFVkJdido3OUILO5Ifz5iwMuTS4XMS130MTSuDDl3aCI6WouIL9AjRbLCelDCy.g.'\n  update_password: on_create\n",
      needs: 'root',
    },
    { title: 'No such user', yaml: 'user:\n  name: guest\n  state: absent\n  remove: true\n', needs: 'root' },
  ],
  returns: {
    uid: 'Number of the user, where it was there before.',
    home: 'Home folder, where the user was there before.',
    ssh_public_key: 'The public key, where one was there before or was made now.',
  },
  probe: (given) => ask(userScript(given), (output) => readUser(new Answers(output), given)),
  plan,
  result({ account, publicKey }, _given, outputs) {
    const made = outputs.map((output) => /^ssh-ed25519 .*$/m.exec(output.stdout)?.[0]).find(Boolean);
    const key = made ?? publicKey;
    return {
      ...(account ? { uid: account.uid, home: account.home } : {}),
      ...(key === '' ? {} : { ssh_public_key: key }),
    };
  },
});

function plan(state: UserState, given: UserParams): Plan {
  const { name } = given;
  if (!state.isRoot) return { failed: 'only root may see and change users', hint: 'add `become: true`' };
  if (given.state === 'absent') {
    if (!state.account) return [];
    if (state.tools === 'none') return NO_TOOLS;
    const summary = `remove the user ${name}${given.remove ? ' and its home folder' : ''}`;
    const actions = [run(removeScript(given, state.tools === 'shadow'))];
    return [{ summary, before: `${name} (${state.account.uid})`, after: '(no such user)', actions }];
  }
  const account = state.account ? planExisting(state, given) : planNew(state, given);
  if (isFailure(account)) return account;
  const changes = [...account, ...planPassword(state, given), ...planKey(state, given)];
  return changes.length > 0 && state.tools === 'none' ? NO_TOOLS : changes;
}

function planNew(state: UserState, given: UserParams): readonly Change[] {
  const { name, uid, groups = [] } = given;
  const after = [`${name}${uid === undefined ? '' : ` (${uid})`}`, ...groups.map((group) => `in ${group}`)];
  return [
    {
      summary: `create the user ${name}`,
      before: '(no such user)',
      after: after.join(', '),
      actions: [run(addScript(given, state.tools === 'shadow', expiryDay(given)))],
    },
  ];
}

function planExisting(state: UserState, given: UserParams): Plan {
  const differences = compareUser(state, given);
  if (differences.length === 0) return [];
  const fixed = differences.find(
    (difference) => state.tools !== 'shadow' && !['groups', 'home folder'].includes(difference.what),
  );
  if (fixed)
    return {
      failed: `${given.name} has ${fixed.what} ${fixed.is}, and this host has no usermod to change it`,
      hint: 'install the package `shadow`',
    };
  const lines = (pick: (difference: Difference) => string): string =>
    differences.map((difference) => `${difference.what}: ${pick(difference)}`).join('\n');
  return [
    {
      summary: `change ${differences.map(({ what }) => what).join(', ')} of the user ${given.name}`,
      before: lines(({ is }) => is),
      after: lines(({ shall }) => shall),
      actions: [run(changeScript(state, given, differences))],
    },
  ];
}

/** The hash goes in through standard input: a list of processes is open to everybody. */
function planPassword(state: UserState, given: UserParams): readonly Change[] {
  const { name, password, update_password: update } = given;
  // useradd makes users without a password, which are locked.
  const hash = state.shadow?.hash ?? '!';
  const changes: Change[] = [];
  const may = password !== undefined && (state.account === undefined || update === 'always');
  const wanted = typeof password === 'string' ? password : password?.reveal();
  const sets = may && hash.replace(/^!+/, '') !== wanted?.replace(/^!+/, '');
  if (sets) {
    const script = sh`printf '%s:%s\n' ${name} ${new Secret(wanted ?? '')} | chpasswd -e`;
    changes.push({ summary: `set the password of ${name}`, actions: [run(script)] });
  }
  const lock = lockWanted(sets ? (wanted ?? hash) : hash, given);
  if (lock !== undefined) {
    const before = lock ? 'open' : 'locked';
    const script =
      state.tools === 'shadow'
        ? sh`usermod ${[lock ? '-L' : '-U']} ${name}`
        : sh`passwd ${[lock ? '-l' : '-u']} ${name}`;
    const actions = [run(script)];
    changes.push({
      summary: `${lock ? 'lock' : 'unlock'} the password of ${name}`,
      before,
      after: lock ? 'locked' : 'open',
      actions,
    });
  }
  return changes;
}

function planKey(state: UserState, given: UserParams): readonly Change[] {
  if (!given.generate_ssh_key || state.publicKey !== '') return [];
  const { name, ssh_key_file: file, ssh_key_comment: comment } = given;
  const script = joinScripts([
    asUser(name),
    sh`name=${name} key=${file} comment=${comment ?? ''}`,
    raw(`home=$( { getent passwd "$name" 2>/dev/null || grep "^$name:" /etc/passwd; } | cut -d: -f6)
case $key in /*) ;; *) key=$home/$key ;; esac
command -v ssh-keygen >/dev/null || { echo 'there is no ssh-keygen on this host: install openssh-client' >&2; exit 127; }
[ ! -e "$key" ] || { echo "$key is there, but $key.pub is not: make it with ssh-keygen -y" >&2; exit 1; }
make='umask 077; mkdir -p "\${1%/*}" && ssh-keygen -q -t ed25519 -N "" -C "$2" -f "$1"'
as_user sh -c "$make" sh "$key" "\${comment:-$name@$(cat /proc/sys/kernel/hostname)}" </dev/null && cat "$key.pub"`),
  ]);
  return [{ summary: `make an ssh key for ${name}`, after: file, actions: [run(script)] }];
}
