import { type Script, joinScripts, raw, sh } from '../../model/script.ts';
import { fetchFunction } from './fetch.ts';

/** How a key as text begins. */
export const ARMOUR = '-----BEGIN PGP PUBLIC KEY BLOCK-----';

/** Says `rotated=yes` where the address gives a whole key, and not the one that is in the file. */
export function compareKey(url: string, path: string): Script {
  return joinScripts([
    getKey(url),
    // Where nothing comes, or half of it, the key that is there stays good.
    sh`path=${path}
[ ! -f "$path" ] || { key=$(get_key 2>/dev/null) && [ "$key" != "$(cat "$path")" ] && echo rotated=yes; }`,
  ]);
}

/** Puts the key in its place. */
export function fetchKey(url: string, path: string): Script {
  return joinScripts([
    getKey(url),
    sh`path=${path}
key=$(get_key) || exit
umask 022; mkdir -p "\${path%/*}" || exit
new=$path.homerun; trap 'rm -f "$new"' EXIT
printf '%s\\n' "$key" >"$new" && chmod 644 "$new" && mv -f "$new" "$path" || exit`,
  ]);
}

/** Defines `get_key`. apt tells armour from bytes by the end of the name, so bytes are put into armour. */
function getKey(url: string): Script {
  return joinScripts([
    fetchFunction('get', { url, headers: {}, timeout: 10, validateCerts: true }),
    sh`armour=${ARMOUR}`,
    raw(GET_KEY),
  ]);
}

// In base64, because a variable holds no bytes; the full stop behind them says that all of them came.
const GET_KEY = String.raw`get_key() {
  got=$({ if get; then printf .; else printf '%s\n' "cannot get the key: $error" >&2; fi; } | base64 -w 0)
  bytes() { printf %s "$got" | base64 -d | head -c -1; }
  [ "$(printf %s "$got" | base64 -d | tail -c 1)" = . ] || return 1
  if bytes | grep -q -e "$armour"; then bytes; return; fi
  case $(bytes | head -c 1 | od -An -tx1) in
  ' '[89a-f]?) ;;
  *) echo 'cannot get the key: what the address gives is no key' >&2; return 1 ;;
  esac
  printf '%s\n\n' "$armour"; bytes | base64 -w 64; echo '-----END PGP PUBLIC KEY BLOCK-----'
}`;
