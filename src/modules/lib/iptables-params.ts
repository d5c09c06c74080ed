import { z } from 'zod';
import { flag } from '../../model/schema.ts';
import { rule } from './iptables-rule.ts';

const hooks = {
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  raw: ['PREROUTING', 'OUTPUT'],
} as const;

const chain = z.strictObject({
  table: z.enum(['nat', 'filter', 'mangle', 'raw']).describe('Table that the chain is in.'),
  hook: z
    .enum(['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'])
    .describe('Built-in chain that jumps to it.'),
  chain: z.string().optional().describe('Its name. Default: `NAME-HOOK`.'),
  position: z
    .enum(['first', 'last'])
    .default('first')
    .describe('Before or after all rules of others in the built-in chain.'),
  rules: z
    .preprocess(linesOf, z.array(rule))
    .default([])
    .describe(
      'The rules, in order: text as for iptables without `-A CHAIN`, or a map; `!` before a value of a map turns it round. One text of several lines, such as a template with `{{#each}}`, is a list of rules; empty lines and those that begin with `#` do not count.',
    ),
});

/** Parameters of `iptables_chains`. */
export const chainsParams = z
  .strictObject({
    // No `-`, or the chains of one set could be taken for those of another; short, as a chain's name has 28 letters at most.
    name: z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9_]{0,15}$/, 'up to 16 letters, digits or `_`, such as HOMERUN')
      .default('HOMERUN')
      .describe('Begins the name of every chain; what begins so belongs to this task alone.'),
    ipv6: flag.default(false).describe('Uses ip6tables and rules.v6.'),
    chains: z.array(chain).default([]).describe('All chains there shall be.'),
    persist: flag.default(true).describe('Keeps them in /etc/iptables for the next start, too.'),
    state: z
      .enum(['present', 'absent'])
      .default('present')
      .describe('`absent` takes away all chains of this name.'),
  })
  .transform((asked) => ({
    ...asked,
    chains: asked.chains.map((one) => ({ ...one, chain: one.chain ?? `${asked.name}-${one.hook}` })),
  }))
  .superRefine((asked, context) => {
    const seen = new Set<string>();
    for (const [index, { table, hook, chain: name }] of asked.chains.entries()) {
      const complain = (message: string): void =>
        context.addIssue({ code: 'custom', message, path: ['chains', index] });
      if (!(hooks[table] as readonly string[]).includes(hook))
        complain(`the table ${table} has no chain ${hook}, only ${hooks[table].join(', ')}`);
      if (!name.startsWith(`${asked.name}-`) || !/^[\w-]{1,28}$/.test(name))
        complain(`the chain \`${name}\` must be called ${asked.name}-SOMETHING, with 28 letters at most`);
      if (seen.has(`${table} ${name}`))
        complain(`the chain ${name} of the table ${table} is there twice: put its rules into one list`);
      seen.add(`${table} ${name}`);
    }
    if (asked.state === 'present' && asked.chains.length === 0)
      context.addIssue({ code: 'custom', message: 'say which `chains` there shall be, or `state: absent`' });
  });

function linesOf(rules: unknown): unknown {
  if (typeof rules !== 'string') return rules;
  const lines = rules.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}

export type ChainsParams = z.output<typeof chainsParams>;
