import { describe, expect, test } from 'vitest';
import {
  normalizeValue,
  procPath,
  readKey,
  removeKey,
  setKey,
} from '../../../src/modules/lib/sysctl-file.ts';

test.each([
  ['net.ipv4.ip_forward', 'net/ipv4/ip_forward'],
  ['net.ipv4.conf.eth0/1.forwarding', 'net/ipv4/conf/eth0.1/forwarding'],
  ['net/ipv4/conf/eth0.1/forwarding', 'net/ipv4/conf/eth0.1/forwarding'],
  ['vm/swappiness', 'vm/swappiness'],
])('%s lives in %s', (key, path) => {
  expect(procPath(key)).toBe(path);
});

test('tabs of the kernel and blanks of people are the same', () => {
  expect(normalizeValue(' 4096\t131072  6291456\n')).toBe('4096 131072 6291456');
});

describe('files', () => {
  const FILE = `# Uncomment the next line
#net.ipv4.ip_forward=1
; old style
-net.ipv4.ip_forward = 0
net/ipv4/tcp_rmem=4096 131072\t6291456
kernel.core_pattern=|/usr/share/apport %p = %s`;

  test('the last line counts, in either notation and with a leading minus', () => {
    expect(readKey(FILE, 'net.ipv4.ip_forward')).toBe('0');
    expect(readKey(`${FILE}\nnet/ipv4/ip_forward=1\n`, 'net.ipv4.ip_forward')).toBe('1');
    expect(readKey(FILE, 'kernel.core_pattern')).toBe('|/usr/share/apport %p = %s');
    expect(readKey(FILE, 'vm.swappiness')).toBeUndefined();
  });

  test('sets in place, appends, and leaves an equal value as it is written', () => {
    expect(setKey(FILE, 'net.ipv4.ip_forward', '1')).toBe(
      `${FILE.replace('-net.ipv4.ip_forward = 0', 'net.ipv4.ip_forward = 1')}\n`,
    );
    expect(setKey(FILE, 'vm.swappiness', '10')).toBe(`${FILE}\nvm.swappiness = 10\n`);
    expect(setKey(FILE, 'net.ipv4.tcp_rmem', '4096 131072 6291456')).toBe(FILE);
  });

  test('removes every line of the key, but no remark', () => {
    expect(removeKey(`${FILE}\nnet/ipv4/ip_forward=1\n`, 'net.ipv4.ip_forward')).toBe(
      `${FILE.replace('-net.ipv4.ip_forward = 0\n', '')}\n`,
    );
    expect(removeKey(FILE, 'vm.swappiness')).toBe(FILE);
  });
});
