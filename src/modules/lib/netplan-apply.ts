import { joinScripts, raw, type Script, sh } from '../../model/script.ts';
import type { NetplanText } from './netplan-yaml.ts';
import { generatedAddresses, netplanPending, netplanWork } from './netplan-files.ts';
import { rootPath } from './sections.ts';

export interface NetplanChange {
  /** File name in /etc/netplan. */
  readonly name: string;
  /** What it shall hold; absent: it shall not be there. */
  readonly content?: NetplanText;
  /** Names of the other files that go away. */
  readonly remove: readonly string[];
  /** The setting that keeps cloud-init from writing its file again. */
  readonly disableCloudInit: boolean;
  readonly apply: boolean;
  /** Seconds in which the addresses must be there. */
  readonly timeout: number;
}

export const cloudInitSetting = {
  path: '/etc/cloud/cloud.cfg.d/99-disable-network-config.cfg',
  text: 'network: {config: disabled}\n',
};

/**
 * One script that tries the whole set of files in a folder of its own, puts it in place, and applies it detached
 * from the session, which the change may cut off. What applies it waits for the addresses, and puts the old set
 * back where they do not come; so the host is never left with files that were not proven.
 */
export function netplanScript(change: NetplanChange): Script {
  const { name, content, remove, apply, timeout } = change;
  return joinScripts([
    rootPath,
    sh`work=${netplanWork} pending=${netplanPending} name=${name} gone=${` ${[name, ...remove].join(' ')} `}`,
    raw(PREPARE),
    content === undefined ? raw(':') : write(content),
    raw(TRY),
    change.disableCloudInit ? cloudInit() : raw(':'),
    content === undefined ? raw(':') : raw(PLACE),
    sh`for other in ${[...(content === undefined ? [name] : []), ...remove, '']}; do [ -z "$other" ] || rm -f "/etc/netplan/$other" || exit; done`,
    apply ? sh`printf %s ${DETACHED} >"$work/apply" || exit\ntimeout=${timeout}` : raw('exit 0'),
    raw(START),
  ]);
}

function write({ text, secrets }: NetplanText): Script {
  return { text: sh`printf %s ${text} >"$new/$name" || exit`.text, secrets };
}

function cloudInit(): Script {
  const { path, text } = cloudInitSetting;
  return sh`umask 022; mkdir -p ${path.slice(0, path.lastIndexOf('/'))} && printf %s ${text} >${`${path}.homerun`} && mv ${`${path}.homerun`} ${path} || exit
umask 077`;
}

/** A copy of everything that netplan merges, without what goes away; the new file follows. */
const PREPARE = `fail() { printf '%s\\n' "$@" >&2; exit 1; }
if [ -f "$work/pid" ] && kill -0 "$(cat "$work/pid")" 2>/dev/null; then
  fail 'an earlier change of the network is still being applied; try again in a minute'
fi
umask 077
new=$work/new/etc/netplan
left=; [ ! -e "$pending" ] || left=yes
rm -rf "$work"
mkdir -p "$new" /etc/netplan || exit
[ -z "$left" ] || : >"$pending"
for folder in /lib/netplan /run/netplan; do
  [ ! -d "$folder" ] || { mkdir -p "$work/new$folder" && cp -p "$folder/." "$work/new$folder/" -R; } || exit
done
cp -pR /etc/netplan "$work/old" || exit
for file in /etc/netplan/*.yaml; do
  case $gone in *" \${file##*/} "*) ;; *) [ ! -f "$file" ] || cp -p "$file" "$new/" || exit ;; esac
done`;

const TRY = `if ! error=$(netplan generate --root-dir "$work/new" 2>&1); then
  fail 'netplan refuses the new configuration; nothing was changed' "$(printf '%s\\n' "$error" | sed "s|$work/new||g; /^$/d")"
fi
: >"$pending" || exit`;

/** A name without \`.yaml\` until it is whole, so that netplan does not read half of it. */
const PLACE = `temp=/etc/netplan/.$name.homerun
{ cat "$new/$name" >"$temp" && chown root:root "$temp" && chmod 600 "$temp" && mv -f "$temp" "/etc/netplan/$name"; } || exit`;

/** Runs without a session. A guard that waits for a word from the controller can be put in before the result is written. */
const DETACHED = `work=$1 timeout=$2
echo $$ >"$work/pid"
${generatedAddresses}
missing() {
  generated_addresses | while read -r name address need; do
    if [ ! -e "/sys/class/net/$name" ]; then
      [ "$need" = optional ] || echo "there is no interface $name"
    elif ! ip -o -4 addr show dev "$name" | grep -qF " $address "; then
      # Without a cable it gets no address, which is no mistake; but a link needs a moment to come back.
      [ "$waited" -ge 5 ] && [ "$(cat "/sys/class/net/$name/carrier" 2>/dev/null)" != 1 ] || echo "$name does not have $address"
    fi
  done
}
apply() {
  if ! netplan apply >"$work/log" 2>&1; then return 1; fi
  waited=0
  while left=$(missing); [ -n "$left" ]; do
    [ "$waited" -lt "$timeout" ] || { echo "$left after $timeout s" >>"$work/log"; return 1; }
    sleep 1
    waited=$((waited + 1))
  done
}
if apply; then
  code=0
else
  code=1
  { networkctl list --no-pager --no-legend; ip -br addr; } >>"$work/log" 2>&1
  rm -f /etc/netplan/*.yaml
  cp -pR "$work/old/." /etc/netplan/ && netplan apply >/dev/null 2>&1 || code=2
fi
rm -f "$work/pending" "$work/pid"
echo $code >"$work/code.new" && mv "$work/code.new" "$work/code"`;

const START = `if [ -d /run/systemd/system ]; then
  systemd-run --quiet --no-block --collect --description="homerun: netplan apply" sh "$work/apply" "$work" "$timeout" || exit
else
  setsid nohup sh "$work/apply" "$work" "$timeout" </dev/null >/dev/null 2>&1 &
fi
while [ ! -e "$work/code" ]; do sleep 0.2 2>/dev/null || sleep 1; done
case $(cat "$work/code") in
  0) rm -rf "$work" ;;
  1) fail 'the new network configuration did not come up, so the old one was put back' "$(cat "$work/log")" ;;
  *) fail 'the new network configuration did not come up, nor did the old one that was put back' "$(cat "$work/log")" ;;
esac`;
