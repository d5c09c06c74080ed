import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { flag, seconds, secretText, text, textList } from '../../model/schema.ts';
import { Secret } from '../../model/secret.ts';

export const wireguardName = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,15}$/, 'the name of an interface such as wg0, 15 letters at most');

/** Where the files of an interface lie. */
export function wireguardFiles(name: string) {
  return {
    config: `/etc/wireguard/${name}.conf`,
    key: `/etc/wireguard/${name}.key`,
    unit: `wg-quick@${name}.service`,
    /** There while a change is not yet seen to work. */
    pending: `/run/homerun-wireguard-${name}`,
  };
}

const key = z.string().regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw480]=$/, 'a key as `wg pubkey` prints it');

export const wireguardRange = text.refine((range) => ipaddr.isValidCIDR(range), {
  error: ({ input }) => `\`${String(input)}\` is no address with prefix length, such as 10.9.0.2/24`,
});

const line = text.refine((value) => !/[\r\n]/.test(value), { error: 'a command is one line' });

const peer = z.strictObject({
  name: text
    .refine((value) => !/[\r\n]/.test(value), { error: 'a name is one line' })
    .optional()
    .describe('For whoever reads the file.'),
  public_key: key.describe('Its public key: `wireguard_key` gives it.'),
  preshared_key: secretText
    .refine((value) => /^[A-Za-z0-9+/]{43}=$/.test(value instanceof Secret ? value.reveal() : value), {
      error: '`preshared_key` must be a key as `wg genpsk` prints it',
    })
    .optional()
    .describe('A second secret that both ends share.'),
  endpoint: text
    .refine((value) => /^(?:[\w.-]+|\[[0-9a-fA-F:]+\]):\d{1,5}$/.test(value), {
      error: ({ input }) => `\`${String(input)}\` is no endpoint such as vpn.example.org:51820`,
    })
    .optional()
    .describe('Where it is reached; absent: it comes to us.'),
  allowed_ips: z.array(wireguardRange).min(1).describe('Addresses that are behind it.'),
  keepalive: z
    .int()
    .min(1)
    .max(65535)
    .optional()
    .describe(
      'Seconds between signs of life: 25 for a host behind a modem. With `endpoint`: it has to answer, too.',
    ),
});

/** Parameters of `wireguard`. */
export const wireguardParams = z
  .strictObject({
    name: wireguardName.describe('The interface; the service is `wg-quick@NAME`.'),
    addresses: textList
      .refine((list) => list.length > 0 && list.every((entry) => ipaddr.isValidCIDR(entry)), {
        error: '`addresses` must be addresses with prefix length, such as 10.9.0.1/24',
      })
      .optional()
      .describe('Own addresses in the tunnel.'),
    private_key: secretText
      .refine((value) => key.safeParse(value instanceof Secret ? value.reveal() : value).success, {
        error: '`private_key` must be a key as `wg genkey` prints it',
      })
      .optional()
      .describe('Its key, from elsewhere; absent: the one that `wireguard_key` made.'),
    port: z.int().min(1).max(65535).optional().describe('UDP port that peers come to; absent: any.'),
    peers: z.array(peer).default([]).describe('The other ends.'),
    table: z
      .union([z.enum(['auto', 'off']), z.int().min(1).max(252)])
      .default('auto')
      .describe('Routing table for the routes to the peers; `off`: no routes.'),
    mtu: z.int().min(576).max(9000).optional().describe('Largest packet; absent: found out.'),
    post_up: z.array(line).default([]).describe('Commands to run when it is up; `%i` is the interface.'),
    post_down: z.array(line).default([]).describe('The same when it is down.'),
    state: z
      .enum(['started', 'stopped', 'absent'])
      .default('started')
      .describe('`absent` removes its file; the key stays.'),
    enabled: flag.default(true).describe('Whether it starts with the host.'),
    timeout: seconds
      .default(60)
      .describe(
        'Seconds in which peers with `endpoint` and `keepalive` must have answered; 0: nobody has to.',
      ),
  })
  .superRefine((asked, context) => {
    const complain = (message: string): void => context.addIssue({ code: 'custom', message });
    if (asked.state !== 'absent' && asked.addresses === undefined) complain('`addresses` is missing');
    const seen = new Set<string>();
    for (const { public_key: own, allowed_ips: ranges } of asked.peers) {
      if (seen.has(own)) complain(`the peer ${own} is there twice`);
      seen.add(own);
      for (const range of ranges) {
        // WireGuard would silently take it away from the first.
        if (seen.has(range)) complain(`two peers have ${range} in \`allowed_ips\``);
        seen.add(range);
      }
    }
  });

export type WireguardParams = z.output<typeof wireguardParams>;
