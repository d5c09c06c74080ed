import { z } from 'zod';
import { flag, text, textList } from '../../model/schema.ts';
import { splitWords } from '../../model/words.ts';
import { joinWords } from './iptables-words.ts';

const notInARule =
  /^(?:-[ADIRCFXNPELSZt]|--(?:append|delete|insert|replace|check|flush|delete-chain|new-chain|policy|rename-chain|list|list-rules|zero|table))$/;

/** A rule as `iptables` takes it, without `-A CHAIN`. */
const textRule = z
  .string()
  .superRefine((rule, context) => {
    const words = splitWords(rule);
    const complain = (message: string): void => context.addIssue({ code: 'custom', message });
    if (words === undefined) complain(`a quote is left open in the rule \`${rule}\``);
    else if (/[\n\0]/.test(rule)) complain('a rule is one line');
    else if (words[0] === undefined || !/^[-!]/.test(words[0]))
      complain(`a rule begins with an option, such as \`-s 192.168.2.0/24 -j ACCEPT\`, not with \`${rule}\``);
    const command = words?.find((word) => notInARule.test(word));
    if (command !== undefined)
      complain(
        `\`${command}\` does not belong in a rule: \`table\`, \`chain\` and the order of the list say where it goes`,
      );
  })
  .transform((rule) => joinWords(splitWords(rule) ?? []));

/** The same in Ansible's words. `!` before a value turns the match round. */
const structuredRule = z
  .strictObject({
    protocol: text.optional().describe('`tcp`, `udp`, `icmp` or a number.'),
    source: text.optional().describe('Address or range it comes from.'),
    destination: text.optional().describe('Address or range it goes to.'),
    in_interface: text.optional().describe('Interface it comes in by; `eth+` means all that begin so.'),
    out_interface: text.optional().describe('Interface it leaves by.'),
    source_port: text.optional().describe('Port or `first:last`.'),
    destination_port: text.optional().describe('Port or `first:last`.'),
    destination_ports: textList.optional().describe('Several ports.'),
    icmp_type: text.optional().describe('For `protocol: icmp`, e.g. `echo-request`.'),
    syn: flag.optional().describe('Only the first packet of a TCP connection.'),
    ctstate: textList.optional().describe('States of the connection, e.g. `[RELATED, ESTABLISHED]`.'),
    limit: text.optional().describe('Not more often than, e.g. `3/min`.'),
    comment: text.optional().describe('Remark in the rule.'),
    jump: text.describe('What to do: `ACCEPT`, `DROP`, `MASQUERADE`, `DNAT`, a chain …'),
    to_destination: text.optional().describe('For `DNAT`: `ADDRESS:PORT`.'),
    to_source: text.optional().describe('For `SNAT`.'),
    to_ports: text.optional().describe('For `REDIRECT` and `MASQUERADE`.'),
    reject_with: text.optional().describe('For `REJECT`.'),
    log_prefix: text.optional().describe('For `LOG`.'),
  })
  .superRefine((rule, context) => {
    const needsProtocol = [rule.source_port, rule.destination_port, rule.destination_ports, rule.syn];
    if (rule.protocol === undefined && needsProtocol.some((value) => value !== undefined))
      context.addIssue({
        code: 'custom',
        message: 'a rule about ports needs `protocol: tcp` or `protocol: udp`',
      });
    if (Object.values(rule).some((value) => /[\n\0]/.test(String(value))))
      context.addIssue({ code: 'custom', message: 'a rule is one line' });
  })
  .transform(render);

/** A rule in either form; parsed, it is one line for `iptables-restore`, without `-A CHAIN`. */
export const rule = z.union([textRule, structuredRule]);

type StructuredRule = Readonly<Record<string, string | readonly string[] | boolean | undefined>>;

function render(asked: StructuredRule): string {
  const words: string[] = [];
  const add = (option: string, value: StructuredRule[string], match?: string): void => {
    if (value === undefined || value === false) return;
    if (match !== undefined) words.push('-m', match);
    if (value === true) return void words.push(option);
    const joined = typeof value === 'string' ? value : value.join(',');
    const turned = /^!\s*(.*)$/.exec(joined);
    if (turned === null) words.push(option, joined);
    else words.push('!', option, turned[1] ?? '');
  };
  add('-s', asked['source']);
  add('-d', asked['destination']);
  add('-i', asked['in_interface']);
  add('-o', asked['out_interface']);
  add('-p', asked['protocol']);
  add('--sport', asked['source_port']);
  add('--dport', asked['destination_port']);
  add('--dports', asked['destination_ports'], 'multiport');
  add('--icmp-type', asked['icmp_type'], 'icmp');
  add('--syn', asked['syn']);
  add('--ctstate', asked['ctstate'], 'conntrack');
  add('--limit', asked['limit'], 'limit');
  if (asked['comment'] !== undefined) words.push('-m', 'comment', '--comment', String(asked['comment']));
  add('-j', asked['jump']);
  add('--to-destination', asked['to_destination']);
  add('--to-source', asked['to_source']);
  add('--to-ports', asked['to_ports']);
  add('--reject-with', asked['reject_with']);
  if (asked['log_prefix'] !== undefined) words.push('--log-prefix', String(asked['log_prefix']));
  return joinWords(words);
}
