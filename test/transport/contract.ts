import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Output } from '../../src/model/module.ts';
import { raw, sh } from '../../src/model/script.ts';
import { Secret } from '../../src/model/secret.ts';
import { TransportError, type Request, type Session, type Transport } from '../../src/transport/transport.ts';

/** What every transport promises, whatever shell is at its end. `start` gives a transport of its own. */
export function describeTransport(name: string, start: () => Promise<Transport>): void {
  describe('transport: ' + name, () => {
    let transport: Transport;
    let session: Session;

    beforeAll(async () => {
      transport = await start();
      session = await transport.session();
    });
    afterAll(() => transport.close());

    const ask = async (text: string, more: Partial<Request> = {}): Promise<Output> => {
      const [reply] = await session.run([{ script: raw(text), ...more }]);
      if (!reply) throw new Error('the request was skipped');
      return reply;
    };
    const alive = async (): Promise<void> => {
      expect(await ask('echo alive')).toMatchObject({ code: 0, stdout: 'alive\n', stderr: '' });
    };

    it('gives exit code, stdout and stderr apart', async () => {
      expect(await ask('echo out; echo err >&2; exit 3')).toEqual({
        code: 3,
        stdout: 'out\n',
        stderr: 'err\n',
        bytes: Buffer.from('out\n'),
        at: expect.any(Number),
      });
    });

    it.each([
      ['a syntax error', 'if then fi ((', 2],
      ['an unterminated quote', "echo 'never closed", 2],
      ['an unfinished compound', 'while true; do', 2],
      ['exit', 'exit 7', 7],
      ['set -e', 'set -e; false; echo no', 1],
      ['a missing command', 'no-such-command-here', 127],
      ['exec', 'exec true', 0],
      ['a failed exec', 'exec /no/such/file', 127],
      ['a reader of stdin', 'cat; read -r line', 1],
      ['closed streams', 'exec >&- 2>&- <&-', 0],
      ['its own death', 'sh -c \'kill -9 "$$"\'', 137],
      ['a script that begins like an option', '-n', 127],
      ['an empty script', '', 0],
      ['a comment without newline', '# nothing', 0],
      ['a here-document without its end', 'cat <<END\ntext', 0],
    ])('survives %s', async (_name, text, code) => {
      // bash reports syntax errors as 1 in an `eval`, dash and busybox as 2.
      expect([code, code === 2 ? 1 : code]).toContain((await ask(text)).code);
      await alive();
    });

    it('carries binary output, NUL included', async () => {
      const reply = await ask("printf '\\000\\377\\036\\n\\001'");
      expect(reply.bytes).toEqual(Buffer.from([0, 0xff, 0x1e, 0x0a, 1]));
    });

    it('hands what a script prints to whoever receives it, piece by piece, and keeps none of it', async () => {
      const received: Uint8Array[] = [];
      const receive = (bytes: Uint8Array): void => void received.push(bytes);
      const replies = await session.run([
        { script: raw("printf '\\000one'"), receive },
        { script: raw('printf lost; echo why >&2; exit 3'), receive },
        { script: raw('printf two'), receive },
      ]);
      expect(Buffer.concat(received).toString()).toBe('\0onetwo');
      expect(replies.map((reply) => [reply?.code, reply?.stdout, reply?.stderr])).toEqual([
        [0, '', ''],
        [3, '', 'why\n'],
        [0, '', ''],
      ]);
    });

    it('keeps output without a final newline, and empty output, as it is', async () => {
      expect((await ask("printf 'no newline'")).stdout).toBe('no newline');
      expect((await ask(':')).stdout).toBe('');
    });

    it('does not split characters of several bytes', async () => {
      const text = 'é€😀'.repeat(20_000);
      expect((await ask(`printf %s '${text}'`)).stdout).toBe(text);
    });

    it('takes 3 MB on both streams', async () => {
      const reply = await ask(
        'head -c 3000000 /dev/zero | tr "\\000" x; head -c 3000000 /dev/zero | tr "\\000" y >&2',
      );
      expect(reply.bytes.length).toBe(3_000_000);
      expect(reply.stderr).toBe('y'.repeat(3_000_000));
    });

    it('takes a script of 500 KB, in a batch that answers while it is still being written', async () => {
      const text = 'abcdefghi\n'.repeat(50_000);
      const requests = [raw('head -c 400000 /dev/zero'), sh`printf %s ${text}`, raw('echo end')];
      const replies = await session.run(requests.map((script) => ({ script })));
      expect(replies.map((reply) => reply?.bytes.length)).toEqual([400_000, 500_000, 4]);
      expect(replies[1]?.stdout).toBe(text);
    });

    it('is not fooled by output that looks like a marker', async () => {
      const fake = `printf '\\036%s 0 0\\n' 0123456789abcdef0123456789abcdef`;
      const reply = await ask(`${fake}; ${fake} >&2; exit 4`);
      const shown = '\x1e0123456789abcdef0123456789abcdef 0 0\n';
      expect(reply).toMatchObject({ code: 4, stdout: shown, stderr: shown });
    });

    it('does not show its marker to a script that prints all variables', async () => {
      const shown = (await ask('set')).stdout;
      expect(shown).toContain('HOME=');
      expect(shown).not.toMatch(/[0-9a-f]{32}/);
    });

    it('starts every request afresh', async () => {
      await ask(
        'variable=leaked; export variable; f() { echo leaked; }; umask 077; trap "echo leaked" EXIT; alias echo="printf leaked"; set -e -u -f; cd /; PATH=/nowhere; IFS=x',
      );
      const reply = await ask('echo "${variable-unset}"; umask; f 2>/dev/null; pwd; trap; echo "a b" | cat');
      const home = await ask('echo "$HOME"');
      expect(reply.stdout).toBe(`unset\n0022\n${home.stdout}a b\n`);
      expect(reply.stderr).toBe('');
    });

    it('sets PATH, locale and an end of stdin', async () => {
      const reply = await ask('echo "$PATH"; echo "$LC_ALL"; cat');
      expect(reply.stdout).toMatch(/:\/usr\/local\/sbin:\/usr\/sbin:\/sbin\nC\.UTF-8\n$/);
    });

    it('exports an environment to its own request only, secrets included', async () => {
      const value = 'it\'s "$HOME" `x` \\ \n é';
      const environment = { PLAIN: value, HIDDEN: new Secret('s3cr3t') };
      const [first, second] = await session.run([
        { script: raw('sh -c \'printf %s "$PLAIN|$HIDDEN"\''), environment },
        { script: raw('printf %s "${PLAIN-}${HIDDEN-}"') },
      ]);
      expect(first?.stdout).toBe(`${value}|s3cr3t`);
      expect(second?.stdout).toBe('');
    });

    it('refuses an environment name that would be code', async () => {
      const attempt = session.run([{ script: raw(':'), environment: { 'A; echo x': 'y' } }]);
      await expect(attempt).rejects.toMatchObject({ kind: 'setup' });
      await alive();
    });

    it('keeps script text out of every process list', async () => {
      const reply = await ask('s=very-private-word; cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\000" "\\n"');
      expect(reply.stdout).toContain('sh');
      expect(reply.stdout).not.toContain('very-private-word');
    });

    it('breaks a chain at its first failure, and runs what is not in it', async () => {
      const chained = (text: string, okCodes?: readonly number[] | 'any'): Request => ({
        script: raw(text),
        chained: okCodes === undefined ? {} : { okCodes },
      });
      const replies = await session.run([
        chained('exit 0'),
        chained('exit 2', [0, 2]),
        chained('exit 9', 'any'),
        { script: raw('exit 5') },
        chained('echo still; exit 1'),
        chained('echo never'),
        { script: raw('echo probe') },
        chained('echo never', 'any'),
      ]);
      expect(replies.map((reply) => reply?.code)).toEqual([0, 2, 9, 5, 1, undefined, 0, undefined]);
      expect(replies[6]?.stdout).toBe('probe\n');
      const [next] = await session.run([chained('echo anew')]);
      expect(next?.stdout).toBe('anew\n');
    });

    it('counts one exchange for each run, however many requests it has', async () => {
      const before = session.exchanges;
      await session.run(Array.from({ length: 40 }, () => ({ script: raw('echo x') })));
      await session.run([]);
      await session.run([{ script: raw(':') }]);
      expect(session.exchanges - before).toBe(2);
    });

    it('takes runs that are asked for at the same time one after the other', async () => {
      const replies = await Promise.all(['a', 'b', 'c'].map((word) => ask(`echo ${word}`)));
      expect(replies.map((reply) => reply.stdout)).toEqual(['a\n', 'b\n', 'c\n']);
    });

    it.each(['kill -9 $$', 'kill -9 $PPID', 'kill $$'])('opens another shell after %s', async (text) => {
      const replies = await failure(
        session.run([{ script: raw('echo first') }, { script: raw(`${text}; sleep 30`) }]),
      );
      expect(replies.kind).toBe('shell-ended');
      expect(replies.message).toMatch(/^the shell of .* ended before the script did \((SIG|exit code)/);
      expect(replies.replies.map((reply) => reply?.stdout)).toEqual(['first\n']);
      await alive();
    });

    it('ends a script that takes too long, with all its processes, and goes on with another shell', async () => {
      const mark = `31${Math.floor(Math.random() * 1e6)}`;
      const script = `trap '' TERM HUP; (sleep ${mark} & sleep ${mark}) & sh -c 'sleep ${mark}; :'`;
      const error = await failure(
        session.run([
          { script: raw('echo quick'), timeout: 60 },
          { script: raw(script), timeout: 1 },
          { script: raw('echo never') },
        ]),
      );
      expect(error).toMatchObject({ kind: 'timeout' });
      expect(error.message).toMatch(/^the script ran longer than 1 s on \S+ and was ended$/);
      expect(error.replies.map((reply) => reply?.stdout)).toEqual(['quick\n']);
      expect((await ask(running(mark))).stdout).toBe('');
    });

    it('counts the time of a request from its turn', async () => {
      const replies = await session.run([
        { script: raw('sleep 1.2') },
        { script: raw('sleep 0.6'), timeout: 1 },
        { script: raw('sleep 0.6'), timeout: 1 },
      ]);
      expect(replies.map((reply) => reply?.code)).toEqual([0, 0, 0]);
    });

    it('ends a script when it is interrupted', async () => {
      const mark = `32${Math.floor(Math.random() * 1e6)}`;
      const interruption = new AbortController();
      const attempt = session.run([{ script: raw('echo one') }, { script: raw(`sleep ${mark}`) }], {
        signal: interruption.signal,
      });
      setTimeout(() => interruption.abort(), 300);
      expect(await failure(attempt)).toMatchObject({ kind: 'aborted' });
      expect((await ask(running(mark))).stdout).toBe('');
    });

    it('writes nothing when it is interrupted beforehand', async () => {
      const before = session.exchanges;
      const error = await failure(session.run([{ script: raw(':') }], { signal: AbortSignal.abort() }));
      expect(error.kind).toBe('aborted');
      expect(session.exchanges).toBe(before);
      await alive();
    });

    it('leaves what a script put into the background alone', async () => {
      const mark = `33${Math.floor(Math.random() * 1e6)}`;
      await ask(`sleep ${mark} >/dev/null 2>&1 & echo $!`);
      const found = await ask(running(mark));
      expect(found.stdout).toMatch(/^\d+\n$/);
      await ask(`kill ${found.stdout.trim()}`);
    });

    it('does not wait for what a script left in the background with its streams open', async () => {
      const mark = `34${Math.floor(Math.random() * 1e6)}`;
      expect(await ask(`sleep ${mark} & echo started`, { timeout: 30 })).toMatchObject({
        code: 0,
        stdout: 'started\n',
      });
      await alive();
      const found = await ask(running(mark));
      expect(found.stdout).toMatch(/^\d+\n$/);
      await ask(`kill ${found.stdout.trim()}`);
    });

    it('ends a script that prints without end, before it fills the memory', async () => {
      const error = await failure(
        session.run([{ script: raw('echo first') }, { script: raw('cat /dev/zero') }]),
      );
      expect(error.kind).toBe('overflow');
      expect(error.message).toMatch(/^the script printed more than 256 MB on \S+ and was ended$/);
      expect(error.replies.map((reply) => reply?.stdout)).toEqual(['first\n']);
      await alive();
    });

    it('gives the same session for the same user', async () => {
      expect(await transport.session()).toBe(session);
    });

    it('closes while a script runs, and says so', async () => {
      const other = await start();
      const busy = await other.session();
      await busy.run([{ script: raw(':') }]);
      const attempt = failure(busy.run([{ script: raw('sleep 5') }]));
      await new Promise((resolve) => setTimeout(resolve, 100));
      await other.close();
      expect((await attempt).kind).toBe('aborted');
    });
  });
}

/** Waits for an attempt to fail, and gives its error. */
export async function failure(attempt: Promise<unknown>): Promise<TransportError> {
  try {
    await attempt;
  } catch (error) {
    if (error instanceof TransportError) return error;
    throw error;
  }
  throw new Error('it should have failed');
}

/** Process numbers of the `sleep` in question, one in a line; zombies do not count. */
function running(mark: string): string {
  return `ps -A -o pid=,stat=,args= | awk '$2 !~ /^Z/ && $3 == "sleep" && $4 == "${mark}" { print $1 }'`;
}
