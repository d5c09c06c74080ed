import { type Script, sh } from '../../model/script.ts';
import type { Answers } from './answers.ts';
import { decodeField, optionList } from './fstab.ts';

/** What is mounted at a path: the last of those that lie over one another. */
export interface Mounted {
  readonly source: string;
  readonly fstype: string;
  readonly options: readonly string[];
  /** The part of the file system that is seen; not `/` for a bind mount of a folder. */
  readonly root: string;
}

/** Asks the kernel what is mounted, and whether the source asked for is what is there. */
export function liveScript(path: string, src: string | undefined): Script {
  return sh`path=${path}; src=${src ?? ''}
[ -r /proc/self/mountinfo ] || echo blind=yes
cat /proc/self/mountinfo 2>/dev/null | sed 's/^/mount=/'
[ ! -d "$path" ] || echo folder=yes
case $src in
LABEL=* | UUID=* | PARTUUID=* | PARTLABEL=*) device=$(findfs "$src" 2>/dev/null) || device= ;;
/*) device=$(readlink -f "$src" 2>/dev/null) || device= ;;
*) device= ;;
esac
printf 'device=%s\n' "$device"
if [ -e "$src" ] && [ -e "$path" ] && [ "$src" -ef "$path" ] 2>/dev/null; then echo bound=yes; fi
for loop in /sys/block/loop*/loop/backing_file; do
  [ ! -e "$loop" ] || printf 'loop=%s %s\n' "$(echo "$loop" | cut -d / -f 4)" "$(cat "$loop" 2>/dev/null)"
done`;
}

/** The mount at this path, of the lines of mountinfo. */
export function mountedAt(answers: Answers, path: string): Mounted | undefined {
  const plain = path.replace(/(?<=.)\/+$/, '');
  const found = answers.all('mount').findLast((line) => decodeField(line.split(' ')[4] ?? '') === plain);
  if (found === undefined) return undefined;
  const [head = '', tail = ''] = found.split(' - ');
  const [, , , root = '/', , options = ''] = head.split(' ');
  const [fstype = '', source = '', superOptions = ''] = tail.split(' ');
  return {
    source: decodeField(source),
    fstype,
    options: [...options.split(','), ...superOptions.split(',')],
    root: decodeField(root),
  };
}

/** Whether it is another file system than the one asked for: then it has to be taken away first. */
export function isOther(
  mounted: Mounted,
  { src, fstype, opts }: { readonly src: string; readonly fstype: string; readonly opts: string },
  answers: Answers,
): boolean {
  if (/(?:^|,)r?bind(?:,|$)/.test(opts)) return !answers.has('bound');
  if (
    fstype !== 'auto' &&
    fstype !== 'none' &&
    fstype !== mounted.fstype &&
    !mounted.fstype.startsWith('fuse')
  )
    return true;
  const device = answers.get('device');
  if (mounted.source.startsWith('/dev/loop')) {
    const name = mounted.source.slice('/dev/'.length);
    const backing = answers.all('loop').find((line) => line.startsWith(`${name} `));
    return backing?.slice(name.length + 1) !== device && mounted.source !== device;
  }
  if (mounted.source.startsWith('/dev/')) return device !== '' && device !== mounted.source;
  return mounted.source.replace(/\/$/, '') !== src.replace(/\/$/, '');
}

const SHOWN = new Set(['ro', 'nosuid', 'nodev', 'noexec', 'noatime', 'nodiratime', 'sync']);

/** Options that the kernel shows as they are written, and that differ from what was asked. */
export function wrongOptions({ options, fstype }: Mounted, opts: string): readonly string[] {
  const wanted = optionList(opts);
  const missing = wanted.filter((option) => SHOWN.has(option) && !options.includes(option));
  // What was mounted read-only by itself, after an error, is told by the kernel alone.
  const never = ['squashfs', 'iso9660', 'erofs', 'udf'].includes(fstype);
  const readOnly = !never && options.includes('ro') && !wanted.includes('ro') ? ['rw'] : [];
  return [...missing, ...readOnly];
}
