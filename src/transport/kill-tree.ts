import { raw, type Script } from '../model/script.ts';

/**
 * Ends a process and all its descendants. They are stopped first, round by round, so that none can start another
 * behind the count; with builtins alone where there is /proc, so that it works on a host that is short of processes.
 */
export function killTree(pid: number): Script {
  return raw(`
family=' ${pid} '
add() {
  case $family in *" $1 "*) return ;; esac
  case $family in *" $2 "*) family="$family$1 "; kill -STOP "$1" 2>/dev/null; grown=yes ;; esac
}
look() {
  if [ -r /proc/self/stat ]; then
    for file in /proc/[0-9]*/stat; do
      { read -r line <"$file"; } 2>/dev/null || continue
      rest=\${line##*) }
      rest=\${rest#* }
      add "\${line%% *}" "\${rest%% *}"
    done
  else
    set -- $(ps -A -o pid= -o ppid=)
    while [ $# -gt 1 ]; do add "$1" "$2"; shift 2; done
  fi
}
kill -STOP ${pid} 2>/dev/null
grown=yes
while [ "$grown" = yes ]; do grown=no; look; done
for member in $family; do kill -KILL "$member" 2>/dev/null; done
:`);
}
