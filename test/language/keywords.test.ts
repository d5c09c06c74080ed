import { describe, expect, test } from 'vitest';
import { load, mistakes } from './house.ts';

/** Every keyword of Ansible's plays, blocks and tasks, with a value that it could have there. */
const VALUES: Readonly<Record<string, string>> = {
  action: 'apt',
  always: '[]',
  any_errors_fatal: 'true',
  args: '{name: cron}',
  async: '3',
  become: 'true',
  become_exe: 'sudo',
  become_flags: '-H',
  become_method: 'sudo',
  become_user: 'root',
  changed_when: 'false',
  check_mode: 'true',
  collections: '[a]',
  connection: 'local',
  debugger: 'on_failed',
  delay: '3',
  delegate_facts: 'true',
  delegate_to: 'nas',
  diff: 'true',
  environment: '{A: b}',
  fact_path: '/etc/facts',
  failed_when: 'false',
  force_handlers: 'true',
  gather_facts: 'true',
  gather_subset: '[all]',
  gather_timeout: '3',
  ignore_errors: 'true',
  ignore_unreachable: 'true',
  local_action: 'apt',
  loop: '[1]',
  loop_control: '{label: x}',
  max_fail_percentage: '30',
  module_defaults: '{}',
  name: 'x',
  no_log: 'true',
  notify: 'Restart',
  order: 'sorted',
  poll: '3',
  port: '22',
  register: 'result',
  remote_user: 'pi',
  rescue: '[]',
  retries: '3',
  roles: '[]',
  run_once: 'true',
  serial: '1',
  strategy: 'free',
  tags: '[a]',
  throttle: '1',
  timeout: '3',
  until: 'true',
  vars: '{a: b}',
  vars_files: '[]',
  vars_prompt: '[]',
  when: 'true',
  with_items: '[1]',
};

const HANDLERS = '  handlers: [{name: Restart, apt: {name: cron}}]\n';

const PLACES: Readonly<Record<string, (line: string) => string>> = {
  play: (line) => `- hosts: pi\n  ${line}\n  tasks: [{apt: {name: cron}}]\n`,
  block: (line) => `- hosts: pi\n${HANDLERS}  tasks:\n    - block: [{apt: {name: cron}}]\n      ${line}\n`,
  task: (line) => `- hosts: pi\n${HANDLERS}  tasks:\n    - apt: {name: cron}\n      ${line}\n`,
  include: (line) => `- hosts: pi\n${HANDLERS}  tasks:\n    - include_tasks: more.yaml\n      ${line}\n`,
  meta: (line) => `- hosts: pi\n${HANDLERS}  tasks:\n    - meta: noop\n      ${line}\n`,
};

/** What is not here is refused: nothing is passed over in silence. */
const DO_SOMETHING: Readonly<Record<string, string>> = {
  play: 'any_errors_fatal become become_method become_user check_mode diff environment gather_facts ignore_errors max_fail_percentage name no_log serial strategy tags throttle timeout vars vars_files vars_prompt',
  block:
    'become become_method become_user check_mode diff environment ignore_errors name no_log notify run_once tags throttle timeout vars when',
  task: 'args become changed_when check_mode diff environment failed_when ignore_errors loop name no_log notify register retries run_once tags throttle timeout until vars when',
  include:
    'become become_method become_user check_mode diff environment ignore_errors loop name no_log notify run_once tags throttle timeout vars when',
  meta: 'name tags vars when',
};

const files = { 'tasks/more.yaml': '- apt: {name: cron}\n' };

function isTaken(playbook: string): boolean {
  try {
    load(playbook, { files });
    return true;
  } catch {
    return false;
  }
}

describe.each(Object.entries(PLACES))('the keywords of a %s', (place, playbookWith) => {
  const isOne = ([key, value]: [string, string]): boolean => isTaken(playbookWith(`${key}: ${value}`));
  const taken = Object.entries(VALUES).filter(isOne);
  const refused = Object.entries(VALUES).filter(([key]) => !taken.some(([other]) => other === key));

  test('that do something', () => {
    expect(taken.map(([key]) => key)).toEqual(DO_SOMETHING[place]?.split(' '));
  });

  test.each(refused)('%s is refused at its place, and something to do instead is said', (key, value) => {
    const said = mistakes(playbookWith(`${key}: ${value}`), { files });
    expect(said).toMatch(
      new RegExp(`(?:unknown key )?\`${key}\`(?: is not supported| does nothing| in this)`),
    );
    expect(said).toMatch(/^ {2}hint: /m);
  });
});
