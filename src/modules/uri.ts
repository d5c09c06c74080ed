import { z } from 'zod';
import { defineModule, run } from '../model/module.ts';
import { flag, path, seconds, secretText, text } from '../model/schema.ts';
import { Secret } from '../model/secret.ts';
import { type Guard, probeGuard } from './lib/process.ts';
import { loadedFiles } from './lib/sources.ts';
import { type UriRequest, uriScript } from './lib/uri-request.ts';
import { uriResult } from './lib/uri-result.ts';

const codes = z.preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(z.int()).min(1));
const BY_CURL = 'run `curl` with `command`';

const params = z
  .strictObject({
    url: secretText.describe('What to ask.'),
    method: text
      .refine((method) => /^[A-Za-z]+$/.test(method), 'a method is a word, such as `POST`')
      .transform((method) => method.toUpperCase())
      .default('GET')
      .describe('How to ask.'),
    body: z
      .unknown()
      .optional()
      .describe('What to send: text, or a map or a list with `body_format`. It may hold secrets.'),
    body_format: z
      .enum(['raw', 'json', 'form-urlencoded'])
      .default('raw')
      .describe('How `body` is written; sets `Content-Type`, unless `headers` do.'),
    src: text
      .optional()
      .describe('A file to send instead; of the host with `remote_src`, and else of the controller.'),
    remote_src: flag.default(false).describe('`src` lies on the host.'),
    headers: z.record(z.string(), secretText).default({}).describe('Headers to send; they may be secrets.'),
    status_code: codes.default([200]).describe('The answers that are no failure: one code, or a list.'),
    return_content: flag.default(false).describe('Registers the answer’s text as `content`.'),
    follow_redirects: z
      .enum(['safe', 'all', 'none', 'yes', 'no'])
      .default('safe')
      .describe('Goes where the answer sends it: `safe` for GET and HEAD alone.'),
    url_username: text.optional().describe('User for the server, sent with the first request.'),
    url_password: secretText.optional().describe('Password for the server.'),
    timeout: seconds.default(30).describe('Seconds until it is given up.'),
    validate_certs: flag.default(true).describe('Whether the server must prove who it is.'),
    ca_path: path.optional().describe('Certificates on the host to trust instead of the system’s.'),
    client_cert: path.optional().describe('A certificate on the host to show to the server.'),
    client_key: path.optional().describe('Its key.'),
    unix_socket: path.optional().describe('A socket on the host to ask through.'),
    http_agent: text.optional().describe('What to call itself.'),
    creates: text.optional().describe('A path or a pattern: where it exists, nothing is asked.'),
    removes: text.optional().describe('A path or a pattern: where nothing like it exists, nothing is asked.'),
  })
  .superRefine(({ body, body_format: format, src }, context) => {
    const complain = (message: string): void => context.addIssue({ code: 'custom', message });
    const isText = typeof body === 'string' || typeof body === 'number' || body instanceof Secret;
    if (body !== undefined && src !== undefined) complain('give either `body` or `src`');
    if (format === 'raw' && body !== undefined && !isText)
      complain('a map or a list needs `body_format: json`');
    if (format === 'form-urlencoded' && Array.isArray(body)) complain('a form is a map');
  });

type Params = z.output<typeof params>;

