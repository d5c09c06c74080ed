import { type Script, joinScripts, raw, sh } from '../../model/script.ts';
import { pathWord } from './path.ts';

/** The parameters of `git`. */
export interface GitAsked {
  readonly repo: string;
  readonly dest: string;
  readonly version: string;
  readonly update: boolean;
  readonly clone: boolean;
  readonly force: boolean;
  readonly depth?: number | undefined;
  readonly remote: string;
  readonly bare: boolean;
  readonly recursive: boolean;
  readonly accept_hostkey: boolean;
  readonly accept_newhostkey: boolean;
  readonly key_file?: string | undefined;
  readonly single_branch: boolean;
  readonly umask?: string | undefined;
  readonly ssh_opts?: string | undefined;
}

/** Nothing asks: no terminal, no window, no password. A question (`reading`) writes no key of a server down either. */
export function gitPrelude(asked: GitAsked, reading: boolean): Script {
  const accepts = asked.accept_hostkey || asked.accept_newhostkey;
  const options = ['-o', 'BatchMode=yes', '-o', `StrictHostKeyChecking=${accepts ? 'accept-new' : 'yes'}`];
  if (reading && accepts)
    options.push('-o', 'UserKnownHostsFile=/dev/null ~/.ssh/known_hosts ~/.ssh/known_hosts2');
  const key =
    asked.key_file === undefined
      ? raw('')
      : sh`key=${pathWord(asked.key_file)}; command="$command -o IdentitiesOnly=yes -i '$key'"`;
  return joinScripts([
    asked.umask === undefined ? raw(':') : sh`umask ${asked.umask}`,
    raw('export LC_ALL=C GIT_TERMINAL_PROMPT=0 GIT_ASKPASS=true SSH_ASKPASS=true GIT_OPTIONAL_LOCKS=0'),
    sh`command=${['ssh', ...options.map((option) => sh`${option}`.text), asked.ssh_opts ?? ''].join(' ')}`,
    key,
    sh`export GIT_SSH_COMMAND="$command"
dest=${pathWord(asked.dest)} repo=${asked.repo} version=${asked.version} remote=${asked.remote}
fail() { printf '%s\n' "$1" | grep -v '^hint:\|^$\|^Please make sure\|^and the repository\|^fatal: Could not read from' | tail -n 3 >&2; exit 1; }`,
  ]);
}

/** What is in `dest`, and what the repository has under the name of the version. */
export function gitProbe(asked: GitAsked): Script {
  const offline = /^[0-9a-f]{40}$/.test(asked.version) ? 'yes' : '';
  return joinScripts([
    raw('command -v git >/dev/null || { echo kind=no-git; exit 0; }'),
    gitPrelude(asked, true),
    sh`bare=${asked.bare ? 'true' : 'false'}; update=${asked.update ? 'yes' : ''}; clone=${asked.clone ? 'yes' : ''}; offline=${offline}`,
    raw(PROBE),
  ]);
}

const PROBE = String.raw`list=
if [ ! -e "$dest" ]; then kind=absent
elif [ ! -d "$dest" ]; then kind=occupied
elif top=$(git -C "$dest" rev-parse --git-dir 2>&1) && { [ "$top" = .git ] || [ "$top" = . ] || [ -f "$dest/.git" ]; }; then
  kind=repository
elif case $top in *'dubious ownership'*) true ;; *) false ;; esac; then kind=foreign
elif [ -z "$(ls -A "$dest" 2>/dev/null)" ]; then kind=absent
else kind=occupied; fi
echo "kind=$kind"
if [ $kind = repository ]; then
  is=$(git -C "$dest" rev-parse --is-bare-repository)
  [ "$is" = $bare ] || echo other=yes
  echo "head=$(git -C "$dest" rev-parse --verify -q HEAD)"
  echo "branch=$(git -C "$dest" symbolic-ref -q --short HEAD)"
  echo "url=$(git -C "$dest" config --get "remote.$remote.url")"
  if [ $bare = true ]; then git -C "$dest" for-each-ref --format='have=%(objectname) %(refname)' refs/heads refs/tags
  else git -C "$dest" status --porcelain --untracked-files=no | head -n 10 | sed 's/^/dirty=/'; fi
fi
case $kind:$update:$clone in
absent:*:yes | repository:yes:*)
  if [ -n "$offline" ]; then echo "ref=$version commit"
  else
    if [ $bare = true ]; then list=$(git ls-remote -- "$repo" HEAD 'refs/heads/*' 'refs/tags/*' 2>&1)
    elif [ "$version" = HEAD ]; then list=$(git ls-remote --symref -- "$repo" HEAD 2>&1)
    else list=$(git ls-remote -- "$repo" "refs/heads/$version" "refs/tags/$version" "refs/tags/$version^{}" 2>&1); fi
    if [ $? = 0 ]; then printf '%s\n' "$list" | tr '\t' ' ' | grep -E '^([0-9a-f]{40,64}|ref:) ' | sed 's/^/ref=/'
    else printf 'problem=%s\n' "$(printf '%s\n' "$list" | grep -v '^$\|^Please make sure\|^and the repository\|^fatal: Could not read from' | tail -n 1)"; fi
  fi ;;
esac
if [ $kind = repository ] && [ $bare = false ]; then
  for id in $(printf '%s\n' "$list" | grep -E '^[0-9a-f]{40,64}' | cut -c 1-40); do
    ! git -C "$dest" merge-base --is-ancestor "$id" HEAD 2>/dev/null || echo "own=$id"
  done
fi`;

