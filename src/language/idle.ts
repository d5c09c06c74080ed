import { isMap, type ValueMap } from '../model/value.ts';
import type { TaskKeywords } from './keywords.ts';
import type { Mistakes } from './mistakes.ts';
import { keySpan } from './origin.ts';

type Kind = 'task' | 'include' | 'meta';

/** What a `meta` heeds; it does nothing on a host that the other words could be about. */
const OF_META = ['name', 'when', 'vars', 'tags', 'listen'];

/** What is about one result, which a file of tasks does not have. */
const OF_RESULTS = ['register', 'changed_when', 'failed_when', 'until', 'retries', 'delay', 'args'];

/** Reports keywords that would do nothing where they stand: whoever wrote them expects something of them. */
export function reportIdle(
  kind: Kind,
  keywords: TaskKeywords,
  raw: ValueMap,
  mistakes: Mistakes,
  isHandler: boolean | undefined,
): void {
  const report = (key: string, why: string, hint: string, holder: unknown = raw): void => {
    const span = keySpan(holder, key);
    mistakes.add({
      code: 'not-supported',
      message: `\`${key}\` does nothing ${why}`,
      ...(span && { span }),
      hint,
    });
  };
  const written = Object.keys(keywords);
  if (kind === 'meta')
    for (const key of written.filter((each) => !OF_META.includes(each)))
      report(key, 'beside `meta`', 'leave it out');
  if (kind === 'include')
    for (const key of written.filter((each) => OF_RESULTS.includes(each)))
      report(key, 'beside `include_tasks`', 'write it at a task of that file');
  if (kind === 'meta') return;
  const { until, retries, delay, loop, loop_control: control, listen } = keywords;
  if (kind === 'task' && delay !== undefined && until === undefined && retries === undefined)
    report('delay', 'without `until` or `retries`', 'write `until:`, or leave it out');
  if (control !== undefined && loop === undefined)
    report('loop_control', 'without `loop`', 'write `loop:`, or leave it out');
  if (listen !== undefined && isHandler === false)
    report('listen', 'outside of `handlers`', 'move the task there, or leave it out');
}

/** What stands in `include_tasks: {…}` besides the file. */
export function reportIncludeKeys(value: unknown, key: string, mistakes: Mistakes): void {
  if (!isMap(value)) return;
  for (const name of Object.keys(value).filter((each) => each !== 'file')) {
    const span = keySpan(value, name);
    mistakes.add({
      code: 'unknown-key',
      message: `\`${key}\` takes \`file\` alone; got \`${name}\``,
      ...(span && { span }),
      hint:
        name === 'apply'
          ? `write what is in it beside \`${key}\`: it holds for all tasks of the file`
          : `write it beside \`${key}\``,
    });
  }
}
