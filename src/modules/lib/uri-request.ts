import { Secret } from '../../model/secret.ts';
import { type Script, raw, sh } from '../../model/script.ts';
import { pathWord } from './path.ts';

export interface UriRequest {
  readonly url: string | Secret;
  readonly method: string;
  readonly headers: Readonly<Record<string, string | Secret>>;
  readonly body: string | Secret | undefined;
  /** On the host, sent instead of `body`. */
  readonly file: string | undefined;
  readonly follow_redirects: 'safe' | 'all' | 'none' | 'yes' | 'no';
  readonly url_username?: string | undefined;
  readonly url_password?: string | Secret | undefined;
  readonly timeout: number;
  readonly validate_certs: boolean;
  readonly ca_path?: string | undefined;
  readonly client_cert?: string | undefined;
  readonly client_key?: string | undefined;
  readonly unix_socket?: string | undefined;
  readonly http_agent?: string | undefined;
}

/**
 * Asks by curl. Prints a line for curl itself, the headers of every answer on the way, and behind a line `---` the body of the
 * last; ends with curl's own code. What may be secret goes through standard input.
 */
export function uriScript(request: UriRequest): Script {
  return sh`command -v curl >/dev/null || { echo 'the host has no curl: install the package curl' >&2; exit 127; }
folder=$(umask 077; mktemp -d) || exit
trap 'rm -rf -- "$folder"' EXIT; trap 'exit 129' HUP INT TERM
printf '%s\n' ${settings(request)} | curl -q -sS ${words(request)} ${paths(request)} -D "$folder/head" -o "$folder/body" -w '%{num_redirects} %{time_total} %{url_effective}\n' --config -
code=$?
[ $code = 0 ] || exit $code
cat -- "$folder/head"; echo ---
[ ! -f "$folder/body" ] || head -c 8388608 -- "$folder/body"`;
}

function words({
  method,
  follow_redirects: follow,
  timeout,
  validate_certs: checks,
  body,
  file,
}: UriRequest): readonly string[] {
  const follows =
    follow === 'all' || follow === 'yes' || (follow === 'safe' && /^(?:GET|HEAD)$/.test(method));
  const sends = body !== undefined || file !== undefined;
  // Naming the method that curl takes by itself would keep it from changing over on a redirect, as it must.
  const usual = method === (sends ? 'POST' : 'GET');
  return [
    ...(method === 'HEAD' ? ['--head'] : usual ? [] : ['--request', method]),
    ...(follows ? ['--location'] : []),
    ...(checks ? [] : ['--insecure']),
    ...[
      '--globoff',
      '--compressed',
      '--proto-redir',
      '=http,https',
      '--max-time',
      String(Math.max(1, timeout)),
    ],
  ];
}

/** Paths as the host's shell has them, with its home folders. */
function paths(request: UriRequest): Script {
  const option = (name: string, path: string | undefined): Script =>
    path === undefined ? raw('') : sh`${raw(name)} ${pathWord(path)}`;
  const file = request.file === undefined ? raw('') : sh`--data-binary @${pathWord(request.file)}`;
  const { ca_path: ca, client_cert: certificate, client_key: key, unix_socket: socket } = request;
  return sh`${option('--cacert', ca)} ${option('--cert', certificate)} ${option('--key', key)} ${option('--unix-socket', socket)} ${file}`;
}

function settings(request: UriRequest): readonly (string | Secret)[] {
  const { url, headers, body, url_username: user, url_password: password, http_agent: agent } = request;
  const lines: (string | Secret)[] = [
    setting('url', url),
    ...Object.entries(headers).map(([name, value]) =>
      setting(
        'header',
        derived(value, (text) => (text === '' ? `${name};` : `${name}: ${text}`)),
      ),
    ),
  ];
  if (user !== undefined)
    lines.push(
      setting(
        'user',
        derived(password ?? '', (text) => `${user}:${text}`),
      ),
    );
  if (agent !== undefined) lines.push(setting('user-agent', agent));
  if (body !== undefined) lines.push(setting('data-raw', body));
  return lines;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\t': String.raw`\t`,
};

function setting(name: string, value: string | Secret): string | Secret {
  const escape = (text: string): string =>
    text.replaceAll(/["\\\n\r\t]/g, (letter) => ESCAPES[letter] ?? `\\${letter}`);
  return derived(value, (text) => `${name} = "${escape(text)}"`);
}

/** What is made of a secret is one. */
function derived(value: string | Secret, make: (text: string) => string): string | Secret {
  return value instanceof Secret ? new Secret(make(value.reveal())) : make(value);
}
