import { z } from 'zod';
import { flag, path } from '../../model/schema.ts';
import { certificateName, keyType, passphraseText } from './openssl.ts';

const alternativeName = z
  .string()
  .regex(/^(?:DNS:[A-Za-z0-9*][\w.*-]*|IP:\d+(?:\.\d+){3})$/, '`DNS:NAME` or `IP:ADDRESS`, of IPv4');

/** Parameters of `certificate`. */
export const certificateParams = z
  .strictObject({
    ca: path.describe('Folder of the authority.'),
    name: certificateName
      .refine((name) => name !== 'ca', 'the name `ca` belongs to the authority itself')
      .describe('Whom it is for: its common name, and the name of its files.'),
    usage: z.enum(['server', 'client']).describe('What it may be used for.'),
    days: z.int().min(2).max(36500).default(825).describe('How long it is valid.'),
    renew_before: z.int().min(1).default(30).describe('Days before its end at which it is made anew.'),
    key_type: keyType.default('ec').describe('Kind of the key when it is made; a key that fits is kept.'),
    ca_passphrase: passphraseText.describe('What opens the key of the authority, where that is encrypted.'),
    passphrase: passphraseText.describe('Encrypts the key; an empty one is none.'),
    generate_passphrase: flag
      .default(false)
      .describe(
        'Where no `passphrase` is given, encrypts the key by one that is made on the host, once, and kept there.',
      ),
    subject_alt_names: z
      .array(alternativeName)
      .default([])
      .describe('Other names, such as `DNS:vpn.example.org` or `IP:203.0.113.10`.'),
    state: z.enum(['present', 'absent']).default('present').describe('`absent` revokes and removes it.'),
  })
  .superRefine((asked, context) => {
    if (asked.renew_before >= asked.days)
      context.addIssue({ code: 'custom', message: '`renew_before` must be less than `days`' });
  });

export type CertificateParams = z.output<typeof certificateParams>;
