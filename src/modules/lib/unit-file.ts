import { type Script, joinScripts, raw, sh } from '../../model/script.ts';
import type { Value, ValueMap } from '../../model/value.ts';
import { isList, isMap } from '../../model/value.ts';

/** What is wrong with a map of sections, or undefined. */
export function unitMapError(sections: ValueMap): string | undefined {
  for (const [section, settings] of Object.entries(sections)) {
    if (!isMap(settings)) return `\`${section}\` must be a map of settings, such as \`Description: …\``;
    for (const [key, value] of Object.entries(settings)) {
      const bad = (isList(value) ? value : [value]).find((item) => !isScalar(item));
      if (bad !== undefined)
        return `\`${section}.${key}\` must be text, a number, true/false or a list of these`;
    }
  }
  return undefined;
}

/** Sections and settings as a unit file; a list repeats its key, nothing at all (`Key:`) empties it. */
export function printUnit(sections: ValueMap): string {
  return Object.entries(sections)
    .map(([section, settings]) => `[${section}]\n${isMap(settings) ? printSettings(settings) : ''}`)
    .join('\n');
}

function printSettings(settings: ValueMap): string {
  return Object.entries(settings)
    .flatMap(([key, value]) =>
      (isList(value) ? value : [value]).map((item) => `${key}=${printValue(item)}\n`),
    )
    .join('');
}

/** A newline inside a value would begin another setting. */
function printValue(value: Value): string {
  if (value === null || typeof value === 'object') return '';
  return String(value).trimEnd().replaceAll('\n', ' \\\n');
}

function isScalar(value: Value): boolean {
  return value === null || ['string', 'number', 'boolean', 'bigint'].includes(typeof value);
}

/** Whether the unit says who pulls it in: only then can it be enabled. */
export function canBeEnabled(content: string): boolean {
  let section = '';
  return content.split('\n').some((line) => {
    section = /^\s*\[(.*)\]\s*$/.exec(line)?.[1] ?? section;
    return section === 'Install' && /^\s*(?:WantedBy|RequiredBy|UpheldBy|Also|Alias)\s*=/.test(line);
  });
}

/**
 * Lets systemd check a unit file before it takes its place: under its real name in a folder of its own, a drop-in
 * together with the unit that it is for. Only what makes systemd refuse the unit counts: a program that is not
 * installed yet, or an unknown setting, does not.
 */
export function verifyScript(unit: string, dropIn: string | undefined, content: string): Script {
  const place =
    dropIn === undefined
      ? sh`printf %s ${content} >"$folder/$unit"`
      : sh`fragment=$(systemctl show -p FragmentPath --value -- "$unit")
[ -f "$fragment" ] || exit 0
cp "$fragment" "$folder/$unit" && mkdir "$folder/$unit.d" && printf %s ${content} >"$folder/$unit.d/"${dropIn}`;
  return joinScripts([
    sh`unit=${unit}`,
    raw(`command -v systemd-analyze >/dev/null || exit 0
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT`),
    place,
    raw(VERIFY),
  ]);
}

const VERIFY = `said=$(LC_ALL=C systemd-analyze verify --man=no "$folder/$unit" 2>&1) && exit 0
bad=$(printf '%s\\n' "$said" | grep -F "$unit" | grep -v -e 'is not executable' -e 'ignoring' -e 'bad unit file setting')
[ -n "$bad" ] || exit 0
printf '%s\\n' "$said" | sed "s|$folder/||g" >&2
printf 'systemd refuses this unit: %s\\n' "$(printf '%s\\n' "$bad" | tail -n 1 | sed "s|$folder/||g")" >&2
exit 1`;
