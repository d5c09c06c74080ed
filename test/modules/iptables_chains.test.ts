import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { iptablesChains } from '../../src/modules/iptables_chains.ts';
import { parseSave } from '../../src/modules/lib/iptables-save.ts';
import { commentOf, savedWords } from '../../src/modules/lib/iptables-words.ts';
import { Namespace } from './namespace.ts';

const nat = {
  table: 'nat',
  hook: 'POSTROUTING',
  rules: [
    '-d 192.168.1.0/24 -o eth0 -j MASQUERADE',
    '-d 192.168.2.0/24 -o eth1 -j MASQUERADE',
    '-s 192.168.2.0/24 -o tun0 -j MASQUERADE',
  ],
};

/** As a program that knows nothing of us would have left it. */
const foreign = `*filter
:DOCKER - [0:0]
-A FORWARD -j DOCKER
-A DOCKER -i docker0 -j ACCEPT
COMMIT
*nat
-A POSTROUTING -s 172.17.0.0/16 -j MASQUERADE
COMMIT
`;

describe.skipIf(process.getuid?.() !== 0)('iptables_chains, in a network namespace', () => {
  let host: Namespace;
  beforeEach(() => {
    host = new Namespace();
    writeFileSync(join(host.bin, 'netfilter-persistent'), '', { mode: 0o755 });
  });
  afterEach(() => host.remove());

  const save = (): string => rules(host.must('iptables-save'));
  const file = (): string => rules(host.must('cat /etc/iptables/rules.v4'));
  const reload = (): string =>
    rules(host.must('unshare -n sh -c "iptables-restore </etc/iptables/rules.v4 && iptables-save"'));

  it('adds rules in the order asked, running and on disk, and then has nothing to do', () => {
    expect(host.apply(iptablesChains, { chains: [nat] })).toEqual([
      'set the chains HOMERUN-*',
      'create /etc/iptables/rules.v4',
    ]);
    const expected = `*nat
-A POSTROUTING -m comment --comment "homerun HOMERUN" -j HOMERUN-POSTROUTING
-A HOMERUN-POSTROUTING -d 192.168.1.0/24 -o eth0 -j MASQUERADE
-A HOMERUN-POSTROUTING -d 192.168.2.0/24 -o eth1 -j MASQUERADE
-A HOMERUN-POSTROUTING -s 192.168.2.0/24 -o tun0 -j MASQUERADE`;
    expect(save()).toBe(expected);
    expect(file()).toBe(expected);
    expect(reload()).toBe(expected);
    expect(host.must('stat -c %a:%U /etc/iptables/rules.v4')).toBe('640:root\n');
    expect(host.plan(iptablesChains, { chains: [nat] })).toEqual([]);
  });

  it('takes a block of text for a list of rules', () => {
    const rules = '\n# the tunnel\n-i eth1 -o tun0 -j ACCEPT\n\n  -i eth1 -j DROP\n';
    const asked = iptablesChains.params.parse({ chains: [{ table: 'filter', hook: 'FORWARD', rules }] });
    expect(asked.chains[0]?.rules).toEqual(['-i eth1 -o tun0 -j ACCEPT', '-i eth1 -j DROP']);
  });

  it('knows a rule again in whatever spelling', () => {
    const rulesIn = (spelling: readonly unknown[]): unknown => ({
      chains: [{ table: 'filter', hook: 'FORWARD', rules: spelling }],
    });
    host.apply(
      iptablesChains,
      rulesIn([
        '-p tcp --dport ftp -s 10.1.2.3 -j ACCEPT',
        '-m state --state NEW -m comment --comment \'it is "new"\' -j ACCEPT',
        '-s 10.0.0.9/8 -p 17 --sport 1000:2000 -j REJECT',
        '--protocol icmp --icmp-type echo-request -m limit --limit 180/hour -j DROP',
        '-s 10.0.0.1,10.0.0.2 -m mark --mark 1 -j RETURN',
      ]),
    );
    const inOtherWords = rulesIn([
      { protocol: 'tcp', destination_port: 21, source: '10.1.2.3/32', jump: 'ACCEPT' },
      '-m state --state NEW -m comment --comment "it is \\"new\\"" -j ACCEPT',
      '-p udp -m udp --sport 1000:2000 -s 10.0.0.0/8 -j REJECT --reject-with icmp-port-unreachable',
      { protocol: 'icmp', icmp_type: '8', limit: '3/min', jump: 'DROP' },
      '-s 10.0.0.1 -m mark --mark 0x1 -j RETURN',
      '-s 10.0.0.2 -m mark --mark 0x1 -j RETURN',
    ]);
    expect(host.plan(iptablesChains, inOtherWords)).toEqual([]);
  });

  it('has nothing to do after any rule in Ansible’s words', () => {
    const pick = (...values: string[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
    const asked = fc.record({
      protocol: fc.constantFrom('tcp', 'udp', '6'),
      source: pick('10.0.0.7', '10.0.0.7/8', '!192.168.2.0/24', '0.0.0.0/0'),
      destination: pick('192.168.1.21', '! 10.8.0.0/255.255.255.0'),
      in_interface: pick('eth0', '!tun0', 'eth+'),
      source_port: pick('21', '1024:65535', '!ssh'),
      destination_port: pick('ftp', '80:90'),
      ctstate: fc.option(fc.shuffledSubarray(['NEW', 'RELATED', 'ESTABLISHED'], { minLength: 1 }), {
        nil: undefined,
      }),
      limit: pick('3/min', '180/hour', '10/second'),
      comment: fc.option(
        fc.string({ minLength: 1, maxLength: 40, unit: fc.constantFrom(...Array.from(`ab -'"\\!|#;:$\`*`)) }),
        { nil: undefined },
      ),
      jump: fc.constantFrom('ACCEPT', 'DROP', 'REJECT', 'RETURN'),
    });
    fc.assert(
      fc.property(fc.array(asked, { minLength: 1, maxLength: 6 }), (list) => {
        const params = { persist: false, chains: [{ table: 'filter', hook: 'FORWARD', rules: list }] };
        host.apply(iptablesChains, params);
        expect(host.plan(iptablesChains, params)).toEqual([]);
        const comments = parseSave(host.must('iptables-save'))
          .get('filter')
          ?.rules.filter(({ chain }) => chain === 'HOMERUN-FORWARD')
          .map(({ text }) => commentOf(savedWords(text)));
        expect(comments).toEqual(list.map(({ comment }) => comment));
      }),
      { numRuns: 25 },
    );
  });

  it('leaves the rules of others alone, and may jump to their chains', () => {
    host.must(`iptables-restore --noflush <<'END'\n${foreign}END`);
    host.must(
      `mkdir -p /etc/iptables; printf '# kept\\n${foreign.replaceAll('\n', '\\n')}' >/etc/iptables/rules.v4; chmod 600 /etc/iptables/rules.v4`,
    );
    const asked = {
      chains: [nat, { table: 'filter', hook: 'FORWARD', position: 'last', rules: ['-i eth1 -j DOCKER'] }],
    };
    host.apply(iptablesChains, asked);
    const expected = `*filter
-A FORWARD -j DOCKER
-A FORWARD -m comment --comment "homerun HOMERUN" -j HOMERUN-FORWARD
-A DOCKER -i docker0 -j ACCEPT
-A HOMERUN-FORWARD -i eth1 -j DOCKER
*nat
-A POSTROUTING -m comment --comment "homerun HOMERUN" -j HOMERUN-POSTROUTING
-A POSTROUTING -s 172.17.0.0/16 -j MASQUERADE
-A HOMERUN-POSTROUTING -d 192.168.1.0/24 -o eth0 -j MASQUERADE
-A HOMERUN-POSTROUTING -d 192.168.2.0/24 -o eth1 -j MASQUERADE
-A HOMERUN-POSTROUTING -s 192.168.2.0/24 -o tun0 -j MASQUERADE`;
    expect(save()).toBe(expected);
    expect(reload()).toBe(expected);
    expect(host.must('head -n 1 /etc/iptables/rules.v4; stat -c %a /etc/iptables/rules.v4')).toBe(
      '# kept\n600\n',
    );
    expect(host.plan(iptablesChains, asked)).toEqual([]);

    expect(host.apply(iptablesChains, { state: 'absent' })).toEqual([
      'remove the chains HOMERUN-*',
      'write the chains HOMERUN-* in /etc/iptables/rules.v4',
    ]);
    expect(save()).toBe(rules(foreign));
    expect(host.must('cat /etc/iptables/rules.v4')).toBe(`# kept\n${foreign}`);
    expect(host.plan(iptablesChains, { state: 'absent' })).toEqual([]);
  });

  it.each([
    ['a rule was added', 'iptables -t nat -A HOMERUN-POSTROUTING -j ACCEPT'],
    ['a rule was removed', 'iptables -t nat -D HOMERUN-POSTROUTING 2'],
    [
      'the order was changed',
      'iptables -t nat -D HOMERUN-POSTROUTING 1; iptables -t nat -A HOMERUN-POSTROUTING -d 192.168.1.0/24 -o eth0 -j MASQUERADE',
    ],
    ['the jump is gone', 'iptables -t nat -F POSTROUTING'],
    ['the jump is there twice', 'iptables -t nat -A POSTROUTING -j HOMERUN-POSTROUTING'],
    ['the jump comes second', 'iptables -t nat -I POSTROUTING -j RETURN; true'],
    ['another chain jumps in', 'iptables -t nat -N OTHER; iptables -t nat -A OTHER -j HOMERUN-POSTROUTING'],
    [
      'a chain was added',
      'iptables -t nat -N HOMERUN-OLD; iptables -t nat -A HOMERUN-POSTROUTING -j HOMERUN-OLD',
    ],
    ['a chain was added in another table', 'iptables -N HOMERUN-OLD; iptables -I INPUT -j HOMERUN-OLD'],
    ['all tables were flushed', 'iptables -t nat -F; iptables -t nat -X'],
  ])('puts right what was changed by hand: %s', (_, damage) => {
    host.apply(iptablesChains, { chains: [nat] });
    const whole = save();
    host.must(damage);
    expect(save()).not.toBe(whole);
    expect(host.apply(iptablesChains, { chains: [nat] })).toEqual(['set the chains HOMERUN-*']);
    expect(save().replace('\n-A POSTROUTING -j RETURN', '').replace('*filter\n', '')).toBe(whole);
    expect(host.plan(iptablesChains, { chains: [nat] })).toEqual([]);
  });

  it('puts the saved file right where that alone has drifted', () => {
    host.apply(iptablesChains, { chains: [nat] });
    // The owner's loss: the rule came back with another interface.
    host.must('sed -i s/tun0/eth0/ /etc/iptables/rules.v4');
    const [change, ...rest] = host.plan(iptablesChains, { chains: [nat] });
    expect(rest).toEqual([]);
    expect(change?.summary).toBe('write the chains HOMERUN-* in /etc/iptables/rules.v4');
    host.apply(iptablesChains, { chains: [nat] });
    expect(file()).toBe(save());
    // The same rules in the words of netfilter-persistent are the same rules.
    host.must('iptables-save >/etc/iptables/rules.v4');
    expect(host.plan(iptablesChains, { chains: [nat] })).toEqual([]);
  });

  it('takes away a rule, a chain and a table that are no longer listed, and follows a new order', () => {
    const forward = { table: 'filter', hook: 'FORWARD', rules: ['-i eth1 -j ACCEPT', '-i tun0 -j DROP'] };
    host.apply(iptablesChains, { chains: [nat, forward, { ...forward, hook: 'INPUT' }] });
    const less = { chains: [{ ...forward, rules: forward.rules.toReversed() }] };
    expect(host.apply(iptablesChains, less)).toHaveLength(2);
    expect(file()).toBe(`*filter
-A FORWARD -m comment --comment "homerun HOMERUN" -j HOMERUN-FORWARD
-A HOMERUN-FORWARD -i tun0 -j DROP
-A HOMERUN-FORWARD -i eth1 -j ACCEPT`);
    expect(host.must('iptables-save | grep -c HOMERUN')).toBe('4\n');
    expect(save().replace('*nat', '').trim()).toBe(file());
  });

  it('lets two sets share the first place, in peace', () => {
    host.apply(iptablesChains, { name: 'ONE', chains: [nat] });
    host.apply(iptablesChains, { name: 'TWO', chains: [nat] });
    expect(host.plan(iptablesChains, { name: 'ONE', chains: [nat] })).toEqual([]);
    expect(host.plan(iptablesChains, { name: 'TWO', chains: [nat] })).toEqual([]);
    host.apply(iptablesChains, { name: 'ONE', state: 'absent' });
    expect(save()).not.toContain('ONE');
    expect(reload()).toBe(save());
    expect(host.plan(iptablesChains, { name: 'TWO', chains: [nat] })).toEqual([]);
  });

  it('removes what an earlier run left in the tables of the other kind', () => {
    host.must(`iptables-legacy-restore <<'END'
*nat
:HOMERUN-POSTROUTING - [0:0]
-A POSTROUTING -j HOMERUN-POSTROUTING
-A POSTROUTING -s 10.0.0.0/8 -j MASQUERADE
COMMIT
END`);
    expect(host.apply(iptablesChains, { chains: [nat], persist: false })).toEqual([
      'remove the chains HOMERUN-* from the tables of iptables-legacy',
      'set the chains HOMERUN-*',
    ]);
    expect(rules(host.must('iptables-legacy-save'))).toBe('*nat\n-A POSTROUTING -s 10.0.0.0/8 -j MASQUERADE');
    expect(host.plan(iptablesChains, { chains: [nat], persist: false })).toEqual([]);
  });

  it('does the same with the legacy tools', () => {
    host.must(
      'for tool in iptables iptables-save iptables-restore; do ln -s "$(command -v iptables-legacy)" "$0/$tool"; done'.replaceAll(
        '$0',
        host.bin,
      ),
    );
    expect(host.must('iptables --version')).toContain('legacy');
    const asked = {
      chains: [nat, { table: 'filter', hook: 'FORWARD', rules: ['-p tcp --dport 21 -j ACCEPT'] }],
    };
    host.apply(iptablesChains, asked);
    // The legacy tools print tables in the order in which they came to life.
    expect(save().split('\n').sort()).toEqual(reload().split('\n').sort());
    expect(host.plan(iptablesChains, asked)).toEqual([]);
    host.must('iptables -t nat -A HOMERUN-POSTROUTING -j ACCEPT');
    expect(host.apply(iptablesChains, { chains: [nat] })).toHaveLength(2);
    expect(host.must('iptables-save')).not.toContain('HOMERUN-FORWARD');
    host.apply(iptablesChains, { state: 'absent' });
    expect(host.must('iptables-save')).not.toContain('HOMERUN');
  });

  it('does the same for IPv6', () => {
    const asked = {
      ipv6: true,
      chains: [{ table: 'filter', hook: 'INPUT', rules: ['-s fd00::1 -p tcp --dport 22 -j ACCEPT'] }],
    };
    host.apply(iptablesChains, asked);
    expect(host.must('cat /etc/iptables/rules.v6')).toContain('-s fd00::1/128 -p tcp -m tcp --dport 22');
    expect(host.plan(iptablesChains, asked)).toEqual([]);
  });

  it('names the rule that iptables does not take, and changes nothing', () => {
    const bad = { ...nat, rules: [...nat.rules, '-p tcp --dport 99999 -j ACCEPT'] };
    expect(() => host.plan(iptablesChains, { chains: [bad] })).toThrow(
      /^iptables refuses the rule `-p tcp --dport 99999 -j ACCEPT`: .*99999/,
    );
    expect(save()).toBe('');
  });

  it('says what to install', () => {
    host.must(`rm ${host.bin}/netfilter-persistent`);
    expect(() => host.plan(iptablesChains, { chains: [nat] })).toThrow(
      'iptables-persistent and netfilter-persistent',
    );
    expect(host.plan(iptablesChains, { chains: [nat], persist: false })).toHaveLength(1);
  });
});

describe('parameters of iptables_chains', () => {
  const problem = (asked: object): string =>
    JSON.stringify(iptablesChains.params.safeParse(asked).error?.issues);
  const withRule = (one: unknown): object => ({ chains: [{ table: 'filter', hook: 'INPUT', rules: [one] }] });

  it.each([
    [withRule('ACCEPT all'), 'a rule begins with an option'],
    [withRule('-A INPUT -j DROP'), '`-A` does not belong in a rule'],
    [withRule('-m comment --comment "x'), 'a quote is left open'],
    [withRule('-j ACCEPT\nCOMMIT'), 'a rule is one line'],
    [withRule({ jump: 'ACCEPT', comment: 'a\nCOMMIT' }), 'a rule is one line'],
    [withRule({ jump: 'ACCEPT', destination_port: 21 }), 'a rule about ports needs `protocol: tcp`'],
    [
      { chains: [{ table: 'filter', hook: 'POSTROUTING' }] },
      'the table filter has no chain POSTROUTING, only INPUT, FORWARD, OUTPUT',
    ],
    [{ chains: [{ table: 'filter', hook: 'INPUT', chain: 'MINE' }] }, 'must be called HOMERUN-SOMETHING'],
    [
      {
        chains: [
          { table: 'raw', hook: 'OUTPUT' },
          { table: 'raw', hook: 'OUTPUT' },
        ],
      },
      'is there twice',
    ],
    [{ name: 'HOME-RUN', state: 'absent' }, 'such as HOMERUN'],
    [{}, 'or `state: absent`'],
  ])('are refused before any host is asked: %o', (asked, message) => {
    expect(problem(asked)).toContain(message);
  });
});

/** What matters of a saved text: tables and rules. */
function rules(saved: string): string {
  const lines = saved.split('\n').filter((line) => /^[*-]/.test(line));
  // A table that holds nothing says nothing.
  return lines
    .filter((line, index) => !line.startsWith('*') || lines[index + 1]?.startsWith('-') === true)
    .join('\n');
}
