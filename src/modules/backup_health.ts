import { z } from 'zod';
import { type Failure, type Output, ask, defineModule } from '../model/module.ts';
import { joinScripts, raw, sh } from '../model/script.ts';
import { Answers } from './lib/answers.ts';
import { backupFiles } from './lib/backup-script.ts';

const params = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, 'the name of a `backup_job`')
    .describe('Name of the `backup_job`.'),
  max_age: z.number().positive().default(26).describe('Hours: how old the last good backup may be.'),
});

type Params = z.output<typeof params>;

interface State {
  /** Seconds since 1970, by the clock of the host. */
  readonly now: number;
  readonly health: Record<string, unknown> | undefined;
  readonly lastTry: Record<string, unknown> | undefined;
}

/** Fails where there is no good backup of late. */
export const backupHealth = defineModule<Params, State | Failure>({
  name: 'backup_health',
  summary: 'Fails where the last good backup of a `backup_job` is too old, or its data damaged.',
  description:
    'Reads what the job wrote down on its own host, and changes nothing. Says what became of the last try, too.',
  params,
  examples: [
    {
      title: 'There is a backup of the last 26 hours',
      yaml: 'backup_health:\n  name: pi\n  max_age: 26\n',
      needs: 'systemd',
    },
  ],
  returns: {
    age: 'hours since the last good backup',
    time: 'when that was, in seconds since 1970',
    snapshot: 'its name',
    seconds: 'how long it took',
    last_try: 'what became of the last try since the host started: `result` and `message`',
  },
  probe: ({ name }) => {
    const { health, lastTry } = backupFiles(name);
    const files = [sh`sed 's/^/health=/' ${health} 2>/dev/null`, sh`sed 's/^/try=/' ${lastTry} 2>/dev/null`];
    return ask(joinScripts([raw('echo "now=$(date +%s)"'), ...files, raw(':')]), read);
  },
  plan(state, { name, max_age: limit }) {
    if ('failed' in state) return state;
    const { health, lastTry } = state;
    const hint =
      lastTry && lastTry['result'] !== 'ok' ? `the last try: ${String(lastTry['message'])}` : lookHint(name);
    if (!health) return { failed: `there is no good backup ${name} yet`, hint };
    const age = ageOf(state);
    if (age > limit)
      return { failed: `the last good backup ${name} is ${age} hours old, more than ${limit}`, hint };
    if (health['damage'] !== '')
      return {
        failed: `the data of the backup ${name} is damaged: ${String(health['damage'])}`,
        hint: lookHint(name),
      };
    return [];
  },
  result(state) {
    if ('failed' in state || !state.health) return {};
    const { time, snapshot, seconds } = state.health;
    const { result, message } = state.lastTry ?? {};
    return {
      age: ageOf(state),
      time: Number(time),
      snapshot: String(snapshot),
      seconds: Number(seconds),
      last_try: state.lastTry ? { result: String(result), message: String(message) } : {},
    };
  },
});

function lookHint(name: string): string {
  return `look at \`journalctl -u homerun-backup-${name}\``;
}

function ageOf({ now, health }: State): number {
  return Math.round(((now - Number(health?.['time'])) / 3600) * 10) / 10;
}

function read(answer: Output): State | Failure {
  const answers = new Answers(answer);
  try {
    return {
      now: Number(answers.get('now')),
      health: parse(answers.get('health')),
      lastTry: parse(answers.get('try')),
    };
  } catch {
    return {
      failed: 'the health file of the backup is not readable as JSON',
      hint: 'remove it, and run the backup',
    };
  }
}

function parse(line: string): Record<string, unknown> | undefined {
  return line === '' ? undefined : (JSON.parse(line) as Record<string, unknown>);
}
