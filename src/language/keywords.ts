import { z } from 'zod';
import { commaList, flag, text, textList } from '../model/schema.ts';
import { isList, isMap, type Value, type ValueMap } from '../model/value.ts';
import { fitsNumber, numberWords } from './numbers.ts';
import { isTemplate } from './template.ts';

const map = z.custom<ValueMap>(isMap, { error: 'a map' });
const list = z.custom<readonly Value[]>(isList, { error: 'a list' });
const taskList = list.nullable().transform((tasks) => tasks ?? []);
const condition = z.custom<Condition>(isCondition, { error: 'an expression, or a list of them' });
const flagOrTemplate = z.custom<boolean | string>(
  (value) => typeof value === 'boolean' || isTemplateText(value),
  {
    error: 'true or false',
  },
);
const seconds = numberFor('timeout');
const tries = numberFor('retries');
const method = z.enum(['sudo', 'su', 'doas']);

/** One expression, or several of which all must hold. */
export type Condition = boolean | string | readonly (boolean | string)[];

/** Hosts at the same time. */
const share = z.number().int().min(1);

/** What tasks, blocks and includes hand down to what is inside them. */
const inherited = {
  name: text.optional(),
  vars: map.optional(),
  when: condition.optional(),
  become: flagOrTemplate.optional(),
  become_user: text.optional(),
  become_method: method.optional(),
  tags: commaList.optional(),
  environment: map.optional(),
  ignore_errors: flagOrTemplate.optional(),
  no_log: flag.optional(),
  check_mode: flag.optional(),
  diff: flag.optional(),
  timeout: seconds.optional(),
  notify: textList.optional(),
  throttle: share.optional(),
  run_once: flag.optional(),
};

export const taskSchema = z.strictObject({
  ...inherited,
  loop: z
    .custom<readonly Value[] | string>((value) => isList(value) || isTemplateText(value), { error: 'a list' })
    .optional(),
  loop_control: z
    .strictObject({ label: text.optional(), loop_var: text.optional(), index_var: text.optional() })
    .optional(),
  register: text.optional(),
  listen: textList.optional(),
  changed_when: condition.optional(),
  failed_when: condition.optional(),
  until: condition.optional(),
  retries: tries.optional(),
  delay: seconds.optional(),
  args: map.optional(),
});

export const blockSchema = z.strictObject({ ...inherited, block: list });

const promptSchema = z.strictObject({
  name: text,
  prompt: text.optional(),
  default: text.optional(),
  private: flag.default(true),
  confirm: flag.default(false),
});

export const playSchema = z.strictObject({
  name: text.optional(),
  hosts: textList,
  needed_by: textList.optional(),
  become: flag.optional(),
  become_user: text.optional(),
  become_method: method.optional(),
  gather_facts: flag.optional(),
  vars: map.optional(),
  vars_files: textList.optional(),
  vars_prompt: z.array(promptSchema).optional(),
  pre_tasks: taskList.optional(),
  tasks: taskList.optional(),
  post_tasks: taskList.optional(),
  handlers: taskList.optional(),
  tags: commaList.optional(),
  serial: z
    .custom<Value>((value) => (isList(value) ? value : [value]).every((each) => isShare(each)), {
      error: 'a number or a share such as "30%"',
    })
    .optional(),
  max_fail_percentage: z.number().min(0).max(100).optional(),
  any_errors_fatal: flag.optional(),
  strategy: z.enum(['free', 'linear']).optional(),
  environment: map.optional(),
  ignore_errors: flag.optional(),
  no_log: flag.optional(),
  check_mode: flag.optional(),
  diff: flag.optional(),
  timeout: seconds.optional(),
  throttle: share.optional(),
});

export const importSchema = z.strictObject({
  name: text.optional(),
  import_playbook: text,
  vars: map.optional(),
  tags: commaList.optional(),
});

export type TaskKeywords = z.output<typeof taskSchema>;
export type BlockKeywords = z.output<typeof blockSchema>;
export type PlayKeywords = z.output<typeof playSchema>;

function isCondition(value: unknown): boolean {
  return isList(value) ? value.every(isSimple) : isSimple(value);
}

function isSimple(value: unknown): boolean {
  return typeof value === 'boolean' || typeof value === 'string';
}

function numberFor(key: 'timeout' | 'retries'): z.ZodType<number | string> {
  return z.custom<number | string>((value) => fitsNumber(key, value), { error: numberWords(key) });
}

function isTemplateText(value: unknown): value is string {
  return typeof value === 'string' && isTemplate(value);
}

function isShare(value: unknown): boolean {
  return (typeof value === 'number' && value >= 1) || (typeof value === 'string' && /^\d+%$/.test(value));
}
