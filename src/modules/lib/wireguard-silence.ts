import { raw } from '../../model/script.ts';

/**
 * Says why `$device` has not come up within `$limit` seconds, and fails. WireGuard is silent to whoever has the wrong
 * key, as a closed port is, so all that can be told apart from here is told apart: the last line is the reason.
 */
export const explainSilence =
  raw(`log=$(journalctl -u "$unit" \${cursor:+--after-cursor="$cursor"} -n 40 -o cat --no-pager 2>/dev/null)
printf '%s\\n' "$log" >&2
has() { printf '%s\\n' "$log" | grep -qiE "$1"; }
fail() { printf 'the tunnel %s did not come up %s: %s\\n' "$device" "$when" "$1" >&2; exit 1; }
when="in $limit seconds"; [ -z "$ended" ] || when='as wg-quick ended'
if ! stands; then
  reason=$(printf '%s\\n' "$log" | grep -iE 'error|fail|cannot|unable|not known|not supported|in use|unknown|unrecognized|invalid|exists' | grep -v '^Configuration parsing error\\|^Failed to start\\|^wg-quick@\\|systemd' | tail -n 1)
  hint="see journalctl -u $unit"
  if has 'not known|name resolution|No address associated'; then hint='the name of the endpoint cannot be resolved: is it right, and has this host DNS?'
  elif has 'Address already in use'; then hint='another program has this UDP port'
  elif has 'Falling back' && has 'Cannot find device|Unable to access interface'; then hint="wireguard-go, which stands in for the kernel here, ended at once: 'wireguard-go -f $device' says why"
  elif has 'Unknown device type|not supported'; then hint='the kernel knows no WireGuard: install the package wireguard-go'
  elif has 'already exists|File exists'; then hint='there is such an interface already, or such a route: who has made it?'
  fi
  fail "\${reason:+$reason; }$hint"
fi
silent=$(silent | head -n 1)
endpoint=$(wg show "$device" endpoints | awk -v key="$silent" '$1 == key { print $2 }')
[ -n "$endpoint" ] || fail "$silent is the key of this host itself: the peer has another"
port=\${endpoint##*:} address=\${endpoint%:*}
address=\${address#[}; address=\${address%]}
said=
# With a mark only WireGuard itself goes around its tunnel.
if [ "$(wg show "$device" fwmark)" = off ]; then
  said=$(ip route get "$address" 2>&1 >/dev/null) && said=$(bash -c 'exec 3<>"/dev/udp/$1/$2" || exit
for try in 1 2 3 4; do printf x >&3 || exit; sleep 1; done' bash "$address" "$port" 2>&1 >/dev/null)
  said="$said $(ip neigh show to "$address" 2>/dev/null)"
  printf '%s\\n' "$said" >&2
fi
case $said in
*refused*) fail "nothing listens on UDP port $port of $address: does WireGuard run there, and is the port right?" ;;
*'No route to host'* | *FAILED* | *INCOMPLETE*) fail "no host answers at $address, or a firewall turns us away: is the address right, and is the host on?" ;;
*unreachable*) fail "this host has no way to $address: is it on the network?" ;;
esac
alive=; ! ping -c 1 -W 2 "$address" >/dev/null 2>&1 || alive=', though the host itself answers a ping'
fail "no answer from $address, UDP port $port$alive. WireGuard does not answer a key that it does not know: is $(wg show "$device" public-key) a peer there, and $silent the key of that end (wg show)? Else a firewall closes the port, or the clock of this host ($(date)) is behind that of its last handshake"`);
