import { type Change, type Output, type Plan, run } from '../../model/module.ts';
import type { Script } from '../../model/script.ts';
import { Answers } from './answers.ts';
import { type GitAsked, type Target, cloneScript, updateScript } from './git-script.ts';

export interface GitState {
  /** `foreign`: git refuses, because it belongs to another user. `occupied`: something else is there. */
  readonly kind: string;
  /** Bare where it shall not be, or the other way round. */
  readonly other: boolean;
  readonly head: string;
  /** The branch that is checked out; empty where it is a bare commit. */
  readonly branch: string;
  readonly url: string;
  /** Files with local changes. */
  readonly dirty: readonly string[];
  /** `COMMIT REF` of the bare copy. */
  readonly have: readonly string[];
  /** The same of the repository. */
  readonly refs: readonly string[];
  /** Commits of `refs` that the copy has built upon. */
  readonly own: readonly string[];
  /** The commit that it shall have; empty where nobody was asked. */
  readonly wanted: string;
  readonly target: Target | undefined;
  readonly problem: string;
}

export function readGit(answer: Output): GitState {
  const answers = new Answers(answer);
  const refs = answers.all('ref');
  const target = targetOf(refs);
  return {
    kind: answers.get('kind'),
    other: answers.has('other'),
    head: answers.get('head'),
    branch: answers.get('branch'),
    url: answers.get('url'),
    dirty: answers.all('dirty'),
    have: answers.all('have'),
    refs,
    own: answers.all('own'),
    wanted: target?.commit ?? '',
    target,
    problem: answers.get('problem'),
  };
}

/** A branch goes before a tag of the same name; an annotated tag is the commit behind it. */
function targetOf(refs: readonly string[]): Target | undefined {
  const main = refs.find((line) => line.startsWith('ref: '))?.split(' ')[1];
  const list = refs.filter((line) => !line.startsWith('ref: ')).map((line) => line.split(' '));
  const find = (test: (name: string) => boolean) => list.find(([, name = '']) => test(name));
  const branch = find((name) => name.startsWith('refs/heads/') || name === 'HEAD');
  if (branch) {
    const name = branch[1] === 'HEAD' ? main : branch[1];
    return { commit: branch[0] ?? '', branch: name?.replace(/^refs\/heads\//, '') };
  }
  const tag = find((name) => name.endsWith('^{}')) ?? find((name) => name.startsWith('refs/tags/'));
  if (tag) return { commit: tag[0] ?? '', tag: tag[1]?.replace(/^refs\/tags\/|\^\{\}$/g, '') };
  const commit = find((name) => name === 'commit');
  return commit && { commit: commit[0] ?? '' };
}

export function planGit(state: GitState, asked: GitAsked): Plan {
  const { kind, problem, target, head } = state;
  const { repo, dest, version, bare } = asked;
  if (kind === 'no-git') return { failed: 'the host has no git', hint: 'install the package git' };
  if (kind === 'foreign')
    return { failed: `${dest} belongs to another user`, hint: 'run the task as its owner: `become_user`' };
  if (kind === 'occupied') return { failed: `${dest} exists and is no git repository` };
  if (state.other)
    return { failed: `${dest} is ${bare ? 'a working copy and not bare' : 'a bare repository'}` };
  if (kind === 'absent' && !asked.clone) return [];
  if (kind === 'repository' && !asked.update) return [];
  if (problem !== '') return { failed: `cannot read ${repo}: ${problem}` };
  if (kind === 'absent') {
    if (!target && !bare) return { failed: `${repo} has no branch or tag ${version}` };
    const script = cloneScript(asked, target ?? { commit: '' });
    return [change(`clone ${repo} into ${dest}`, 'absent', bare ? repo : (target?.commit ?? ''), script)];
  }
  const moved = state.url === asked.repo ? [] : [`from ${repo} instead of ${state.url || 'nowhere'}`];
  if (bare) {
    const [have, wanted] = [
      state.have,
      state.refs.filter((ref) => / refs\/(?:heads|tags)\/.*(?<!\^\{\})$/.test(ref)),
    ].map((list) => [...list].sort().join('\n'));
    if (have === wanted && moved.length === 0) return [];
    const summary = ['update', dest, ...moved].join(' ');
    return [change(summary, have ?? '', wanted ?? '', updateScript(asked, { commit: '' }))];
  }
  if (!target) return { failed: `${repo} has no branch or tag ${version}` };
  return planUpdate(state, asked, target, head, moved);
}

function planUpdate(
  state: GitState,
  asked: GitAsked,
  target: Target,
  head: string,
  moved: readonly string[],
): Plan {
  const { dest, force } = asked;
  const discards = force && state.dirty.length > 0;
  // Own commits on top of the branch are nothing to put right.
  const ahead = !force && state.branch === target.branch && state.own.includes(target.commit);
  const same = head === target.commit || ahead;
  if (same && !discards && moved.length === 0) return [];
  if (!same && !force && state.dirty.length > 0)
    return {
      failed: `${dest} has local changes: ${state.dirty.map((line) => line.slice(3)).join(', ')}`,
      hint: '`force: true` throws them away',
    };
  const where = same ? [] : [`to ${target.branch ?? target.tag ?? target.commit}`];
  const lost = discards ? ['throwing local changes away'] : [];
  const summary = ['update', dest, ...where, ...moved, ...lost].join(' ');
  const before = discards ? [head, ...state.dirty].join('\n') : head;
  return [change(summary, before, target.commit, updateScript(asked, target))];
}

function change(summary: string, before: string, after: string, script: Script): Change {
  return { summary, before, after, actions: [run(script)] };
}
