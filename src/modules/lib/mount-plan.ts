import { type Change, type Plan, isFailure, run } from '../../model/module.ts';
import { type Script, joinScripts, raw, sh } from '../../model/script.ts';
import type { Answers } from './answers.ts';
import { planFile } from './file-change.ts';
import type { FileState } from './file-state.ts';
import { type MountEntry, dropEntry, findEntry, putEntry } from './fstab.ts';
import { isOther, mountedAt, wrongOptions } from './mount-live.ts';
import { editableText } from './text.ts';

/** The parameters of `mount`. */
export interface MountAsked {
  readonly path: string;
  readonly src?: string | undefined;
  readonly fstype?: string | undefined;
  readonly opts: string;
  readonly dump: string;
  readonly passno: string;
  readonly boot: boolean;
  readonly fstab: string;
  readonly backup: boolean;
  readonly state:
    | 'mounted'
    | 'unmounted'
    | 'present'
    | 'absent'
    | 'remounted'
    | 'ephemeral'
    | 'absent_from_fstab';
}

export interface MountState {
  readonly table: FileState;
  readonly answers: Answers;
}

export function planMount({ table, answers }: MountState, asked: MountAsked): Plan {
  const text = editableText(table);
  if (typeof text !== 'string') return text;
  if (answers.has('blind')) return { failed: 'the host does not tell what is mounted: it has no /proc' };
  const { path, state, src } = asked;
  const mounted = mountedAt(answers, path);
  const unmount = mounted ? [unmountChange(path)] : [];
  if (state === 'unmounted') return unmount;
  if (state === 'absent_from_fstab') return tableChanges(table, text, dropEntry(text, path, src), asked);
  if (state === 'absent') {
    const edited = dropEntry(text, path, src);
    const entry = tableChanges(table, text, edited, asked);
    if (isFailure(entry)) return entry;
    const folder = answers.has('folder') && (mounted !== undefined || edited !== text);
    return [...unmount, ...entry, ...(folder ? [removeFolder(path)] : [])];
  }
  if (state === 'remounted') {
    if (!mounted) return { failed: `nothing is mounted at ${path}`, hint: 'use `state: mounted`' };
    return [mountChange(`remount ${path}`, remount(asked, undefined))];
  }
  const entry = entryOf(asked);
  if (!entry) return { failed: '`src` and `fstype` are missing' };
  const edited = state === 'ephemeral' ? text : putEntry(text, entry);
  const changes = tableChanges(table, text, edited, asked);
  if (isFailure(changes) || state === 'present') return changes;
  const folder = answers.has('folder') ? [] : [makeFolder(path)];
  return [...folder, ...changes, ...liveChanges(edited !== text, { table, answers }, asked, entry)];
}

function liveChanges(
  edited: boolean,
  { answers, table }: MountState,
  asked: MountAsked,
  entry: MountEntry,
): readonly Change[] {
  const { path, src } = entry;
  const mounted = mountedAt(answers, path);
  const mount = mountScript(asked, entry);
  if (!mounted) return [mountChange(`mount ${src} at ${path}`, mount, 'not mounted', src)];
  if (isOther(mounted, entry, answers)) {
    const summary = `mount ${src} at ${path} instead of ${mounted.source}`;
    return [mountChange(summary, joinScripts([unmountScript(path), mount]), mounted.source, src)];
  }
  const old = findEntry(table.content.kind === 'text' ? table.content.text : '', path);
  const wrong = wrongOptions(mounted, entry.opts);
  const newOptions = edited && old?.opts !== entry.opts;
  if (wrong.length === 0 && !newOptions) return [];
  const before = mounted.options.join(',');
  return [mountChange(`remount ${path} with ${entry.opts}`, remount(asked, entry), before, entry.opts)];
}

function entryOf(asked: MountAsked): MountEntry | undefined {
  const { path, src, fstype, opts, dump, passno, boot } = asked;
  if (src === undefined || fstype === undefined) return undefined;
  const list = boot || opts.split(',').includes('noauto') ? opts : `${opts},noauto`;
  return { src, path: path.replace(/(?<=.)\/+$/, ''), fstype, opts: list, dump, passno };
}

/** Refuses lines that fstab's own reader cannot read, but for those that were there before; a disk may be missing today. */
export function tableCheck(fstab: string): string {
  const errors = "2>&1 | grep 'parse error at'";
  return `! command -v findmnt >/dev/null || {
before=$(findmnt --verify --tab-file ${sh`${fstab}`.text} ${errors} | wc -l)
! findmnt --verify --tab-file %s ${errors} | tail -n +$((before + 1)) | grep .
}`;
}

function tableChanges(table: FileState, text: string, edited: string, asked: MountAsked): Plan {
  if (edited === text) return [];
  const mode = table.type === 'absent' ? { mode: '0644' } : {};
  const changes = planFile(table, {
    content: edited,
    validate: tableCheck(asked.fstab),
    backup: asked.backup,
    ...mode,
  });
  if (isFailure(changes)) return changes;
  // systemd makes units of the table, and mounts by those.
  const reload = run(
    raw('[ ! -d /run/systemd/system ] || [ "$(id -u)" != 0 ] || systemctl daemon-reload || exit'),
  );
  return changes.map((change) => ({ ...change, actions: [...change.actions, reload] }));
}

function mountChange(summary: string, script: Script, before?: string, after?: string): Change {
  return {
    summary,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    actions: [run(script)],
  };
}

function mountScript({ fstab, state }: MountAsked, { src, path, fstype, opts }: MountEntry): Script {
  if (state === 'ephemeral') return sh`mount -t ${fstype} -o ${opts} ${src} ${path} || exit`;
  const table = fstab === '/etc/fstab' ? [] : ['-T', fstab];
  return sh`mount ${table} ${path} || exit`;
}

/** Some file systems cannot take new options while they are mounted. */
function remount(asked: MountAsked, entry: MountEntry | undefined): Script {
  const { path, fstab } = asked;
  if (entry === undefined) {
    const opts = asked.opts === 'defaults' ? 'remount' : `remount,${asked.opts}`;
    return sh`mount -o ${opts} ${path} || exit`;
  }
  const table = fstab === '/etc/fstab' ? [] : ['-T', fstab];
  const bind = /(?:^|,)r?bind(?:,|$)/.test(entry.opts);
  const opts = asked.state === 'ephemeral' || bind ? ['-o', `remount,${entry.opts}`] : ['-o', 'remount'];
  const again = joinScripts([unmountScript(path), mountScript(asked, entry)]);
  return sh`if ! mount ${table} ${opts} ${path} 2>/dev/null; then
${again}
fi`;
}

function unmountChange(path: string): Change {
  return {
    summary: `unmount ${path}`,
    before: 'mounted',
    after: 'not mounted',
    actions: [run(unmountScript(path))],
  };
}

/** Who holds it is the first question of everybody whom this fails. */
function unmountScript(path: string): Script {
  return sh`error=$(umount ${path} 2>&1) || {
  printf '%s\n' "$error" >&2
  ! command -v fuser >/dev/null || fuser -vm ${path} >&2
  exit 1
}`;
}

function makeFolder(path: string): Change {
  return {
    summary: `create folder ${path}`,
    before: 'absent',
    after: 'directory',
    actions: [run(sh`mkdir -p -- ${path} || exit`)],
  };
}

/** A folder with something in it stays: it is not what was mounted there. */
function removeFolder(path: string): Change {
  return {
    summary: `remove the folder ${path} if it is empty`,
    actions: [run(sh`[ -n "$(ls -A ${path})" ] || rmdir -- ${path} || exit`)],
  };
}
