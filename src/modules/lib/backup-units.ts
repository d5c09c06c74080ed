import { printUnit } from './unit-file.ts';
import type { BackupParams } from './backup-params.ts';
import { backupFiles } from './backup-script.ts';

/** The service that makes one backup. */
export function backupService({ name }: BackupParams): string {
  return (
    '# Written by homerun: changes by hand are undone by its next run.\n' +
    printUnit({
      Unit: {
        Description: `Backup ${name}`,
        Wants: 'network-online.target',
        After: 'network-online.target',
      },
      Service: {
        Type: 'oneshot',
        ExecStart: `${backupFiles(name).script} run`,
        Nice: 15,
        IOSchedulingClass: 'idle',
        TimeoutStartSec: '24h',
      },
    })
  );
}

/** `Persistent` catches up on what was missed while the host was off. */
export function backupTimer({ name, schedule, random_delay: delay }: BackupParams): string {
  return (
    '# Written by homerun: changes by hand are undone by its next run.\n' +
    printUnit({
      Unit: { Description: `Backup ${name}, on schedule` },
      Timer: { OnCalendar: schedule, RandomizedDelaySec: delay, AccuracySec: '1s', Persistent: true },
      Install: { WantedBy: 'timers.target' },
    })
  );
}
