import { type Action, type Inputs, type Output, type Plan, run } from '../../model/module.ts';
import { type Script, joinScripts, raw, sh } from '../../model/script.ts';
import { Answers } from './answers.ts';
import { kindOf, unescapeName, zipEntries } from './archive.ts';
import { type FileState, fileStateScript, parseFileState } from './file-state.ts';
import { pathWord } from './path.ts';
import { loadedFiles } from './sources.ts';
import { type Source, type Unpacking, compareScript, unpackScript, wrongMode } from './unarchive-script.ts';

/** The parameters of `unarchive`. */
export interface Unarchive extends Unpacking {
  readonly src: string;
  readonly remote_src: boolean;
  readonly list_files: boolean;
}

export interface UnarchiveState {
  readonly dest: FileState;
  /** `creates` is there. */
  readonly created: boolean;
  /** With `remote_src`, the archive is not on the host. */
  readonly lost: boolean;
  /** What differs from the archive, a few lines of it. */
  readonly differences: readonly string[];
  /** The archive was compared. */
  readonly compared: boolean;
  readonly files: readonly string[];
}

/** More than this does not travel only to be compared. */
const LIMIT = 8 * 1024 * 1024;

export function probeUnarchive(asked: Unarchive, inputs: Inputs): Script {
  const { dest, creates } = asked;
  const ending = joinScripts([raw('echo ---'), fileStateScript({ path: dest })]);
  if (creates !== undefined)
    return joinScripts([sh`[ ! -e ${pathWord(creates)} ] || echo created=yes`, ending]);
  const source = sourceOf(asked, inputs);
  if (source === undefined) return ending;
  const there =
    'hostPath' in source ? sh`[ -f ${pathWord(source.hostPath)} ] || { echo lost=yes; false; }` : raw(':');
  const looks = joinScripts([
    compareScript(source, asked),
    raw('[ $? != 0 ] || { echo compared=yes; differences | head -n 20 | sed "s/^/differs=/"; }'),
    raw(ask(asked)),
  ]);
  return sh`${there} && (
${looks}
:)
${ending}`;
}

function ask({ owner, group, mode, list_files: list }: Unarchive): string {
  const kept = owner !== undefined || group !== undefined || mode !== undefined;
  return [
    ...(kept
      ? ["each_name | xargs -r -0 stat -c '%a:%u:%g:%U:%G:%F' 2>/dev/null | sort -u | sed 's/^/kind=/'"]
      : []),
    ...(list ? ["names | sed 's/^/file=/'"] : []),
  ].join('\n');
}

export function readUnarchive(answer: Output, asked: Unarchive): UnarchiveState {
  const answers = new Answers(answer);
  return {
    dest: parseFileState(answers.rest),
    created: answers.has('created'),
    lost: answers.has('lost'),
    differences: [...answers.all('differs'), ...wrongKinds(answers.all('kind'), asked)],
    compared: answers.has('compared'),
    files: answers.all('file').map(unescapeName),
  };
}

/** Each kind of owner and mode among the entries comes once. */
function wrongKinds(kinds: readonly string[], { owner, group, mode }: Unarchive): readonly string[] {
  return kinds.flatMap((kind) => {
    const [bits = '', uid, gid, user, groupName, type = ''] = kind.split(':');
    const wrong: string[] = [];
    if (owner !== undefined && owner !== uid && owner !== user) wrong.push(`owned by ${user}`);
    if (group !== undefined && group !== gid && group !== groupName) wrong.push(`in group ${groupName}`);
    if (mode !== undefined && type !== 'symbolic link' && wrongMode(mode, bits, type === 'directory'))
      wrong.push(`${type} with mode ${bits}`);
    return wrong.length === 0 ? [] : [`something is ${wrong.join(', ')}`];
  });
}

export function planUnarchive(state: UnarchiveState, asked: Unarchive, inputs: Inputs): Plan {
  const { src, creates } = asked;
  const input = loadedFiles(inputs, 'src');
  const bytes = input?.files[0]?.bytes;
  if (state.created) return [];
  if (state.lost) return { failed: `${src} is not on the host` };
  if (state.dest.type !== 'absent' && state.dest.type !== 'directory')
    return { failed: `${state.dest.real} is not a folder` };
  if (!asked.remote_src && (bytes === undefined || input?.isFolder === true))
    return { failed: `${src} is a folder, not an archive` };
  if (!asked.remote_src && creates === undefined && (bytes?.length ?? 0) > LIMIT)
    return {
      failed: `${src} is over 8 MiB: too much to send only to compare it`,
      hint: 'say with `creates` what it makes, or get it with `get_url` or `copy` and use `remote_src: true`',
    };
  if (!asked.remote_src && creates === undefined && sourceOf(asked, inputs) === undefined)
    return { failed: `${src} is a broken zip archive` };
  if (state.compared && state.differences.length === 0) return [];
  const known = state.compared && state.differences.length > 0;
  return [
    {
      summary: `unpack ${src} into ${state.dest.real}`,
      ...(known ? { before: state.differences.join('\n'), after: 'as in the archive' } : {}),
      subject: state.dest.real,
      actions: actions(state.dest.real, asked, bytes, sourceOf(asked, inputs)),
    },
  ];
}

function actions(
  dest: string,
  asked: Unarchive,
  bytes: Uint8Array | undefined,
  source: Source | undefined,
): readonly Action[] {
  const there = sh`[ -d ${pathWord(dest)} ] || { printf 'there is no folder %s\n' ${dest} >&2; exit 1; }`;
  if (bytes === undefined) return [run(joinScripts([there, unpackScript(asked.src, asked)]))];
  const path = `${dest.replace(/\/$/, '')}/.homerun-unarchive`;
  const cleaned = sh`trap 'rm -f "$file"' EXIT; trap 'exit 129' HUP INT TERM`;
  return [
    run(there),
    { kind: 'upload', bytes, path, mode: '0600' },
    run(joinScripts([sh`file=${path}`, cleaned, unpackScript(path, asked, source)])),
  ];
}

/** Undefined where it need not or cannot be compared. */
function sourceOf(asked: Unarchive, inputs: Inputs): Source | undefined {
  if (asked.remote_src) return { hostPath: asked.src };
  const bytes = loadedFiles(inputs, 'src')?.files[0]?.bytes;
  if (bytes === undefined || bytes.length > LIMIT) return undefined;
  const kind = kindOf(Buffer.from(bytes.subarray(0, 6)).toString('hex'));
  if (kind !== 'zip') return { kind, bytes, entries: [] };
  try {
    return { kind, bytes, entries: zipEntries(bytes) };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
