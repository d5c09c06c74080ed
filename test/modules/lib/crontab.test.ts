import { describe, expect, test } from 'vitest';
import {
  fieldError,
  removeJob,
  removeVariable,
  setJob,
  setVariable,
} from '../../../src/modules/lib/crontab.ts';

const JOB = { name: 'start vpn', line: '@reboot /usr/local/bin/vpn --log "50% done"' };

/** What people really have: notes, tabs, commented jobs, no newline at the end. */
const OWN = [
  '# Edit this file to introduce tasks to be run by cron.',
  '#',
  '# m h  dom mon dow   command',
  'MAILTO=""',
  '',
  '*/5\t* * * *\t\techo "a # b" | sed s/a/b/  ',
  '#0 3 * * 1 /root/off.sh',
  '@reboot   /usr/local/bin/vpn --log "50% done"',
].join('\n');

describe('setJob', () => {
  test('writes marker and job into an empty text', () => {
    expect(setJob('', JOB)).toBe(`#homerun: start vpn\n${JOB.line}\n`);
  });

  test('adopts the same job without marker, and leaves every other byte', () => {
    const result = setJob(OWN, JOB);
    expect(result).toBe(`${OWN.replace('@reboot', '#homerun: start vpn\n@reboot')}\n`);
    expect(setJob(result, JOB)).toBe(result);
  });

  test('appends to a last line without newline', () => {
    expect(setJob('0 1 * * * a', { name: 'b', line: '0 2 * * * b' })).toBe(
      '0 1 * * * a\n#homerun: b\n0 2 * * * b\n',
    );
  });

  test('replaces what stands under its own or Ansible’s marker', () => {
    for (const marker of ['#homerun: b', '#Ansible: b'])
      expect(
        setJob(`x=1\n${marker}\n0 2 * * * old\n0 3 * * * other\n`, { name: 'b', line: '5 2 * * * new' }),
      ).toBe(`x=1\n${marker}\n5 2 * * * new\n0 3 * * * other\n`);
  });

  test('leaves one job of a name', () => {
    const line = '0 2 * * * b';
    const copies = `#Ansible: b\n${line}\n# mine\n#homerun: b\n0 3 * * * old\n#homerun: b\n${OWN}\n`;
    expect(setJob(copies, { name: 'b', line })).toBe(`#Ansible: b\n${line}\n# mine\n${OWN}\n`);
    expect(setJob(`#homerun: b\n${line}`, { name: 'b', line })).toBe(`#homerun: b\n${line}`);
  });

  test('counts a job as the same whatever white space stands between its fields', () => {
    const text = '#homerun: b\n0  2\t* * *   run  it\n';
    expect(setJob(text, { name: 'b', line: '0 2 * * * run  it' })).toBe(text);
    expect(setJob(text, { name: 'b', line: '0 2 * * * run it' })).not.toBe(text);
  });

  test('does not eat a remark or another marker when its own job was deleted by hand', () => {
    expect(setJob('#homerun: b\n# keep this remark\n', { name: 'b', line: '0 2 * * * b' })).toBe(
      '#homerun: b\n0 2 * * * b\n# keep this remark\n',
    );
    expect(setJob('#homerun: b\n#homerun: c\n0 1 * * * c\n', { name: 'b', line: '0 2 * * * b' })).toBe(
      '#homerun: b\n0 2 * * * b\n#homerun: c\n0 1 * * * c\n',
    );
  });

  test('does not adopt a job that belongs to another name', () => {
    const text = '#homerun: other\n0 2 * * * b\n';
    expect(setJob(text, { name: 'b', line: '0 2 * * * b' })).toBe(`${text}#homerun: b\n0 2 * * * b\n`);
  });

  test('switches off and on', () => {
    const on = '#homerun: b\n0 2 * * * b\n';
    const off = setJob(on, { name: 'b', line: '0 2 * * * b', disabled: true });
    expect(off).toBe('#homerun: b\n#0 2 * * * b\n');
    expect(setJob(off, { name: 'b', line: '0 2 * * * b', disabled: true })).toBe(off);
    expect(setJob(off, { name: 'b', line: '0 2 * * * b' })).toBe(on);
  });

  test('does not take a name for another that begins the same', () => {
    const text = '#homerun: backup nas\n0 2 * * * b\n';
    expect(setJob(text, { name: 'backup', line: '0 3 * * * c' })).toBe(
      `${text}#homerun: backup\n0 3 * * * c\n`,
    );
  });

  test('understands the lines of cron.d with their user', () => {
    const text = 'SHELL=/bin/sh\n17 *\t* * *\troot\tcd / && run-parts --report /etc/cron.hourly\n';
    const line = '17 * * * * root cd / && run-parts --report /etc/cron.hourly';
    expect(setJob(text, { name: 'hourly', line })).toContain('#homerun: hourly\n');
  });
});

describe('removeJob', () => {
  test('takes out marker and job and nothing else', () => {
    expect(removeJob(setJob(`${OWN}\n`, { name: 'b', line: '1 1 * * * b' }), 'b')).toBe(`${OWN}\n`);
  });

  test('takes out every job of that name', () => {
    expect(removeJob('#homerun: b\n1 1 * * * b\nx=1\n#Ansible: b\n2 2 * * * b\n', 'b')).toBe('x=1\n');
  });

  test('leaves the text alone where there is no such marker, without newline at the end too', () => {
    expect(removeJob(OWN, 'b')).toBe(OWN);
  });

  test('takes out a lonely marker but not the remark below it', () => {
    expect(removeJob('#homerun: b\n# mine, keep\n', 'b')).toBe('# mine, keep\n');
  });
});

describe('variables', () => {
  test('a new one comes first, a present one keeps its place', () => {
    expect(setVariable('0 1 * * * a\n', 'PATH', '/usr/bin')).toBe('PATH="/usr/bin"\n0 1 * * * a\n');
    expect(setVariable('A=1\nPATH = /bin\n', 'PATH', '/usr/bin')).toBe('A=1\nPATH="/usr/bin"\n');
  });

  test.each(['MAILTO=a@b', 'MAILTO = "a@b"', "MAILTO='a@b'", ' "MAILTO"=a@b '])('%s is as asked', (line) => {
    expect(setVariable(`${line}\n`, 'MAILTO', 'a@b')).toBe(`${line}\n`);
  });

  test('is not found inside a job or a remark', () => {
    const text = '#A=1\n0 1 * * * A=2 run\n';
    expect(removeVariable(text, 'A')).toBe(text);
    expect(removeVariable(`${text}A=3\n`, 'A')).toBe(text);
  });
});

describe('fieldError', () => {
  test.each([
    ['minute', '*/5'],
    ['minute', '0-30/10,45'],
    ['minute', '0~30'],
    ['hour', '23'],
    ['month', 'jan-mar,DEC'],
    ['weekday', '7'],
    ['weekday', 'mon-fri'],
  ] as const)('%s %s is fine', (field, value) => {
    expect(fieldError(field, value)).toBeUndefined();
  });

  test.each([
    ['minute', '60'],
    ['minute', '*/0'],
    ['minute', '5/2'],
    ['minute', '1,,2'],
    ['hour', '24'],
    ['hour', '5-3'],
    ['day', '0'],
    ['month', '13'],
    ['month', 'mon'],
    ['weekday', '8'],
    ['weekday', '* *'],
    ['minute', ''],
  ] as const)('%s %s is refused', (field, value) => {
    expect(fieldError(field, value)).toContain(`is not a ${field} of cron`);
  });
});
