import { expect, test } from 'vitest';
import { setOwnName } from '../../../src/modules/lib/hosts-file.ts';

const DEBIAN = `127.0.0.1\tlocalhost
127.0.1.1\traspberrypi.lan raspberrypi pihole # set by installer

# The following lines are desirable for IPv6 capable hosts
::1     ip6-localhost ip6-loopback
`;

test.each([
  [
    'the old name gives way, an alias and a remark stay',
    DEBIAN,
    'pi',
    DEBIAN.replace('127.0.1.1\traspberrypi.lan raspberrypi pihole', '127.0.1.1\tpi pihole'),
  ],
  [
    'a name with a domain brings its short form',
    DEBIAN,
    'pi.home',
    DEBIAN.replace('raspberrypi.lan raspberrypi pihole', 'pi.home pi pihole'),
  ],
  ['a present name needs nothing', DEBIAN, 'pihole', DEBIAN],
  [
    'the line comes behind that of localhost',
    '127.0.0.1 localhost\n::1 localhost\n',
    'pi',
    '127.0.0.1 localhost\n127.0.1.1\tpi\n::1 localhost\n',
  ],
  ['a fixed address of the host serves as well', '192.168.2.1 pi\n', 'pi', '192.168.2.1 pi\n'],
  ['a switched-off line does not count', '#192.168.2.1 pi\n', 'pi', '127.0.1.1\tpi\n#192.168.2.1 pi\n'],
  ['a missing file', '', 'pi', '127.0.1.1\tpi\n'],
  [
    'no newline at the end',
    '127.0.0.1 localhost\n10.0.0.1 nas',
    'pi',
    '127.0.0.1 localhost\n127.0.1.1\tpi\n10.0.0.1 nas\n',
  ],
])('%s', (_title, hosts, name, wanted) => {
  expect(setOwnName(hosts, name, 'raspberrypi')).toBe(wanted);
  expect(setOwnName(wanted, name, 'raspberrypi')).toBe(wanted);
});
