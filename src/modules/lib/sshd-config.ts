import { type Script, sh } from '../../model/script.ts';
import type { Value, ValueMap } from '../../model/value.ts';
import { isList } from '../../model/value.ts';

/** Settings, and blocks of settings for some connections only. */
export interface SshdSettings {
  readonly settings: ValueMap;
  readonly match: readonly { readonly criteria: string; readonly settings: ValueMap }[];
}

/** As sshd reads it: a list repeats its key, true and false are `yes` and `no`. */
export function printSshdConfig({ settings, match }: SshdSettings): string {
  const blocks = match.map((block) => `\nMatch ${block.criteria}\n${print(block.settings, '    ')}`);
  return `# Written by homerun: changes by hand are undone by its next run.\n${print(settings, '')}${blocks.join('')}`;
}

/** What is wrong with a map of settings, or undefined. */
export function settingsError(settings: ValueMap): string | undefined {
  for (const [key, value] of Object.entries(settings)) {
    if (!/^[A-Za-z][A-Za-z0-9]*$/.test(key)) return `\`${key}\` is no keyword of sshd`;
    if (/^(?:match|include)$/i.test(key)) return `\`${key}\` is no setting: use \`match\`, or another file`;
    for (const item of isList(value) ? value : [value])
      if (typeof item === 'object' || (typeof item === 'string' && /[\n\r]/.test(item)))
        return `\`${key}\` must be text of one line, a number, true/false or a list of these`;
  }
  return undefined;
}

function print(settings: ValueMap, indent: string): string {
  return Object.entries(settings)
    .flatMap(([key, value]) =>
      (isList(value) ? value : [value]).map((item) => `${indent}${key} ${word(item)}\n`),
    )
    .join('');
}

function word(value: Value): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'object' ? '' : String(value);
}

/** Lets sshd read the whole configuration with the new file in its place, before it is there; no content: without it. */
export function trySshd(name: string, content: string | undefined): Script {
  const place =
    content === undefined ? sh`rm -f "$temp/d/"${name}` : sh`printf %s ${content} >"$temp/d/"${name}`;
  return sh`temp=$(mktemp -d) || exit
trap 'rm -rf "$temp"' EXIT
mkdir "$temp/d" || exit
for file in /etc/ssh/sshd_config.d/*.conf; do [ ! -f "$file" ] || cp "$file" "$temp/d/" || exit; done
${place} || exit
sed "s|/etc/ssh/sshd_config.d/|$temp/d/|g" /etc/ssh/sshd_config >"$temp/sshd_config" || exit
# sshd wants this folder, which only its service makes.
[ -d /run/sshd ] || mkdir -m 755 /run/sshd || exit
if ! said=$(sshd -t -f "$temp/sshd_config" 2>&1); then
  printf '%s\n' "$said" | sed "s|$temp/d/|/etc/ssh/sshd_config.d/|g; s|$temp/|/etc/ssh/|g" >&2
  echo 'sshd refuses this configuration; nothing was changed' >&2
  exit 1
fi`;
}

/** Connections that are open stay as they are. A host that starts sshd for each connection needs nothing. */
export const RELOAD_SSHD: Script = sh`if [ -d /run/systemd/system ]; then
  for unit in ssh sshd; do
    ! systemctl is-active --quiet "$unit" || exec systemctl reload "$unit"
  done
elif pid=$(cat /run/sshd.pid 2>/dev/null); then kill -HUP "$pid"
fi`;
