import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { cli, folder, homerun } from './program.ts';

const SITE = `- hosts: here
  vars_prompt:
    - {name: who, prompt: Who is it, private: false, default: nobody}
    - {name: word, confirm: true}
  vars: {greeting: "hello {{who}}"}
  tasks:
    - debug: {msg: "{{greeting}}"}
    - debug: {msg: "it is {{word}}"}
    - debug: {msg: to nobody}
      when: who == 'nobody'
- hosts: here
  vars_prompt: [{name: word, confirm: true}]
  tasks:
    - debug: {msg: "{{word}}"}
`;

/** Answers each question on a real terminal when it is there. */
async function typed(root: string, answers: readonly string[]): Promise<{ code: number; screen: string }> {
  const command = [process.execPath, cli, 'run', 'site.yaml', '-o', 'lines'].join(' ');
  const env = { ...process.env, HOME: root, XDG_STATE_HOME: root, NO_COLOR: '1' };
  const child = spawn('script', ['-qec', command, '/dev/null'], { cwd: root, env });
  let asked = 0;
  let screen = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    while ((screen.match(/(?:Who is it|of word)[^:\n]*: /g)?.length ?? 0) > asked) {
      child.stdin.write(`${answers[asked] ?? ''}\r`);
      asked++;
    }
  });
  const code = await new Promise<number>((done) => child.on('close', (status) => done(status ?? -1)));
  return { code, screen };
}

test('each is asked once, what is hidden is shown nowhere, and a slip is noticed', async () => {
  const root = folder({ 'site.yaml': SITE });
  const { code, screen } = await typed(root, ['Ann', 'sesame-1', 'sesame-2', 'sesame-1', 'sesame-1']);
  expect(code).toBe(0);
  expect(screen).toContain('Who is it [nobody]: ');
  expect(screen.match(/These differ/g)).toHaveLength(1);
  expect(screen).toContain('| hello Ann');
  expect(screen.match(/\| \*{8}/g)).toHaveLength(2);
  expect(screen).not.toContain('sesame');
  expect(screen).toContain("skipped | who == 'nobody'");
});

test('no answer is the default, and what the command line says is not asked and no less secret', async () => {
  const root = folder({ 'site.yaml': SITE });
  const { stdout } = await homerun(root, ['run', 'site.yaml', '-e', 'word=open']);
  expect(stdout).toMatch(/\| hello nobody[^]*\| \*{8}\n/);
  expect(stdout).not.toContain('it is open');
  expect(stdout).toContain('to nobody');
  expect(await homerun(root, ['run', 'site.yaml'])).toMatchObject({
    code: 2,
    stderr: 'error: there is no terminal to ask: Value of word\n  hint: give it with `-e word=VALUE`\n',
  });
});

test('mistakes are told before anybody is asked; check asks nobody', async () => {
  const root = folder({ 'site.yaml': SITE });
  expect(await homerun(root, ['check', 'site.yaml'])).toMatchObject({ code: 0, stderr: '' });
  expect(await homerun(root, ['run', 'site.yaml', '--list-tasks'])).toMatchObject({ code: 0, stderr: '' });
  const wrong = folder({ 'site.yaml': `${SITE}    - debug: {msg: "{{wrod}}"}\n` });
  const { stderr } = await homerun(wrong, ['run', 'site.yaml']);
  expect(stderr).toContain('`wrod` is not defined');
  expect(stderr).toContain('did you mean `word`?');
});
