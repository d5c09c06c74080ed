import { z } from 'zod';
import { ask, defineModule, run, type Change, type Inputs } from '../model/module.ts';
import { flag, seconds, secretText, text } from '../model/schema.ts';
import { Secret } from '../model/secret.ts';
import { isMap, type Value, type ValueMap } from '../model/value.ts';
import { cloudInitSetting, netplanScript } from './lib/netplan-apply.ts';
import { netplanProbe, parseNetplan, type NetplanState } from './lib/netplan-probe.ts';
import { staticAddresses } from './lib/netplan-addresses.ts';
import { netplanYaml, type NetplanText } from './lib/netplan-yaml.ts';

const params = z
  .strictObject({
    name: z
      .string()
      .regex(/^[\w-][\w.-]*\.yaml$/, 'the name of a file in /etc/netplan that ends with .yaml')
      .default('60-homerun.yaml')
      .describe('File in /etc/netplan; files are merged in the order of their names.'),
    config: z
      .custom<ValueMap>(isMap, { error: 'a map' })
      .optional()
      .describe('What stands below `network:`.'),
    content: secretText.optional().describe('The file as text, instead of `config`.'),
    template: text
      .optional()
      .describe('A template in `templates/` that gives the file, instead of `config`.'),
    state: z.enum(['present', 'absent']).default('present').describe('Whether the file shall be there.'),
    exclusive: flag
      .default(false)
      .describe('Removes all other files in /etc/netplan, and keeps cloud-init from writing its own.'),
    apply: flag.default(true).describe('Applies it now, not only at the next start.'),
    timeout: seconds
      .default(60)
      .describe('Seconds in which the addresses must be there, or the old files are put back.'),
  })
  .superRefine((asked, context) => {
    const given = [asked.config, asked.content, asked.template].filter((value) => value !== undefined).length;
    if (asked.state === 'present' && given !== 1)
      context.addIssue({ code: 'custom', message: 'give exactly one of `config`, `content` and `template`' });
  });

type Params = z.output<typeof params>;

/** A file of netplan, proven before it counts. */
export const netplan = defineModule<Params, NetplanState>({
  name: 'netplan',
  summary:
    'Keeps a netplan file, tries it before it takes effect, applies it, and goes back where the addresses do not come.',
  description: `The file is checked by \`netplan generate\` together with all other files of the host before it is put in place.
It is applied detached from the session. Where the static addresses in it are not there after \`timeout\` seconds,
the host itself puts the old files back, applies them, and the task fails with what \`networkctl\` says. An interface without
a cable is not waited for.

A file that is right but was never applied, or an address that was taken away by hand, counts as a change too.

With \`exclusive\` all other files in /etc/netplan go away, and cloud-init is told not to write its own again.
Where \`config\` names no renderer and no other file does, NetworkManager is named on hosts that run it instead of networkd.`,
  params,
  inputs: { template: 'template' },
  examples: [
    {
      title: 'A static address',
      yaml: `netplan:
  config:
    ethernets:
      eth0:
        addresses: [192.168.1.2/24]
        routes: [{to: default, via: 192.168.1.1}]
        nameservers: {addresses: [192.168.1.1]}
`,
      needs: 'root',
    },
    {
      title: 'The whole network from a template, nothing of an installer left',
      yaml: 'netplan:\n  template: netplan.yaml.hbs\n  exclusive: true\n',
      needs: 'root',
    },
  ],
  probe: (asked) => ask(netplanProbe(asked.name), parseNetplan),
  plan: (state, asked, inputs) => {
    if (state.kind === 'failed') return state.failure;
    if (state.kind === 'missing')
      return asked.state === 'absent'
        ? []
        : {
            failed: 'netplan is not installed on this host',
            hint: 'install the package netplan.io first (module apt); Raspberry Pi OS before Trixie has NetworkManager alone',
          };
    const content = asked.state === 'absent' ? undefined : contentOf(state, asked, inputs);
    const remove = asked.exclusive ? state.others : [];
    const disableCloudInit = asked.exclusive && state.cloudInit === 'enabled';
    const changes = [
      ...fileChange(state, asked, content),
      ...remove.map((name) => step(`remove /etc/netplan/${name}`)),
      ...(disableCloudInit ? [step(`write ${cloudInitSetting.path}`)] : []),
    ];
    const missing = asked.apply ? missingAddresses(state, asked) : [];
    if (changes.length === 0 && asked.apply && (state.isPending || missing.length > 0))
      changes.push({
        ...step('apply the netplan files'),
        before: shown(state.live),
        after: shown([...state.live, ...missing]),
      });
    const last = changes.pop();
    if (last === undefined) return [];
    const { name, apply, timeout } = asked;
    const script = netplanScript({
      name,
      ...(content && { content }),
      remove,
      disableCloudInit,
      apply,
      timeout,
    });
    // Applied, waited for, put back and applied again.
    return [...changes, { ...last, actions: [run(script, { timeout: 3 * timeout + 120 })] }];
  },
});

