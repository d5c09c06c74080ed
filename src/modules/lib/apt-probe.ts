import { type Script, joinScripts, raw, sh } from '../../model/script.ts';
import type { AptParams } from './apt-params.ts';
import type { Answers } from './answers.ts';
import {
  PACKAGE_FORMAT,
  type PackageSpec,
  type Packages,
  packagePattern,
  parsePackages,
  parseSpec,
} from './dpkg.ts';

export interface AptState {
  readonly debian: boolean;
  readonly specs: readonly PackageSpec[];
  readonly packages: Packages;
  /** The package lists shall be fetched: they are older than asked, or not there. */
  readonly stale: boolean;
  /** What an upgrade of everything would do by the lists at hand. */
  readonly upgradable: readonly { readonly name: string; readonly from: string; readonly to: string }[];
  /** What `autoremove` would take away. */
  readonly unneeded: readonly string[];
  /** How many files `autoclean` would delete. */
  readonly outdatedFiles: number;
  /** The .deb file asked for. */
  readonly deb?: { readonly name: string; readonly version: string; readonly installed: string };
}

/** All questions in one go; the slow ones (`apt-get -s`, `apt-cache`) only where something depends on them. */
export function aptScript(given: AptParams): Script {
  const names = specsOf(given).map((spec) => spec.name);
  const asking = given.debconf.map((entry) => entry.name);
  const parts: Script[] = [
    raw(`command -v apt-get >/dev/null && command -v dpkg-query >/dev/null || exit 0
LC_ALL=C; export LC_ALL
arch=$(dpkg --print-architecture); echo debian=yes; echo "arch=$arch"
for file in /var/lib/dpkg/updates/*; do [ ! -f "$file" ] || { echo interrupted=yes; break; }; done`),
    sh`list=$(dpkg-query -W -f ${PACKAGE_FORMAT} | grep -E ${packagePattern([...names, ...asking])})
[ -z "$list" ] || printf '%s\n' "$list" | sed 's/^/package=/'`,
  ];
  if (names.length > 0 && given.state !== 'absent') parts.push(candidates(names, given));
  if (wantsLists(given)) parts.push(raw(LIST_AGE));
  const simulate = sh`apt-get -s -q -o Debug::NoLocking=true`;
  if (given.upgrade !== 'no') {
    const verb = given.upgrade === 'full' || given.upgrade === 'dist' ? 'dist-upgrade' : 'upgrade';
    parts.push(sh`${simulate} ${verb} 2>/dev/null | sed -n 's/^Inst /upgrade=/p'`);
  }
  if (given.autoremove)
    parts.push(
      sh`${simulate} autoremove 2>/dev/null | sed -n -e 's/^Remv /unneeded=/p' -e 's/^Purg /unneeded=/p'`,
    );
  if (given.autoclean) parts.push(sh`${simulate} autoclean 2>/dev/null | sed -n 's/^Del /outdated=/p'`);
  if (given.deb !== undefined)
    parts.push(sh`if deb=$(dpkg-deb -f ${given.deb} Package 2>/dev/null); then
  echo "deb=$deb"; echo "version=$(dpkg-deb -f ${given.deb} Version)"
  dpkg-query -W -f 'has=\${db:Status-Abbrev}|\${Version}\n' "$deb" 2>/dev/null
fi`);
  return joinScripts([...parts, raw(':')]);
}

/** Only what is not installed needs apt's own, slower word, unless it is the newest that is wanted. */
function candidates(names: readonly string[], given: AptParams): Script {
  const release = given.default_release === undefined ? [] : ['-t', given.default_release];
  const all = given.state === 'latest' ? 'yes' : '';
  return sh`new='
'; set --
for name in ${names}; do
  case $new$list in
  *"i |$name|"* | *"i |$name:$arch|"*) [ -z ${all} ] || set -- "$@" "$name" ;;
  *) set -- "$@" "$name" ;;
  esac
done
[ $# = 0 ] || apt-cache ${release} policy "$@" 2>/dev/null | sed 's/^/policy=/'`;
}

const LIST_AGE = `echo "now=$(date +%s)"
for file in /var/lib/apt/lists /var/lib/apt/periodic/update-success-stamp; do
  [ ! -e "$file" ] || echo "fetched=$(stat -c %Y "$file")"
done
for file in /var/lib/apt/lists/*_*; do [ ! -e "$file" ] || { echo lists=yes; break; }; done`;

/** Reads what `aptScript` printed. */
export function readApt(answers: Answers, given: AptParams): AptState {
  const [, installed = ''] = /^.i. ?\|(.*)$/.exec(answers.get('has')) ?? [];
  const packages = parsePackages(answers);
  const interrupted = answers.has('interrupted') && packages.unconfigured.length === 0;
  return {
    debian: answers.has('debian'),
    specs: specsOf(given),
    packages: interrupted ? { ...packages, unconfigured: ['what dpkg was at'] } : packages,
    stale: wantsLists(given) && isStale(answers, given.cache_valid_time ?? 3600),
    upgradable: answers.all('upgrade').flatMap((line) => {
      const [, name, from = '(new)', to] = /^(\S+) (?:\[(\S+)\] )?\((\S+)/.exec(line) ?? [];
      return name === undefined || to === undefined ? [] : [{ name, from, to }];
    }),
    unneeded: answers.all('unneeded'),
    outdatedFiles: answers.all('outdated').length,
    ...(answers.has('deb')
      ? { deb: { name: answers.get('deb'), version: answers.get('version'), installed } }
      : {}),
  };
}

function specsOf(given: AptParams): readonly PackageSpec[] {
  return given.name.map(parseSpec);
}

function wantsLists(given: AptParams): boolean {
  return given.update_cache || given.cache_valid_time !== undefined;
}

/** A Pi without a clock may have fetched its lists in the future: those count as old, too. */
function isStale(answers: Answers, validSeconds: number): boolean {
  if (!answers.has('lists')) return true;
  const age = Number(answers.get('now')) - Math.max(...answers.all('fetched').map(Number));
  return !(age >= -60 && age < validSeconds);
}
