import { randomBytes } from 'node:crypto';
import type { Become } from '../model/playbook.ts';
import { quote } from '../model/script.ts';
import type { Secret } from '../model/secret.ts';
import {
  describeEnd,
  type Channel,
  type ChannelEnd,
  type ChannelListener,
  type OpenChannel,
} from './channel.ts';
import { TransportError } from './transport.ts';

/** How the long-lived shell of one user is started. */
export interface Launch {
  /** For the login shell of the connection's user, whichever that is: simple words and single quotes only. */
  readonly command: string;
  readonly host: string;
  /** `root on pi`, for messages. */
  readonly whose: string;
  readonly become: Become | undefined;
  /** Set where a password may be asked for: nothing may be written before `ready` has come on stdout. */
  readonly dialogue?: { readonly prompt: string; readonly ready: string; readonly password: Secret };
}

/** `shell` is the command of the shell itself, `sh` everywhere but in tests. */
export function launchShell(host: string, become: Become | undefined, shell = 'sh'): Launch {
  // The shell gets a parent of its own, or `kill $PPID` in a script would take the connection with it.
  if (!become) return { command: `exec sh -c ${quote(`${shell}; exit $?`)}`, host, whose: host, become };
  const { user, method, password } = become;
  const whose = `${user} on ${host}`;
  if (user === '' || user.startsWith('-') || /[\n\0]/.test(user))
    throw new TransportError('become', `\`${user}\` cannot be the name of a user`);
  if (method === 'doas')
    return { command: `exec env LC_ALL=C doas -n -u ${quote(user)} ${shell}`, host, whose, become };
  if (method === 'su') return { command: suCommand(user, shell), host, whose, become };
  if (!password)
    return { command: `exec env LC_ALL=C sudo -n -H -u ${quote(user)} -- ${shell}`, host, whose, become };
  if (/[\n\0]/.test(password.reveal()))
    throw new TransportError('become', `the become password of ${whose} has more than one line`);
  const prompt = `prompt-${randomBytes(12).toString('hex')}:`;
  const ready = `ready-${randomBytes(12).toString('hex')}`;
  const start = quote(`echo ${ready}; exec ${shell}`);
  const command = `exec env LC_ALL=C sudo -S -p ${prompt} -H -u ${quote(user)} -- sh -c ${start}`;
  return { command, host, whose, become, dialogue: { prompt, ready, password } };
}

/**
 * Starts a shell behind a password: writes it when, and only when, its own prompt comes on stderr, and hands
 * the channel over once the shell says that it is there.
 */
export async function converse(
  launch: Launch,
  dialogue: NonNullable<Launch['dialogue']>,
  open: OpenChannel,
  next: ChannelListener,
  limit: number,
): Promise<Channel> {
  const heard = { stdout: '', stderr: '' };
  let isReady = false;
  let channel: Channel | undefined;
  let settle: (result: TransportError | undefined) => void = () => {};
  const outcome = new Promise<TransportError | undefined>((resolve) => (settle = resolve));
  let prompts = 0;
  const answerPrompt = (): void => {
    const seen = heard.stderr.split(dialogue.prompt).length - 1;
    if (seen > 1) settle(explainStart(launch, heard.stderr, 'asked-again'));
    else if (seen > prompts && channel) {
      prompts = seen;
      channel.write(`${dialogue.password.reveal()}\n`);
    }
  };
  channel = await open(launch.command, {
    stdout(chunk) {
      if (isReady) return next.stdout(chunk);
      heard.stdout += chunk.toString('latin1');
      isReady = heard.stdout.includes(`${dialogue.ready}\n`);
      if (isReady) settle(undefined);
    },
    stderr(chunk) {
      if (isReady) return next.stderr(chunk);
      heard.stderr += chunk.toString();
      answerPrompt();
    },
    end(end) {
      if (isReady) return next.end(end);
      settle(
        end.lost === undefined
          ? explainStart(launch, heard.stderr, end)
          : new TransportError('lost', `connection to ${launch.host} lost: ${end.lost}`),
      );
    },
  });
  // The prompt may have come before the channel was ours to write to.
  answerPrompt();
  const timer = setTimeout(() => settle(explainStart(launch, heard.stderr, 'silent')), limit * 1000);
  const error = await outcome;
  clearTimeout(timer);
  if (!error) return channel;
  channel.close();
  throw error;
}