/** A clone is made beside its place, so that one that breaks off is not taken for the real one. */
export function cloneScript(asked: GitAsked, { commit, branch, tag }: Target): Script {
  const depth = asked.depth === undefined ? [] : ['--depth', String(asked.depth)];
  const named = branch ?? tag;
  const words = [
    ...depth,
    ...(asked.single_branch ? ['--single-branch'] : []),
    ...['-q', '--origin', asked.remote],
    ...(named === undefined ? ['--no-checkout'] : ['--branch', named]),
    ...(asked.bare ? ['--bare'] : []),
  ];
  const plain = asked.bare ? ['-q', '--bare', '--origin', asked.remote] : words;
  const detached = asked.bare || named !== undefined ? raw(':') : detach(asked, commit);
  return joinScripts([
    gitPrelude(asked, false),
    sh`dest=\${dest%/}; new=\${dest%/*}/.\${dest##*/}.homerun-clone
mkdir -p -- "\${dest%/*}/" || exit
rm -rf -- "$new"
trap 'rm -rf -- "$new"' EXIT; trap 'exit 129' HUP INT TERM
error=$(git clone ${plain} -- "$repo" "$new" 2>&1) || fail "$error"
at=$new`,
    detached,
    ...(asked.bare ? [raw('git -C "$new" config "remote.$remote.url" "$repo" || exit')] : []),
    raw('[ ! -d "$dest" ] || rmdir -- "$dest" || exit\nmv -- "$new" "$dest" || exit\nat=$dest'),
    submodules(asked),
  ]);
}

/** The commit, branch or tag that `version` stands for. */
export interface Target {
  readonly commit: string;
  readonly branch?: string | undefined;
  readonly tag?: string | undefined;
}

export function updateScript(asked: GitAsked, target: Target): Script {
  const depth = asked.depth === undefined ? [] : ['--depth', String(asked.depth)];
  const start = joinScripts([gitPrelude(asked, false), raw('at=$dest')]);
  const url = raw(`git -C "$at" config "remote.$remote.url" "$repo" || exit
git -C "$at" config --get "remote.$remote.fetch" >/dev/null || [ "$(git -C "$at" rev-parse --is-bare-repository)" = true ] ||
  git -C "$at" config "remote.$remote.fetch" "+refs/heads/*:refs/remotes/$remote/*"`);
  if (asked.bare)
    return joinScripts([
      start,
      url,
      raw(
        `error=$(git -C "$at" fetch -q --prune "$remote" '+refs/heads/*:refs/heads/*' '+refs/tags/*:refs/tags/*' 2>&1) || fail "$error"`,
      ),
    ]);
  const clean = asked.force ? raw('error=$(git -C "$at" reset -q --hard 2>&1) || fail "$error"') : raw(':');
  const { branch, tag, commit } = target;
  if (branch !== undefined)
    return joinScripts([
      start,
      url,
      clean,
      sh`branch=${branch}`,
      fetch(depth),
      moveBranch(asked),
      submodules(asked),
    ]);
  const ref =
    tag === undefined
      ? raw(':')
      : sh`error=$(git -C "$at" fetch -q ${depth} "$remote" ${`+refs/tags/${tag}:refs/tags/${tag}`} 2>&1) || fail "$error"`;
  return joinScripts([start, url, clean, ref, detach(asked, commit), submodules(asked)]);
}

function fetch(depth: readonly string[]): Script {
  return sh`old=$(git -C "$at" rev-parse -q --verify "refs/remotes/$remote/$branch")
error=$(git -C "$at" fetch -q ${depth} "$remote" "+refs/heads/$branch:refs/remotes/$remote/$branch" 2>&1) || fail "$error"`;
}

/** Without `force` only forwards, so that nobody's commits are lost; one with `depth` does not know what is forwards. */
function moveBranch({ force }: GitAsked): Script {
  return raw(`if git -C "$at" show-ref -q --verify "refs/heads/$branch"; then
  error=$(git -C "$at" checkout -q "$branch" -- 2>&1) || fail "$error"
else error=$(git -C "$at" checkout -q -b "$branch" --track "$remote/$branch" 2>&1) || fail "$error"; fi
move='merge -q --ff-only'
[ "$(git -C "$at" rev-parse HEAD)" != "$old" ] || move='reset -q --hard'
${force ? "move='reset -q --hard'" : ''}
error=$(git -C "$at" $move "refs/remotes/$remote/$branch" 2>&1) || fail "$error"`);
}

function detach({ depth, force }: GitAsked, commit: string): Script {
  const words = depth === undefined ? [] : ['--depth', String(depth)];
  return sh`commit=${commit}
git -C "$at" cat-file -e "$commit^{commit}" 2>/dev/null || {
  error=$(git -C "$at" fetch -q ${words} "$remote" "$commit" 2>&1) ||
    error=$(git -C "$at" fetch -q "$remote" 2>&1) || fail "$error"
}
error=$(git -C "$at" checkout -q ${force ? ['--force'] : []} --detach "$commit" 2>&1) || fail "$error"`;
}

function submodules({ recursive, bare }: GitAsked): Script {
  if (!recursive || bare) return raw(':');
  return raw(`if [ -f "$at/.gitmodules" ]; then
  error=$(git -C "$at" submodule -q sync --recursive 2>&1 && git -C "$at" submodule -q update --init --recursive 2>&1) || fail "$error"
fi`);
}
