import type { TaskReference } from '../model/event.ts';
import { oneLine } from './safe-text.ts';

/** `Create users [alice]`, `Restart dnsmasq (handler)`. */
export function taskTitle(task: TaskReference, item?: string): string {
  const turn = item === undefined ? '' : ` [${oneLine(item)}]`;
  return oneLine(task.name) + turn + (task.handler === true ? ' (handler)' : '');
}