/** Says why a shell ended, or never answered, before it was there. `said` is what came on stderr until then. */
export function explainStart(
  launch: Launch,
  said: string,
  end: ChannelEnd | 'silent' | 'asked-again',
): TransportError {
  const text = launch.dialogue ? said.replaceAll(launch.dialogue.prompt, '') : said;
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const last = lines.at(-1) ?? (typeof end === 'string' ? 'no answer' : describeEnd(end));
  return launch.become
    ? explainBecome(launch, launch.become, text, last, end)
    : explainLogin(launch, text, last);
}

// su reads a password from the stdin that carries our scripts, so it is only ever started where it asks for none.
function suCommand(user: string, shell: string): string {
  const start = `su -s /bin/sh ${quote(user)} -c ${quote(`exec ${shell}`)}`;
  const guard = `if [ "$(id -u)" -ne 0 ]; then echo "su: a password is required" >&2; exit 1; fi; exec ${start}`;
  return `exec env LC_ALL=C sh -c ${quote(guard)}`;
}

function explainBecome(
  launch: Launch,
  become: Become,
  text: string,
  last: string,
  end: ChannelEnd | 'silent' | 'asked-again',
): TransportError {
  const { method, user } = become;
  const { host } = launch;
  const fail = (message: string, hint?: string): TransportError =>
    new TransportError('become', message, hint === undefined ? {} : { hint });
  if (end === 'asked-again' || (become.password && /try again|incorrect password/i.test(text)))
    return fail(
      `${method} on ${host} refused the become password`,
      'check --ask-become-pass or `become.password`',
    );
  if (new RegExp(`${method}['\`]?: .*(not found|No such file)`).test(text))
    return fail(
      `${method} is not installed on ${host}`,
      `install it there, log in as ${user}, or choose another \`become_method\``,
    );
  if (/must have a tty/.test(text))
    return fail(
      `sudo on ${host} wants a terminal (requiretty)`,
      'take `requiretty` out of its sudoers, e.g. by `Defaults !requiretty`',
    );
  if (/not in the sudoers|not allowed to|may not run sudo|Operation not permitted/i.test(text))
    return fail(
      `the login user may not become ${user} by ${method} on ${host}`,
      `allow it in ${method === 'doas' ? 'doas.conf' : 'sudoers'}, or log in as ${user}`,
    );
  if (/password is required|read the password|Authentication required|no password was provided/i.test(text))
    return fail(
      `${method} on ${host} asks for a password`,
      method === 'sudo'
        ? 'set become password: --ask-become-pass or `become.password`'
        : `${method} can only be used where it asks for none; use \`become_method: sudo\``,
    );
  if (/unknown user|no passwd entry|invalid user|does not exist|unknown id/i.test(text))
    return fail(`there is no user ${user} on ${host}`);
  return fail(`cannot become ${user} on ${host} by ${method}: ${last}`);
}

function explainLogin(launch: Launch, text: string, last: string): TransportError {
  const expired = /password.*(expired|must be changed|required)|change your password/i.test(text);
  const closed = /account is (?:currently )?not available/i.test(text);
  const hint = closed
    ? 'its login shell lets nobody in: take another user, or give it one by `usermod --shell /bin/sh`'
    : 'the login user needs a POSIX `sh`';
  return new TransportError('setup', `no shell on ${launch.whose}: ${last}`, {
    hint: expired ? 'log in once by hand with `ssh` and set a new password' : hint,
  });
}
