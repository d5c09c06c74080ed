import { expect, test } from 'vitest';
import { decodeField, dropEntry, findEntry, putEntry } from '../../../src/modules/lib/fstab.ts';

const TABLE = `# static\n/dev/sda1  /  ext4  errors=remount-ro  0 1\n\nUUID=1 none swap sw 0 0\n/dev/sdb1\t/mnt/a\\040b/ ext4 defaults\n`;
const entry = { src: '/dev/sdc1', path: '/mnt/a b', fstype: 'xfs', opts: 'noatime', dump: '0', passno: '2' };

test('finds an entry by its path, and swap by its source', () => {
  expect(findEntry(TABLE, '/mnt/a b')).toMatchObject({ src: '/dev/sdb1', opts: 'defaults', passno: '0' });
  expect(findEntry(TABLE, 'none', 'UUID=1')).toMatchObject({ fstype: 'swap' });
  expect(findEntry(TABLE, 'none', 'UUID=2')).toBeUndefined();
});

test('replaces one line, and no other byte', () => {
  const edited = TABLE.replace(/^.*sdb1.*$/m, '/dev/sdc1 /mnt/a\\040b xfs noatime 0 2');
  expect(putEntry(TABLE, entry)).toBe(edited);
  expect(putEntry(edited, entry)).toBe(edited);
});

test('an entry that means the same stays as it is written', () => {
  const same = {
    src: '/dev/sda1',
    path: '/',
    fstype: 'ext4',
    opts: 'errors=remount-ro',
    dump: '0',
    passno: '1',
  };
  expect(putEntry(TABLE, same)).toBe(TABLE);
});

test('adds at the end, and takes out', () => {
  const added = putEntry('# no newline at the end', { ...entry, path: '/x' });
  expect(added).toBe('# no newline at the end\n/dev/sdc1 /x xfs noatime 0 2\n');
  expect(dropEntry(added, '/x')).toBe('# no newline at the end\n');
  expect(dropEntry(TABLE, '/none')).toBe(TABLE);
  expect(dropEntry(TABLE, 'swap', 'UUID=1')).not.toContain('UUID=1');
});

test('reads what the kernel escapes', () => {
  expect(decodeField('/a\\040b\\011\\134c')).toBe('/a b\t\\c');
});
