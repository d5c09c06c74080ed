import type { Failure, Output } from '../../model/module.ts';
import { joinScripts, raw, type Script, sh } from '../../model/script.ts';
import { cloudInitSetting } from './netplan-apply.ts';
import { generatedAddresses, netplanPending } from './netplan-files.ts';
import { parseSections, rootPath, section } from './sections.ts';

export type NetplanState =
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | {
      readonly kind: 'answered';
      readonly file?: { readonly text: string; readonly attributes: string };
      /** Names of the other files in /etc/netplan. */
      readonly others: readonly string[];
      /** Whether a file that stays even with `exclusive` names a renderer. */
      readonly fixedRenderer: boolean;
      /** Whether any other file does. */
      readonly otherRenderer: boolean;
      /** Which of systemd-networkd and NetworkManager run. */
      readonly active: readonly string[];
      readonly cloudInit: 'absent' | 'enabled' | 'disabled';
      /** An earlier run wrote files and did not see them applied. */
      readonly isPending: boolean;
      /** `INTERFACE ADDRESS/PREFIX`, as they are. */
      readonly live: readonly string[];
      /** The same, as netplan has last generated them. */
      readonly generated: readonly string[];
      /** Interfaces with a carrier. */
      readonly linked: readonly string[];
    };

/** What can apply a netplan file. */
const renderers = ['systemd-networkd', 'NetworkManager'] as const;

export function netplanProbe(name: string): Script {
  return joinScripts([
    rootPath,
    sh`name=${name} file=${`/etc/netplan/${name}`} pending=${netplanPending} cloud=${cloudInitSetting.path}`,
    raw('command -v netplan >/dev/null 2>&1 || { echo missing; exit 0; }'),
    section('others'),
    raw(
      `for other in /etc/netplan/*.yaml; do [ ! -f "$other" ] || [ "$other" = "$file" ] || echo "\${other##*/}"; done`,
    ),
    section('renderers'),
    raw(`for other in /lib/netplan/*.yaml /run/netplan/*.yaml /etc/netplan/*.yaml; do
  [ ! -f "$other" ] || [ "$other" = "$file" ] || ! grep -q '^[[:space:]]*renderer:' "$other" || echo "$other"
done`),
    section('active'),
    // One call for both: each costs some milliseconds.
    raw(`systemctl is-active ${renderers.join(' ')} 2>/dev/null`),
    section('cloud'),
    raw(`if [ ! -d /etc/cloud ]; then echo absent
elif grep -qs '^network:.*disabled' "$cloud"; then echo disabled; else echo enabled; fi`),
    section('pending'),
    raw('[ ! -e "$pending" ] || echo yes'),
    section('live'),
    raw(`ip -o -4 addr show | awk '{ print $2, $4 }'`),
    section('generated'),
    raw(`${generatedAddresses}\ngenerated_addresses`),
    section('linked'),
    raw(`for link in /sys/class/net/*; do
  read -r carrier <"$link/carrier" && [ "$carrier" = 1 ] && echo "\${link##*/}"
done 2>/dev/null`),
    section('attributes'),
    raw(`[ ! -f "$file" ] || stat -c '%a %U:%G' "$file"`),
    section('text'),
    raw('[ ! -f "$file" ] || cat "$file"'),
  ]);
}

export function parseNetplan({ code, stdout, stderr }: Output): NetplanState {
  if (stdout.trim() === 'missing') return { kind: 'missing' };
  if (code !== 0)
    return {
      kind: 'failed',
      failure: {
        failed: `cannot look at the files of netplan: ${stderr.trim().split('\n').at(-1)}`,
        hint: 'it needs root: say `become: true`',
      },
    };
  const names = [
    'others',
    'renderers',
    'active',
    'cloud',
    'pending',
    'live',
    'generated',
    'linked',
    'attributes',
    'text',
  ] as const;
  const parts = parseSections(stdout, names);
  const naming = lines(parts.renderers);
  const answers = lines(parts.active);
  const attributes = parts.attributes.trim();
  return {
    kind: 'answered',
    ...(attributes === '' ? {} : { file: { text: parts.text, attributes } }),
    others: lines(parts.others),
    fixedRenderer: naming.some((path) => !path.startsWith('/etc/')),
    otherRenderer: naming.length > 0,
    active: renderers.filter((_, index) => answers[index] === 'active'),
    cloudInit:
      parts.cloud.trim() === 'absent' ? 'absent' : parts.cloud.trim() === 'disabled' ? 'disabled' : 'enabled',
    isPending: parts.pending.trim() !== '',
    live: lines(parts.live),
    generated: lines(parts.generated).map((line) => line.split(' ').slice(0, 2).join(' ')),
    linked: lines(parts.linked),
  };
}

function lines(part: string): readonly string[] {
  return part.split('\n').filter((line) => line !== '');
}
