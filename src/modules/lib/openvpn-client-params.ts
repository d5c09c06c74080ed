import { z } from 'zod';
import { flag, secretText, seconds } from '../../model/schema.ts';
import { Secret } from '../../model/secret.ts';
import { directive, instanceName, tunnelDevice } from './openvpn-server-params.ts';

/** Parameters of `openvpn_client`. */
export const openvpnClientParams = z
  .strictObject({
    name: instanceName.describe('The service is `openvpn-client@NAME`.'),
    profile: secretText.optional().describe('The `.conf` or `.ovpn`, as text. Keys may stand in it.'),
    password: secretText.optional().describe('Opens the encrypted key of the profile.'),
    interface: tunnelDevice.default('tun0').describe('Its end of the tunnel, whatever the profile says.'),
    routing_table: z
      .int()
      .min(1)
      .max(252)
      .optional()
      .describe('Puts the default route through the tunnel into this table instead of the main one.'),
    extra: z.array(directive).default([]).describe('More lines for the configuration.'),
    state: z
      .enum(['started', 'stopped', 'absent'])
      .default('started')
      .describe('`absent` stops it and removes its files.'),
    enabled: flag.default(true).describe('Whether it starts with the host.'),
    timeout: seconds.default(60).describe('Seconds in which the tunnel must be up.'),
  })
  .superRefine((asked, context) => {
    const complain = (message: string): void => context.addIssue({ code: 'custom', message });
    if (asked.state !== 'absent' && asked.profile === undefined) complain('`profile` is missing');
    const profile = textOf(asked.profile);
    if (/^\s*auth-user-pass\s*$/m.test(profile))
      complain(
        'the profile would ask for a user name on a console: write it and its password into a file, and name that behind `auth-user-pass`',
      );
    if (profile.includes('BEGIN ENCRYPTED PRIVATE KEY') && asked.password === undefined)
      complain('the key in the profile is encrypted: `password` is missing');
    if (/[\r\n]/.test(textOf(asked.password).replace(/\r?\n$/, ''))) complain('`password` must be one line');
  });

export type OpenvpnClientParams = z.output<typeof openvpnClientParams>;

export function textOf(value: string | Secret | undefined): string {
  return value instanceof Secret ? value.reveal() : (value ?? '');
}
