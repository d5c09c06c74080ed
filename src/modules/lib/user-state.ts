import { type Script, joinScripts, raw, sh } from '../../model/script.ts';
import { accountTools, accountToolsScript } from './account-tools.ts';
import type { Answers } from './answers.ts';
import { type Account, type Group, type Shadow, findAccount, findShadow, parseGroups } from './passwd.ts';
import type { UserParams } from './user-params.ts';

export interface UserState {
  readonly account: Account | undefined;
  readonly shadow: Shadow | undefined;
  readonly groups: readonly Group[];
  readonly hasHome: boolean;
  /** The public key, where one is there. */
  readonly publicKey: string;
  /** `shadow`: useradd and its kin. */
  readonly tools: 'shadow' | 'busybox' | 'none';
  readonly isRoot: boolean;
}

export function userScript({ name, home, ssh_key_file: key }: UserParams): Script {
  return joinScripts([
    sh`name=${name} wanted=${home ?? ''} key=${key}`,
    accountToolsScript,
    raw(`[ "$(id -u)" != 0 ] || echo root=yes
line=$(getent passwd "$name" 2>/dev/null || grep "^$name:" /etc/passwd)
echo "passwd=$line"
{ getent group 2>/dev/null || cat /etc/group; } | sed 's/^/group=/'
{ getent shadow "$name" 2>/dev/null || grep "^$name:" /etc/shadow 2>/dev/null; } | sed 's/^/shadow=/'
home=$(printf '%s' "$line" | cut -d: -f6)
[ -z "\${wanted:-$home}" ] || [ ! -d "\${wanted:-$home}" ] || echo home=yes
case $key in /*) ;; *) key=$home/$key ;; esac
[ ! -f "$key.pub" ] || echo "key=$(cat "$key.pub")"`),
  ]);
}

export function readUser(answers: Answers, { name }: UserParams): UserState {
  return {
    account: findAccount(answers.all('passwd'), name),
    shadow: findShadow(answers.all('shadow'), name),
    groups: parseGroups(answers.all('group')),
    hasHome: answers.has('home'),
    publicKey: answers.get('key'),
    tools: accountTools(answers),
    isRoot: answers.has('root'),
  };
}
