import { z } from 'zod';
import { ask, defineModule, known, run } from '../model/module.ts';
import { path, seconds, text } from '../model/schema.ts';
import { type Condition, type Waiting, checkScript, isLocal, waitScript } from './lib/waiting.ts';

const params = z
  .strictObject({
    port: z.int().min(1).max(65535).optional().describe('A TCP port.'),
    host: text
      .optional()
      .describe('Whose port, as seen from the host. Default: the host itself, by any of its addresses.'),
    path: path.optional().describe('A file.'),
    search_regex: z
      .string()
      .optional()
      .describe('Text in that file: an extended regular expression of `grep`.'),
    state: z
      .enum(['started', 'present', 'stopped', 'absent', 'drained'])
      .default('started')
      .describe(
        '`started`, `present`: open, there, found. `stopped`, `absent`: closed, gone, not found. `drained`: nobody is connected to the port of this host.',
      ),
    timeout: seconds.default(300).describe('Seconds after which it fails.'),
    delay: seconds.default(0).describe('Seconds before it looks for the first time.'),
    sleep: seconds.default(1).describe('Seconds between two looks.'),
    connect_timeout: seconds.default(5).describe('Seconds that one attempt to connect may take.'),
    msg: text.optional().describe('What to say when the time is up.'),
  })
  .superRefine((asked, context) => {
    const complain = (message: string): void => context.addIssue({ code: 'custom', message });
    if ((asked.port === undefined) === (asked.path === undefined)) complain('give either `port` or `path`');
    if (asked.search_regex !== undefined && asked.path === undefined) complain('`search_regex` needs `path`');
    if (asked.host !== undefined && asked.port === undefined) complain('`host` needs `port`');
    if (asked.state === 'drained' && (asked.port === undefined || asked.host !== undefined))
      complain('`drained` needs a `port` of the host itself');
  });

type Params = z.output<typeof params>;

/** Whether it holds already; `unknown` where looking takes time. */
type State = 'holds' | 'not yet' | 'unknown';

/** `wait_for`: a port, a file or a text in a file. */
export const waitFor = defineModule<Params, State>({
  name: 'wait_for',
  summary: 'Waits until a port is open, a file is there, or a text is in a file',
  description: 'It changes nothing. In check mode it does not wait.',
  params,
  unsupported: {
    exclude_hosts: 'leave it out, or run `ss` with `shell`, `until:` and `retries:`',
    active_connection_states: 'leave it out: all connections that are not closed count',
  },
  examples: [
    { title: 'A file', yaml: 'wait_for: { path: /etc/hosts, timeout: 10 }' },
    {
      title: 'A line in a log',
      yaml: `wait_for:
  path: /etc/hosts
  search_regex: local(host|net)$
  timeout: 30`,
    },
    {
      title: 'A service',
      yaml: `wait_for:
  port: 22
  timeout: 60
  msg: sshd did not come up`,
      needs: 'network',
    },
    { title: 'Nobody there any more', yaml: 'wait_for: { port: 9, state: stopped, timeout: 5 }' },
  ],
  returns: { elapsed: 'seconds that it took' },
  probe(asked) {
    const condition = conditionOf(asked);
    if (!isLocal(condition) || asked.delay > 0) return known('unknown');
    return ask(checkScript(condition), (answer) => (answer.code === 0 ? 'holds' : 'not yet'));
  },
  plan(state, asked) {
    if (state === 'holds') return [];
    const waiting = waitingOf(asked);
    // The loop ends by itself; the limit is for one that hangs.
    const limit = asked.delay + asked.timeout + asked.connect_timeout + asked.sleep + 10;
    const actions = [run(waitScript(waiting), { timeout: limit })];
    return [{ summary: `wait for ${describe(waiting.condition)}`, actions, harmless: true }];
  },
  result(_state, _asked, outputs) {
    const [output] = outputs;
    return { elapsed: output?.code === 0 ? Number(output.stdout.trim()) : 0 };
  },
});

function conditionOf({ port, host, path, search_regex: pattern, state }: Params): Condition {
  const positive = state === 'started' || state === 'present';
  if (port !== undefined) {
    const itself = host === undefined || ['127.0.0.1', 'localhost', '::1', '0.0.0.0'].includes(host);
    if (state === 'drained') return { kind: 'drained', port };
    return { kind: 'port', port, host: itself ? undefined : host, open: positive };
  }
  if (pattern !== undefined) return { kind: 'text', path: path ?? '', pattern, found: positive };
  return { kind: 'file', path: path ?? '', exists: positive };
}

function waitingOf(asked: Params): Waiting {
  const condition = conditionOf(asked);
  const { delay, sleep, timeout, connect_timeout: connectTimeout } = asked;
  const message = asked.msg ?? `${describe(condition)}: not within ${timeout} seconds`;
  return { condition, delay, sleep, timeout, connectTimeout, message };
}

function describe(condition: Condition): string {
  switch (condition.kind) {
    case 'port':
      return `port ${condition.port}${condition.host === undefined ? '' : ` of ${condition.host}`} to be ${condition.open ? 'open' : 'closed'}`;
    case 'drained':
      return `the last connection to port ${condition.port} to end`;
    case 'file':
      return `${condition.path} to be ${condition.exists ? 'there' : 'gone'}`;
    case 'text':
      return `\`${condition.pattern}\` ${condition.found ? 'in' : 'to be gone from'} ${condition.path}`;
    default:
      return condition satisfies never;
  }
}
