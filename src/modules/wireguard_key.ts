import { z } from 'zod';
import { ask, defineModule, run } from '../model/module.ts';
import { joinScripts, raw, sh } from '../model/script.ts';
import { Answers } from './lib/answers.ts';
import { rootPath } from './lib/sections.ts';
import { wireguardFiles, wireguardName } from './lib/wireguard-params.ts';

const params = z.strictObject({
  name: wireguardName.describe('The interface that it is for, or the client.'),
  state: z
    .enum(['present', 'absent'])
    .default('present')
    .describe('`absent` deletes it: where it is asked for again, it is another one.'),
});

type Params = z.output<typeof params>;

interface State {
  readonly trouble?: 'missing' | 'denied';
  readonly isThere: boolean;
  /** Empty where there is no key, or none that is one. */
  readonly publicKey: string;
  readonly isPrivate: boolean;
}

/** The key of a host, which never leaves it. */
export const wireguardKey = defineModule<Params, State>({
  name: 'wireguard_key',
  summary: 'Makes the private key of a WireGuard interface once, on the host, and gives its public key.',
  description: `The key lies in \`/etc/wireguard/NAME.key\`, for root alone, and is never read by anybody but \`wg\` on that host. \`register\`
the task: other hosts name the public key as their peer (\`hostvars.HOST.NAME.public_key\`) in a later play, by \`wireguard\`.`,
  params,
  examples: [
    { title: 'Before the peers are told', yaml: 'wireguard_key:\n  name: wg0\n', needs: 'root' },
    {
      title: 'A phone that was lost',
      yaml: 'wireguard_key:\n  name: phone\n  state: absent\n',
      needs: 'root',
    },
  ],
  returns: { public_key: 'the public key', key: 'path of the private one' },
  probe: ({ name }) =>
    ask(
      joinScripts([
        rootPath,
        raw('[ "$(id -u)" -eq 0 ] || { echo trouble=denied; exit 0; }'),
        sh`key=${wireguardFiles(name).key}`,
        raw(`[ ! -f "$key" ] || echo there=yes
command -v wg >/dev/null 2>&1 || { echo trouble=missing; exit 0; }
[ -f "$key" ] || exit 0
printf 'public=%s\\n' "$(wg pubkey <"$key" 2>/dev/null)"
[ "$(ls -ln "$key" | awk '{ print substr($1, 1, 10), $3 }')" != '-rw------- 0' ] || echo private=yes`),
      ]),
      (output) => {
        const answers = new Answers(output);
        const trouble = answers.get('trouble');
        return {
          ...(trouble === 'missing' || trouble === 'denied' ? { trouble } : {}),
          isThere: answers.has('there'),
          publicKey: answers.get('public'),
          isPrivate: answers.has('private'),
        };
      },
    ),
  plan: ({ trouble, isThere, publicKey, isPrivate }, { name, state: wanted }) => {
    const { key } = wireguardFiles(name);
    if (trouble === 'denied')
      return { failed: `${key} may not be read`, hint: 'it needs root: say `become: true`' };
    if (wanted === 'absent')
      return isThere ? [{ summary: `delete the key ${key}`, actions: [run(sh`rm -f ${key}`)] }] : [];
    if (trouble === 'missing')
      return {
        failed: 'wg is not installed on this host',
        hint: 'install the package wireguard-tools first (module apt)',
      };
    const print = sh`wg pubkey <${key}`;
    if (publicKey === '')
      return [
        {
          summary: `make the key ${key}`,
          actions: [
            run(sh`${rootPath}
umask 077
key=${key}
mkdir -p "\${key%/*}" && wg genkey >"$key.new" && mv -f "$key.new" "$key" && ${print}`),
          ],
        },
      ];
    if (isPrivate) return [];
    return [
      {
        summary: `make ${key} private`,
        actions: [run(sh`chown 0:0 ${key} && chmod 600 ${key} && ${print}`)],
      },
    ];
  },
  result: ({ publicKey }, { name, state: wanted }, outputs) => {
    if (wanted === 'absent') return {};
    const found = publicKey === '' ? (outputs.at(-1)?.stdout.trim() ?? '') : publicKey;
    // A plan has made no key yet: what names it is then unknown, not empty.
    return { key: wireguardFiles(name).key, ...(found === '' ? {} : { public_key: found }) };
  },
});
