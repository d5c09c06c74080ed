import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { Answers } from '../../../src/modules/lib/answers.ts';
import {
  PACKAGE_SPEC,
  packagePattern,
  parsePackages,
  parseSpec,
  versionMatches,
} from '../../../src/modules/lib/dpkg.ts';

const STATUS = [
  'ii |cron|3.0pl1-162|cron-daemon',
  'hi |libc6:amd64|2.36-9+deb12u14|',
  'ii |libc6:i386|2.36-9+deb12u14|',
  'ii |mawk|1.3.4|awk, posix-awk (= 1)',
  'rc |ufw|0.36|',
  'iU |screen|4.9.0-4|',
  'iF |openssh-server|1:9.2|ssh-server',
  'iHR|broken|1|',
  'ii |g++|4:12.2|',
];

function read(lines: readonly string[], policy = ''): ReturnType<typeof parsePackages> {
  const stdout = [
    'arch=amd64',
    ...lines.map((line) => `package=${line}`),
    ...policy.split('\n').map((line) => `policy=${line}`),
  ].join('\n');
  return parsePackages(new Answers({ code: 0, stdout, stderr: '', bytes: Buffer.from(stdout) }));
}

describe('parsePackages', () => {
  test('tells what is there, what is left and what is in disorder', () => {
    const packages = read(STATUS);
    expect(packages.installed.get('cron')).toBe('3.0pl1-162');
    expect(packages.installed.get('libc6')).toBe('2.36-9+deb12u14');
    expect(packages.installed.get('libc6:i386')).toBe('2.36-9+deb12u14');
    expect(packages.installed.has('ufw')).toBe(false);
    expect([...packages.leftovers]).toEqual(['ufw']);
    expect(packages.unconfigured).toEqual(['screen', 'openssh-server']);
    expect(packages.halfInstalled).toEqual(['broken']);
    expect(packages.provided.get('posix-awk')).toBe('mawk');
  });

  test('reads candidates; one that is only virtual has none, an unknown one is not there', () => {
    const policy =
      'cron:\n  Installed: (none)\n  Candidate: 3.0pl1-162\n  Version table:\n     3.0pl1-162 500\nawk:\n  Installed: (none)\n  Candidate: (none)\n  Version table:';
    const { candidates } = read([], policy);
    expect([...candidates]).toEqual([
      ['cron', '3.0pl1-162'],
      ['awk', ''],
    ]);
  });
});

describe('packagePattern, with a real grep -E', () => {
  const grep = (names: readonly string[]): string[] => {
    const input = STATUS.join('\n');
    return execFileSync('grep', ['-E', packagePattern(names)], { input, encoding: 'utf8' })
      .trim()
      .split('\n');
  };

  test.each([
    [['cron'], ['cron']],
    [['libc6'], ['libc6:amd64', 'libc6:i386']],
    [['awk'], ['mawk']],
    [['posix-awk'], ['mawk']],
    [['ssh-server', 'g++'], ['g++']],
    [['g.x', 'cro', 'on'], []],
  ])('%j', (names, found) => {
    const disorder = ['screen', 'openssh-server', 'broken'];
    const lines = grep(names).map((line) => line.split('|')[1] ?? '');
    expect(lines.filter((name) => !disorder.includes(name))).toEqual(found);
    expect(lines).toEqual(expect.arrayContaining(disorder));
  });
});

test('specs', () => {
  expect(parseSpec('openvpn=2.6.*')).toEqual({ name: 'openvpn', version: '2.6.*' });
  expect(parseSpec('libc6:i386')).toEqual({ name: 'libc6:i386' });
  for (const bad of ['Open VPN', 'a;b', '-y', 'a=', '*', 'a=$(x)'])
    expect(PACKAGE_SPEC.test(bad)).toBe(false);
});

test.each([
  ['2.6.3-1+deb12u2', '2.6.*', true],
  ['2.6.3-1+deb12u2', '2.6.3-1+deb12u2', true],
  ['2x6.3', '2.6*', false],
  ['2.6.3-1', '2.6.3', false],
  ['1:2.6', '*2.6', true],
])('version %s matches %s: %s', (version, pattern, matches) => {
  expect(versionMatches(version, pattern)).toBe(matches);
});
