import { Secret } from '../../model/secret.ts';
import { type Script, joinScripts, raw, sh } from '../../model/script.ts';

export interface AptSettings {
  /** Seconds to wait for another apt or dpkg. */
  readonly lockTimeout: number;
  /** Names of dpkg's `--force-…`. */
  readonly dpkgOptions: readonly string[];
}

/** An answer to a question that a package asks while it is installed. */
export interface Preseed {
  readonly name: string;
  readonly question: string;
  readonly vtype: string;
  readonly value: string | Secret;
}

/** Scripts that follow may call `apt_get ARGUMENTS || fail`. Nothing asks: no terminal, no input. */
export function aptPrelude({ lockTimeout, dpkgOptions }: AptSettings): Script {
  const options = ['-o', `DPkg::Lock::Timeout=${lockTimeout}`];
  for (const option of dpkgOptions) options.push('-o', `Dpkg::Options::=--${option}`);
  return joinScripts([
    // Messages in English, because one of them is read; the rest of the locale stays for the packages' scripts.
    raw(`export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l APT_LISTCHANGES_FRONTEND=none LANGUAGE=C
[ -z "$LC_ALL" ] || export LANG="$LC_ALL"; unset LC_ALL; export LC_MESSAGES=C`),
    sh`left=${lockTimeout}
apt_once() { out=$(apt-get -y -q ${options} "$@" </dev/null 2>&1); }`,
    raw(RETRY),
  ]);
}

/**
 * Each sets `out` and `code`; `fail` ends the script with what they complained about. apt itself waits for dpkg's
 * lock, but not for that of the package lists.
 */
const RETRY = `apt_get() {
  while :; do
    apt_once "$@"; code=$?
    case $code:$out in
    0:*) break ;;
    *'Could not get lock'*) [ "$left" -gt 0 ] || break ;;
    *) break ;;
    esac
    sleep 5; left=$((left - 5))
  done
  printf '%s\\n' "$out"
  return $code
}
# A list that could not be fetched is an error: else the old one would count as fresh.
update() { apt_get -o APT::Update::Error-Mode=any update && touch /var/lib/apt/lists; }
configure() { out=$(dpkg --configure -a </dev/null 2>&1); code=$?; printf '%s\\n' "$out"; return $code; }
fail() {
  reason=$(printf '%s\\n' "$out" | grep -A1 -E '^(E:|dpkg: error)' | grep -v -e '^--$' | sed 's/^[EW]: *//' | tr '\\n' ' ')
  printf '%s\\n' "\${reason:-apt failed}" >&2
  exit "$code"
}`;

/** Through standard input, so that no answer stands in a list of processes. */
export function preseed(answers: readonly Preseed[]): Script {
  const lines = answers.map(
    ({ name, question, vtype, value }) =>
      sh`printf '%s %s %s %s\n' ${name} ${question} ${vtype} ${hide(vtype, value)}`,
  );
  return sh`{ ${joinScripts(lines, '; ')}; } | debconf-set-selections || exit`;
}

function hide(vtype: string, value: string | Secret): string | Secret {
  return vtype === 'password' && typeof value === 'string' ? new Secret(value) : value;
}

/** Lists that miss a package, or name a version that the mirror has dropped since, are fetched again, once. */
export function installScript(words: readonly string[]): Script {
  return sh`apt_get install ${words} || case $out in
*'Unable to locate package'* | *' 404 '*) update && apt_get install ${words} ;;
*) false ;;
esac || fail`;
}