type Answered = Extract<NetplanState, { kind: 'answered' }>;

function contentOf(state: Answered, asked: Params, inputs: Inputs): NetplanText {
  if (asked.config !== undefined) return netplanYaml(completed(asked.config, state, asked.exclusive));
  const template = inputs['template'];
  if (template?.kind === 'files') {
    const [file] = template.files;
    const text = file === undefined ? '' : Buffer.from(file.bytes).toString('utf8');
    return { text, secrets: file?.secret ? [file.secret] : [] };
  }
  const { content = '' } = asked;
  return content instanceof Secret
    ? { text: content.reveal(), secrets: [content] }
    : { text: content, secrets: [] };
}

/** With or without `network:` on top, as people have it in their files. */
function completed(config: ValueMap, state: Answered, exclusive: boolean): ValueMap {
  const inner: Value | undefined = config['network'];
  const network = isMap(inner) ? inner : config;
  const renderer = (exclusive ? state.fixedRenderer : state.otherRenderer) ? {} : rendererOf(state);
  return { network: { version: 2, ...renderer, ...network } };
}

function rendererOf({ active, file }: Answered): ValueMap {
  // Both run for a while where netplan has gone from one to the other: what was chosen then stays chosen.
  const isChosen = file !== undefined && /^ {2}renderer: NetworkManager$/m.test(file.text);
  const usesNetworkManager =
    active.includes('NetworkManager') && (isChosen || !active.includes('systemd-networkd'));
  return usesNetworkManager ? { renderer: 'NetworkManager' } : {};
}

function fileChange({ file }: Answered, { name }: Params, content: NetplanText | undefined): Change[] {
  const path = `/etc/netplan/${name}`;
  const subject = { subject: path };
  if (content === undefined)
    return file === undefined
      ? []
      : [{ ...step(`remove ${path}`), before: file.text, after: '', ...subject }];
  if (file === undefined) return [{ ...step(`create ${path}`), before: '', after: content.text, ...subject }];
  if (file.text !== content.text)
    return [{ ...step(`write ${path}`), before: file.text, after: content.text, ...subject }];
  const attributes = '600 root:root';
  return file.attributes === attributes
    ? []
    : [{ ...step(`make ${path} private`), before: file.attributes, after: attributes }];
}

/** Static addresses that should be on interfaces that have a cable, and are not. */
function missingAddresses(state: Answered, asked: Params): readonly string[] {
  const own = asked.config === undefined || asked.state === 'absent' ? [] : staticAddresses(asked.config);
  return [...new Set([...state.generated, ...own])].filter(
    (line) => state.linked.includes(line.split(' ')[0] ?? '') && !state.live.includes(line),
  );
}

function step(summary: string): Change {
  return { summary, actions: [] };
}

function shown(lines: readonly string[]): string {
  return [...lines]
    .sort()
    .map((line) => `${line}\n`)
    .join('');
}
