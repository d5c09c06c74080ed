import { Secret } from '../../model/secret.ts';
import { type Script, joinScripts, raw, sh } from '../../model/script.ts';

/** Something to get from the network, through the host's own connection. */
export interface Fetch {
  readonly url: string | Secret;
  readonly headers: Readonly<Record<string, string | Secret>>;
  readonly user?: string | undefined;
  readonly password?: string | Secret | undefined;
  /** Seconds without progress. */
  readonly timeout: number;
  readonly validateCerts: boolean;
}

/**
 * Defines the function `NAME [FILE]`: gets it to standard output, or appends to a file what is still missing of it.
 * `error` then says why it failed; the exit code is 75 where trying again may help, 76 where the file does not fit
 * and must be begun anew. Headers, passwords and secret addresses go through standard input, never in an argv.
 */
export function fetchFunction(name: string, fetch: Fetch): Script {
  const local = localPath(fetch.url);
  if (local !== undefined) {
    return sh`${raw(name)}() {
  error="it cannot be read on the host"
  if [ $# = 0 ]; then cat ${local} 2>/dev/null; else cat ${local} 2>/dev/null >"$1"; fi
}`;
  }
  return joinScripts([raw(`${name}() {`), wget(fetch), curl(fetch), raw(CHOOSE)]);
}

/** The path of a `file:` address. */
function localPath(url: string | Secret): string | undefined {
  const text = url instanceof Secret ? url.reveal() : url;
  return text.startsWith('file:') ? decodeURIComponent(new URL(text).pathname) : undefined;
}

const CHOOSE = String.raw`if command -v curl >/dev/null; then by_curl "$@"
elif command -v wget >/dev/null; then by_wget "$@"
else error='the host has neither curl nor wget: install one'; return 1; fi
}`;

function curl(fetch: Fetch): Script {
  const lines = [
    ['url', fetch.url],
    ...headersOf(fetch).map((header) => ['header', header] as const),
    ...(fetch.user === undefined ? [] : [['user', pair(fetch.user, fetch.password)] as const]),
  ] as const;
  const config = lines.map(([option, value]) =>
    derived(value, (text) => `${option} = "${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`),
  );
  const insecure = fetch.validateCerts ? [] : ['--insecure'];
  const limit = String(Math.max(1, Math.ceil(fetch.timeout)));
  const options = [
    '-q',
    '-sS',
    '--fail',
    '--location',
    '--globoff',
    '--proto-redir',
    '=http,https',
    ...insecure,
  ];
  const patience = ['--connect-timeout', limit, '--speed-limit', '1', '--speed-time', limit];
  return sh`by_curl() {
  [ $# = 0 ] || set -- -C - -o "$1"
  error=$({ printf '%s\n' ${config} | curl ${[...options, ...patience]} "$@" --config - >&3; } 2>&1)
  code=$?; error=$(printf '%s\n' "$error" | grep '^curl: ' | head -n 1); error=\${error#curl: }
  case $code:$error in
  0:*) return 0 ;;
  33:* | 36:* | *' 416'*) return 76 ;;
  6:* | 7:* | 18:* | 28:* | 35:* | 52:* | 55:* | 56:* | 92:*) return 75 ;;
  *) return 1 ;;
  esac
} 3>&1`;
}

/** A file of settings that only this user can read: GNU's wget takes it, busybox's has no such thing. */
function wget(fetch: Fetch): Script {
  const settings = [
    ...headersOf(fetch).map((header) => derived(header, (text) => `header = ${text}`)),
    ...(fetch.user === undefined ? [] : [`user = ${fetch.user}`]),
    ...(fetch.password === undefined ? [] : [derived(fetch.password, (text) => `password = ${text}`)]),
  ];
  const { url, validateCerts } = fetch;
  const insecure = validateCerts ? [] : ['--no-check-certificate'];
  const limit = String(Math.max(1, Math.ceil(fetch.timeout)));
  // Debian's busybox crashes with a time-out, and none checks certificates.
  const simple =
    url instanceof Secret || settings.length > 0
      ? raw(
          `error='the wget of this host would show headers and secrets to everybody: install curl'; return 1`,
        )
      : url.startsWith('https:') && validateCerts
        ? raw(`error='the wget of this host does not check certificates: install curl'; return 1`)
        : sh`error=$({ wget -q ${insecure} "$@" ${url} >&3; } 2>&1) || code=$?`;
  return sh`by_wget() {
  code=0
  if [ $# = 0 ]; then set -- -O -; else set -- -c -O "$1"; fi
  if wget --version 2>/dev/null | grep -q GNU; then
    settings=$(umask 077; mktemp) || return 1
    printf '%s\n' ${settings.length === 0 ? [''] : settings} >"$settings"
    error=$({ printf '%s\n' ${url} | wget --config="$settings" -nv --tries=1 -T ${limit} ${insecure} "$@" -i - >&3; } 2>&1) || code=$?
    rm -f "$settings"
  else
    ${simple}
  fi
  error=$(printf '%s\n' "$error" | grep -v '^FINISHED\|^Total\|^Downloaded\|URL:' | tail -n 1)
  case $code:$error in
  0:*) return 0 ;;
  *' 416'*) return 76 ;;
  4:* | *'closed prematurely'* | *'timed out'*) return 75 ;;
  *) error=\${error:-wget ended with $code}; return 1 ;;
  esac
} 3>&1`;
}

function headersOf({ headers }: Fetch): readonly (string | Secret)[] {
  return Object.entries(headers).map(([name, value]) => derived(value, (text) => `${name}: ${text}`));
}

function pair(user: string, password: string | Secret | undefined): string | Secret {
  return derived(password ?? '', (text) => `${user}:${text}`);
}

/** What is made of a secret is one. */
function derived(value: string | Secret, make: (text: string) => string): string | Secret {
  return value instanceof Secret ? new Secret(make(value.reveal())) : make(value);
}
