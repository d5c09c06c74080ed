import { describe, expect, it } from 'vitest';
import { replaceInFile, transaction } from '../../../src/modules/lib/iptables-restore.ts';
import { parseSave } from '../../../src/modules/lib/iptables-save.ts';
import type { WantedTable } from '../../../src/modules/lib/iptables-set.ts';

const jump = '-m comment --comment "homerun HR" -j HR-POSTROUTING';
const wanted: readonly WantedTable[] = [
  {
    table: 'nat',
    chains: [
      {
        name: 'HR-POSTROUTING',
        hook: 'POSTROUTING',
        position: 'first',
        jump,
        rules: ['-o eth0 -j MASQUERADE'],
      },
    ],
  },
];

describe('replaceInFile', () => {
  it.each([
    [
      'a missing file',
      '',
      `*nat\n:HR-POSTROUTING - [0:0]\n-A POSTROUTING ${jump}\n-A HR-POSTROUTING -o eth0 -j MASQUERADE\nCOMMIT\n`,
    ],
    [
      'a file with counters, comments and a table of its own',
      '# mine\n*nat\n:POSTROUTING ACCEPT [5:6]\n[1:2] -A POSTROUTING -j SNAT --to-source 1.2.3.4\nCOMMIT\n# end\n',
      `# mine\n*nat\n:POSTROUTING ACCEPT [5:6]\n:HR-POSTROUTING - [0:0]\n-A POSTROUTING ${jump}\n[1:2] -A POSTROUTING -j SNAT --to-source 1.2.3.4\n-A HR-POSTROUTING -o eth0 -j MASQUERADE\nCOMMIT\n# end\n`,
    ],
    [
      'a file in which the last COMMIT was forgotten',
      '*nat\n-A POSTROUTING -j RETURN',
      `*nat\n:HR-POSTROUTING - [0:0]\n-A POSTROUTING ${jump}\n-A POSTROUTING -j RETURN\n-A HR-POSTROUTING -o eth0 -j MASQUERADE\nCOMMIT\n`,
    ],
    [
      'a file with the table in two parts and old lines of ours in both',
      '*nat\n:HR-OLD - [0:0]\n-A OUTPUT -j HR-OLD\nCOMMIT\n*nat\n-A POSTROUTING -j RETURN\n-A HR-OLD -j RETURN\nCOMMIT\n',
      `*nat\n:HR-POSTROUTING - [0:0]\n-A POSTROUTING ${jump}\n-A HR-POSTROUTING -o eth0 -j MASQUERADE\nCOMMIT\n*nat\n-A POSTROUTING -j RETURN\nCOMMIT\n`,
    ],
    [
      'a file that was cut off within a line of ours',
      '*nat\n-A POSTROUTING -j RETURN\n-A POSTROUTING -m comment --comment "homerun HR" -j HR',
      `*nat\n:HR-POSTROUTING - [0:0]\n-A POSTROUTING ${jump}\n-A POSTROUTING -j RETURN\n-A HR-POSTROUTING -o eth0 -j MASQUERADE\nCOMMIT\n`,
    ],
  ])('puts the set into %s, once', (_, before, after) => {
    expect(replaceInFile(before, wanted, 'HR')).toBe(after);
    expect(replaceInFile(after, wanted, 'HR')).toBe(after);
  });

  it('leaves nothing of the set, and no table that was there for it alone', () => {
    expect(replaceInFile(replaceInFile('', wanted, 'HR'), [], 'HR')).toBe('');
    const foreign = '*filter\n:INPUT DROP [0:0]\nCOMMIT\n*mangle\nCOMMIT\n';
    expect(replaceInFile(replaceInFile(foreign, wanted, 'HR'), [], 'HR')).toBe(foreign);
  });
});

describe('transaction', () => {
  it('names only tables that differ, and nothing of others in them', () => {
    const live = parseSave(`*nat
:POSTROUTING ACCEPT [0:0]
:HR-OLD - [0:0]
:HRX-CHAIN - [0:0]
-A POSTROUTING -j HR-OLD
-A POSTROUTING -j HRX-CHAIN
-A HR-OLD -j RETURN
COMMIT
*filter
-A FORWARD -j DROP
COMMIT
`);
    expect(transaction(live, wanted, 'HR')).toBe(`*nat
:HR-POSTROUTING - [0:0]
:HR-OLD - [0:0]
-D POSTROUTING -j HR-OLD
-I POSTROUTING 1 ${jump}
-A HR-POSTROUTING -o eth0 -j MASQUERADE
-X HR-OLD
COMMIT
`);
  });

  it('is empty where all is as wanted', () => {
    expect(transaction(parseSave(replaceInFile('', wanted, 'HR')), wanted, 'HR')).toBe('');
    expect(transaction(new Map(), [], 'HR')).toBe('');
  });
});
