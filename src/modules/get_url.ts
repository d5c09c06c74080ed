import { z } from 'zod';
import { ask, defineModule } from '../model/module.ts';
import { flag, path, seconds, secretText, text } from '../model/schema.ts';
import { Secret } from '../model/secret.ts';
import { attributeParams } from './lib/attributes.ts';
import { checksumParam } from './lib/checksum.ts';
import {
  type DownloadState,
  downloadName,
  planDownload,
  probeDownload,
  readDownload,
} from './lib/download.ts';

const params = z
  .strictObject({
    url: secretText.describe(
      'What to get: `https://`, `http://`, `ftp://`, or `file://` for a file of the host.',
    ),
    dest: path.describe('Where it goes. A folder takes the name from the address.'),
    checksum: checksumParam
      .optional()
      .describe(
        'What it must hash to: `sha256:` with the sum, or with the address of a list such as `SHA256SUMS`.',
      ),
    force: flag
      .default(false)
      .describe('Gets it again to compare, although a file is there. Needless with `checksum`.'),
    timeout: seconds.default(10).describe('Seconds without any progress until it is given up.'),
    headers: z.record(z.string(), secretText).default({}).describe('Headers to send; they may be secrets.'),
    url_username: text.optional().describe('User for the server.'),
    url_password: secretText.optional().describe('Password for the server.'),
    http_agent: text.optional().describe('What to call itself.'),
    validate_certs: flag.default(true).describe('`false` takes any certificate: only behind a `checksum`.'),
    backup: flag.default(false).describe('Keeps the old file as `DEST.YYYY-MM-DD@HH:MM:SS~`.'),
    ...attributeParams,
  })
  .superRefine(({ url, headers, ...asked }, context) => {
    const complain = (message: string): void => context.addIssue({ code: 'custom', message });
    const address = url instanceof Secret ? url.reveal() : url;
    if (!/^(?:https?|ftp|file):\/\//.test(address) || !URL.canParse(address))
      complain('`url` must begin with `https://`, `http://`, `ftp://` or `file://`');
    else if (asked.dest.endsWith('/') && downloadName({ url }) === '')
      complain('the address names no file: write its name in `dest`');
    const values = [address, asked.http_agent, asked.url_username, asked.url_password];
    for (const value of [...values, ...Object.keys(headers), ...Object.values(headers)])
      if (/[\r\n]/.test(value instanceof Secret ? value.reveal() : (value ?? '')))
        complain('neither address, header nor password can hold a newline');
  });

type Params = z.output<typeof params>;

/** `get_url`: a file from the network. */
export const getUrl = defineModule<Params, DownloadState>({
  name: 'get_url',
  summary: 'Downloads a file to the host',
  description: `The host itself gets it, with its curl or wget. It is written beside \`dest\` and takes its place whole, after
its checksum was found right. A download that breaks off is taken up where it stopped; that of an earlier run only
with \`checksum\`, which proves that both halves fit.

Without \`checksum\` and \`force\`, a file that is there is left alone, and the server is not asked whether it has a newer one. Headers, passwords and addresses that are secrets
never stand in a list of processes.`,
  params,
  aliases: { thirsty: 'force', username: 'url_username', password: 'url_password' },
  unsupported: {
    ciphers: 'run `curl` with `command`, and `creates:`',
    client_cert: 'run `curl` with `command`, and `creates:`',
    client_key: 'run `curl` with `command`, and `creates:`',
    decompress: 'leave it out: the file is stored as the server has it',
    force_basic_auth:
      'leave it out: `url_username` and `url_password` are always sent with the first request',
    tmp_dest: 'leave it out: the part lies beside `dest`, so that it takes its place at once or not at all',
    unredirected_headers: 'leave it out: `Authorization` does not follow to another server',
    use_gssapi: 'run `curl --negotiate` with `command`, and `creates:`',
    use_netrc: 'leave it out: ~/.netrc is not read',
    use_proxy: 'write `environment: {https_proxy: …}` beside the module',
    sha256sum: 'write `checksum: sha256:…`',
    backup_dest: 'write `backup: true`',
  },
  examples: [
    {
      title: 'A release, as its maker has published it',
      yaml: `get_url:
  url: https://example.com/releases/tool-1.2.tar.gz
  dest: /opt/
  checksum: sha256:https://example.com/releases/SHA256SUMS
`,
      needs: 'network',
    },
    {
      title: 'With a token',
      yaml: `get_url:
  url: https://example.com/private/config
  dest: /etc/example.conf
  headers:
    Authorization: Bearer example
  owner: root
  mode: '0600'
`,
      needs: 'network',
    },
    {
      title: 'A file of the host itself',
      yaml: 'get_url:\n  url: file:///proc/version\n  dest: /var/version\n  mode: "0644"\n',
    },
  ],
  returns: {
    dest: 'the file',
    url: 'where it came from',
    checksum_dest: 'its sum, where one was asked for',
    backup_file: 'the copy of the old file, where one was made',
  },
  probe: (asked) => ask(probeDownload(asked), (answer) => readDownload(answer, asked)),
  plan: planDownload,
  result(state, asked, outputs) {
    const backup = outputs.at(-1)?.stdout.trim() ?? '';
    return {
      dest: state.file.real,
      url: asked.url,
      ...(state.wanted === undefined ? {} : { checksum_dest: state.wanted }),
      ...(backup === '' ? {} : { backup_file: backup }),
    };
  },
});
