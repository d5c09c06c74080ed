import type { Diagnostic } from '../model/diagnostic.ts';
import type { ValueMap } from '../model/value.ts';
import type { Mistakes } from './mistakes.ts';
import { keySpan } from './origin.ts';

/** Ansible's words that homerun does not have, and what to write instead. */
const TASK: Readonly<Record<string, string>> = {
  delegate_to: 'give the other host a play of its own; its values are in `hosts.NAME`',
  delegate_facts: 'give the other host a play of its own',
  run_once: 'give one host a play of its own: `hosts: NAME`',
  async: 'start a service, or `nohup` in `shell`, and wait for it with `wait_for`',
  poll: 'start a service, or `nohup` in `shell`, and wait for it with `wait_for`',
  local_action: 'add a host with `transport: local` to the inventory, and a play for it',
  action: 'write the module itself as the key',
  connection: 'write `transport: local` for the host in the inventory',
  remote_user: 'write `user:` for the host in the inventory, or `become_user:` here',
  any_errors_fatal: 'write it in the play',
  max_fail_percentage: 'write it in the play',
  throttle: 'write `serial:` in the play',
  module_defaults: 'write the parameters out, or put them into `vars:`',
  collections: 'leave it out: the modules are all there',
  with_items: 'write `loop:` with the list',
  with_list: 'write `loop:` with the list',
  with_dict: 'write `loop: "{{keys NAME}}"`, and `{{lookup NAME item}}` in the task',
  with_sequence: 'write the numbers out: `loop: [1, 2, 3]`',
  with_fileglob: 'write the files out, or copy their folder',
  include: 'write `include_tasks:`',
  include_role: 'write `include_tasks: FILE`',
  import_role: 'write `include_tasks: FILE`',
  include_vars: 'write `vars_files:` in the play',
};

const BLOCK: Readonly<Record<string, string>> = {
  ...TASK,
  rescue: 'write `ignore_errors: true` and `register:`, then tasks with `when: NAME is failed`',
  always: 'put these tasks after the block, with `ignore_errors: true` inside it',
  loop: 'put the tasks into a file and loop over `include_tasks:`',
};

const PLAY: Readonly<Record<string, string>> = {
  roles: 'write `tasks:` with `include_tasks: FILE` for each role',
  remote_user: 'write `user:` for the host or group in the inventory',
  connection: 'write `transport: local` for the host in the inventory',
  port: 'write `port:` for the host in the inventory',
  vars_prompt: 'give the value with `-e NAME=VALUE`',
  force_handlers: 'leave it out: an owed handler runs at the next run',
  gather_subset: 'leave it out: facts are asked for when something uses them',
  collections: 'leave it out: the modules are all there',
  module_defaults: 'write the parameters out, or put them into `vars:`',
  run_once: 'write `hosts: NAME`',
};

/** Reports the words of one map that are known and not supported; gives the map without them. */
export function reportUnsupported(
  raw: ValueMap,
  kind: 'task' | 'block' | 'play',
  mistakes: Mistakes,
): readonly string[] {
  const table = { task: TASK, block: BLOCK, play: PLAY }[kind];
  return Object.keys(raw).filter((key) => {
    const hint =
      table[key] ?? (kind !== 'play' && key.startsWith('with_') ? 'write `loop:` with a list' : undefined);
    if (hint === undefined) return false;
    const span = keySpan(raw, key);
    const mistake: Diagnostic = { code: 'not-supported', message: `\`${key}\` is not supported`, hint };
    mistakes.add({ ...mistake, ...(span && { span }) });
    return true;
  });
}
