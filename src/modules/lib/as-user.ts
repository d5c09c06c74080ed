import { type Script, sh } from '../../model/script.ts';

/**
 * Defines `as_user WORD…`, which runs a program as this user. Without PAM where that can be: a session of its own
 * would start the user's systemd, which then keeps the account in use.
 */
export function asUser(user: string): Script {
  return sh`as_user() {
  if [ "$(id -un)" = ${user} ]; then "$@"
  elif command -v setpriv >/dev/null; then setpriv --reuid=${user} --regid="$(id -g ${user})" --init-groups -- "$@"
  else su -s /bin/sh ${user} -c 'exec "$@"' sh sh "$@"; fi
}`;
}
