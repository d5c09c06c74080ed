import { type Change, type Failure, run } from '../../model/module.ts';
import { type Script, joinScripts, raw, sh } from '../../model/script.ts';
import type { Answers } from './answers.ts';
import type { UnitWish } from './unit-plan.ts';

/** A service of a host without systemd. */
export interface InitService {
  readonly kind: 'openrc' | 'sysv';
  readonly exists: boolean;
  readonly running: boolean;
  readonly enabled: boolean;
}

/** Asks OpenRC (Alpine) or the scripts of /etc/init.d; prints nothing where systemd runs. */
export function initScript(name: string): Script {
  return joinScripts([
    raw('if [ ! -d /run/systemd/system ]; then'),
    sh`name=${name}`,
    raw(`  [ -x "/etc/init.d/$name" ] && echo exists=yes
  if command -v rc-service >/dev/null; then
    echo init=openrc
    rc-service "$name" status >/dev/null 2>&1 </dev/null && echo running=yes
    [ -e "/etc/runlevels/default/$name" ] || [ -e "/etc/runlevels/boot/$name" ] && echo enabled=yes
  elif [ -d /etc/init.d ]; then
    echo init=sysv
    [ ! -x "/etc/init.d/$name" ] || ! "/etc/init.d/$name" status >/dev/null 2>&1 </dev/null || echo running=yes
    for link in /etc/rc[2-5].d/S[0-9][0-9]"$name"; do [ ! -e "$link" ] || echo enabled=yes; done
  fi
fi`),
  ]);
}

export function readInit(answers: Answers): InitService | undefined {
  const kind = answers.get('init');
  if (kind !== 'openrc' && kind !== 'sysv') return undefined;
  const { length: exists } = answers.get('exists');
  return { kind, exists: exists > 0, running: answers.has('running'), enabled: answers.has('enabled') };
}

export function planInit(service: InitService, wish: UnitWish): readonly Change[] | Failure {
  const { name, state, enabled } = wish;
  if (wish.masked !== undefined)
    return {
      failed: `this host has no systemd, so \`masked\` means nothing to it`,
      hint: 'leave `masked` out',
    };
  if (!service.exists) {
    if (enabled !== true && (state === undefined || state === 'stopped')) return [];
    return { failed: `there is no /etc/init.d/${name}`, hint: 'is the package that brings it installed?' };
  }
  const changes: Change[] = [];
  if (enabled !== undefined && enabled !== service.enabled) {
    const script = service.kind === 'openrc' ? enableOpenrc(name, enabled) : enableSysv(name, enabled);
    changes.push({ summary: `${enabled ? 'enable' : 'disable'} ${name}`, actions: [run(script)] });
  }
  const verb = verbFor(service, state);
  if (verb !== undefined) {
    const call =
      service.kind === 'openrc' ? sh`rc-service ${name} ${verb}` : sh`${`/etc/init.d/${name}`} ${verb}`;
    // What an init script starts in the background must not hold our end of the pipe.
    const script = sh`${call} </dev/null >/dev/null 2>&1 || { code=$?; echo ${`${verb} of ${name} failed`} >&2; exit $code; }`;
    changes.push({
      summary: `${verb} ${name}`,
      before: service.running ? 'running' : 'stopped',
      actions: [run(script)],
    });
  }
  return changes;
}

function verbFor(service: InitService, state: UnitWish['state']): string | undefined {
  if (state === 'started' || (state === 'reloaded' && !service.running))
    return service.running ? undefined : 'start';
  if (state === 'stopped') return service.running ? 'stop' : undefined;
  if (state === 'restarted') return 'restart';
  return state === 'reloaded' ? 'reload' : undefined;
}

function enableOpenrc(name: string, enabled: boolean): Script {
  return enabled ? sh`rc-update add ${name} default` : sh`rc-update -a delete ${name}`;
}

/** `defaults` makes the links, but leaves those of a service that was disabled. */
function enableSysv(name: string, enabled: boolean): Script {
  const verbs = enabled
    ? sh`update-rc.d ${name} defaults && update-rc.d ${name} enable`
    : sh`update-rc.d ${name} disable`;
  return sh`if command -v update-rc.d >/dev/null; then ${verbs}
else chkconfig ${name} ${enabled ? 'on' : 'off'}; fi`;
}
