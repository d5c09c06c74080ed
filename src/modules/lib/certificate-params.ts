import { z } from 'zod';
import { flag, path, secretText } from '../../model/schema.ts';
import { Secret } from '../../model/secret.ts';
import { certificateName, keyType } from './openssl.ts';

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
    passphrase: secretText.optional().describe('Encrypts the key.'),
    generate_passphrase: flag
      .default(false)
      .describe('Encrypts the key by a passphrase that is made on the host, once, and kept there.'),
    subject_alt_names: z
      .array(alternativeName)
      .default([])
      .describe('Other names, such as `DNS:vpn.example.org` or `IP:203.0.113.10`.'),
    state: z.enum(['present', 'absent']).default('present').describe('`absent` revokes and removes it.'),
  })
  .superRefine((asked, context) => {
    const complain = (message: string): void => context.addIssue({ code: 'custom', message });
    if (asked.generate_passphrase && asked.passphrase !== undefined)
      complain('give either `passphrase` or `generate_passphrase`');
    if (asked.renew_before >= asked.days) complain('`renew_before` must be less than `days`');
    const { passphrase } = asked;
    const text = passphrase instanceof Secret ? passphrase.reveal() : passphrase;
    // openssl refuses a shorter one, and reads no more than the first line.
    if (text !== undefined && (text.length < 4 || /[\r\n]/.test(text)))
      complain('`passphrase` must be one line of 4 letters or more');
  });

export type CertificateParams = z.output<typeof certificateParams>;