/** `uri`: one request to a web server. */
export const uri = defineModule<Params, Guard>({
  name: 'uri',
  summary: 'Asks a web server, from the host, and checks its answer',
  description: `Counts as no change, whatever the server does with it: \`changed_when\` says otherwise. Needs \`curl\` on the host;
passwords, headers, body and secret addresses go through its standard input. Nothing is asked in check mode, so that what depends on the answer is
unknown there. With \`until: answer.status == 200\` and \`retries\` it waits for a service.`,
  params,
  aliases: { user: 'url_username', password: 'url_password' },
  inputs: { src: 'file' },
  inputsUnless: 'remote_src',
  unsupported: {
    dest: 'use `get_url`, or write `content` with `copy`',
    owner: 'use `get_url`, or write `content` with `copy`',
    group: 'use `get_url`, or write `content` with `copy`',
    mode: 'use `get_url`, or write `content` with `copy`',
    force: 'leave it out: nothing is ever taken from a cache',
    force_basic_auth: 'leave it out: user and password are always sent with the first request',
    decompress: 'leave it out: `content` is always text as it was meant',
    ciphers: BY_CURL,
    unredirected_headers: 'leave it out: `Authorization` does not follow to another server',
    use_gssapi: BY_CURL,
    use_netrc: 'leave it out: ~/.netrc is not read',
    use_proxy: 'write `environment: {https_proxy: …}` beside the module',
  },
  examples: [
    {
      title: 'Is it up?',
      yaml: `uri:
  url: http://localhost:8080/health
register: health
until: health.status == 200
retries: 10
delay: 3`,
      needs: 'network',
    },
    {
      title: 'Tell another program',
      yaml: `uri:
  url: https://example.com/api/devices
  method: POST
  headers: { Authorization: Bearer example }
  body_format: json
  body: { name: pi, rooms: [kitchen] }
  status_code: [200, 201]
  return_content: true
register: answer`,
      needs: 'network',
    },
  ],
  returns: {
    status: 'the code of the answer; -1 where there was none',
    url: 'where it came from in the end',
    redirected: 'whether that is somewhere else',
    content: 'its text, with `return_content`',
    json: 'what its text means, where it is JSON',
    headers: 'its headers by name, in small letters',
    content_type: 'the header of that name',
    location: 'the header of that name',
    elapsed: 'seconds that it took',
  },
  probe: ({ creates, removes }) => probeGuard({ creates, removes, stdin_add_newline: false }),
  plan(guard, asked, inputs) {
    if (guard.kind !== 'run') return [];
    const file = loadedFiles(inputs, 'src')?.files[0];
    const request = requestOf(asked, file === undefined ? undefined : (file.secret ?? file.bytes));
    if (request === undefined)
      return {
        failed: 'src is no text, or larger than 100 KiB',
        hint: 'use `copy`, and then `remote_src: true`',
      };
    const actions = [run(uriScript(request), { okCodes: 'any', timeout: asked.timeout + 30 })];
    return [{ summary: `ask ${String(asked.url)}`, actions, harmless: true, asks: true }];
  },
  result: (guard, asked, outputs) =>
    guard.kind === 'run' ? uriResult(outputs.at(-1), asked) : { status: 0 },
});

const LIMIT = 100 * 1024;

function requestOf(asked: Params, file: Uint8Array | Secret | undefined): UriRequest | undefined {
  const { body, body_format: format, src, remote_src: remote, headers } = asked;
  if (file instanceof Uint8Array && (file.length > LIMIT || file.includes(0))) return undefined;
  const content = file instanceof Uint8Array ? Buffer.from(file).toString('utf8') : file;
  const type = { raw: undefined, json: 'application/json', 'form-urlencoded': undefined }[format];
  const named = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
  return {
    ...asked,
    headers: type === undefined || named ? headers : { 'Content-Type': type, ...headers },
    body: content ?? (body === undefined ? undefined : encoded(body, format)),
    file: remote ? src : undefined,
  };
}

/** What holds a secret is one. */
function encoded(body: unknown, format: Params['body_format']): string | Secret {
  if (body instanceof Secret) return body;
  if (typeof body === 'string' || typeof body === 'number') return String(body);
  let hidden = false;
  const plain = (value: unknown): unknown => {
    if (value instanceof Secret) {
      hidden = true;
      return value.reveal();
    }
    if (Array.isArray(value)) return value.map(plain);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
  };
  const all = plain(body);
  const text = format === 'json' ? JSON.stringify(all) : formOf(all);
  return hidden ? new Secret(text) : text;
}

function formOf(body: unknown): string {
  const pairs = Object.entries(body ?? {}).flatMap(([name, value]: [string, unknown]) =>
    (Array.isArray(value) ? value : [value]).map((each): [string, string] => [name, String(each)]),
  );
  return new URLSearchParams(pairs).toString();
}
