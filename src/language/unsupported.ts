import type { Diagnostic } from '../model/diagnostic.ts';
import type { ValueMap } from '../model/value.ts';
import { blockSchema, importSchema, playSchema, taskSchema } from './keywords.ts';
import type { Mistakes } from './mistakes.ts';
import { keySpan } from './origin.ts';

/** Ansible's words that homerun does not have, and what to write instead. */
const ANYWHERE: Readonly<Record<string, string>> = {
  become_exe: 'leave it out: sudo, su and doas are found in PATH',
  become_flags: 'leave it out; what sudo may do is said in sudoers',
  debugger: 'run it with `-vvv`, which shows scripts and answers',
  ignore_unreachable: 'leave it out: a host that cannot be reached leaves the run, and the others go on',
  module_defaults: 'write the parameters out, or put them into `vars:`',
  collections: 'leave it out: the modules are all there',
};

const TASK: Readonly<Record<string, string>> = {
  ...ANYWHERE,
  delegate_to: 'give the other host a play of its own; its values are in `hosts.NAME`',
  delegate_facts: 'give the other host a play of its own',
  async: 'start a service, or `nohup` in `shell`, and wait for it with `wait_for`',
  poll: 'start a service, or `nohup` in `shell`, and wait for it with `wait_for`',
  local_action: 'add a host with `transport: local` to the inventory, and a play for it',
  action: 'write the module itself as the key',
  connection: 'write `transport: local` for the host in the inventory',
  remote_user: 'write `user:` for the host in the inventory, or `become_user:` here',
  port: 'write `port:` for the host in the inventory',
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
  ...ANYWHERE,
  roles: 'write `tasks:` with `include_tasks: FILE` for each role',
  remote_user: 'write `user:` for the host or group in the inventory',
  connection: 'write `transport: local` for the host in the inventory',
  port: 'write `port:` for the host in the inventory',
  force_handlers: 'leave it out: an owed handler runs at the next run',
  gather_subset: 'leave it out: facts are asked for when something uses them',
  gather_timeout: 'leave it out: facts are asked for when something uses them',
  fact_path: 'read the files with `slurp`, where something uses them',
  order: 'leave it out: hosts come in the order of the inventory',
  when: 'write it at the tasks, or say with `hosts:` whom the play is for',
  delegate_to: 'write that host as `hosts:`',
  run_once: 'write `hosts: NAME`',
};

const IMPORT: Readonly<Record<string, string>> = {
  when: 'write it at the tasks of that playbook',
};

/** Reports the words of one map that are known and not supported; gives the map without them. */
export function reportUnsupported(
  raw: ValueMap,
  kind: 'task' | 'block' | 'play' | 'import',
  mistakes: Mistakes,
): readonly string[] {
  return Object.keys(raw).filter((key) => {
    const hint = hintFor(key, kind);
    if (hint === undefined) return false;
    const span = keySpan(raw, key);
    const mistake: Diagnostic = { code: 'not-supported', message: `\`${key}\` is not supported`, hint };
    mistakes.add({ ...mistake, ...(span && { span }) });
    return true;
  });
}

const TABLES = { task: TASK, block: BLOCK, play: PLAY, import: IMPORT };

const SCHEMAS = { task: taskSchema, block: blockSchema, play: playSchema, import: importSchema };

/** What to write instead; undefined where the word has its meaning here, or is none of Ansible's. */
function hintFor(key: string, kind: keyof typeof TABLES): string | undefined {
  const own = TABLES[kind][key];
  if (own !== undefined || Object.hasOwn(SCHEMAS[kind].shape, key)) return own;
  if (Object.hasOwn(playSchema.shape, key)) return 'write it in the play';
  if (Object.hasOwn(taskSchema.shape, key))
    return kind === 'block' ? 'write it at the tasks inside' : 'write it at the tasks';
  if (key.startsWith('with_')) return TASK[key] ?? 'write `loop:` with a list';
  return BLOCK[key] ?? PLAY[key];
}
