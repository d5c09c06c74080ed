import { mkdtempSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Inventory } from '../../src/model/inventory.ts';
import type { Module } from '../../src/model/module.ts';
import { isFailure } from '../../src/model/module.ts';
import { sh } from '../../src/model/script.ts';
import { dnsmasq } from '../../src/modules/dnsmasq.ts';
import { iptablesChains } from '../../src/modules/iptables_chains.ts';
import { netplan } from '../../src/modules/netplan.ts';
import { bootRehearsal, type Rehearsal } from '../../src/rehearsal/index.ts';
import { onHost } from './on-host.ts';
import { canRehearse } from './possible.ts';
import { applyTask, planTask } from '../rig.ts';

const inventory: Inventory = {
  path: 'inventory.yaml',
  groups: new Map(),
  networks: [
    { name: 'modem', range: '192.168.1.0/24', gateway: '192.168.1.1', settings: {} },
    { name: 'pi', range: '192.168.2.0/24', gateway: '192.168.2.1', settings: {} },
  ],
  hosts: [
    {
      name: 'pi',
      groups: [],
      connection: { transport: 'ssh', address: '192.168.1.2' },
      interfaces: [
        { name: 'eth0', network: 'modem', address: '192.168.1.2' },
        { name: 'eth1', network: 'pi', address: '192.168.2.1' },
      ],
      variables: {},
    },
  ],
};

const wired = {
  eth0: {
    addresses: ['192.168.1.2/24'],
    routes: [{ to: 'default', via: '192.168.1.1' }],
    nameservers: { addresses: ['192.168.1.1'] },
  },
  eth1: { addresses: ['192.168.2.1/24'] },
};

const lan = {
  interfaces: ['eth1'],
  dhcp_ranges: [
    { first: '192.168.2.100', last: '192.168.2.200', router: '192.168.2.1', dns: ['192.168.2.1'] },
  ],
  domain: 'home.lan',
  records: [{ name: 'nas.home.lan', address: '192.168.1.21' }],
};

const forward = {
  table: 'filter',
  hook: 'FORWARD',
  rules: ['-i eth1 -o eth0 -j ACCEPT', '-i eth1 -o tun0 -j ACCEPT'],
};

const nat = {
  table: 'nat',
  hook: 'POSTROUTING',
  rules: [
    '-d 192.168.1.0/24 -o eth0 -j MASQUERADE',
    '-d 192.168.2.0/24 -o eth1 -j MASQUERADE',
    '-s 192.168.2.0/24 -o tun0 -j MASQUERADE',
  ],
};

describe.skipIf(!(await canRehearse('the modules of the network')))(
  'the modules of the network, on a real host',
  () => {
    let rehearsal: Rehearsal;

    beforeAll(async () => {
      rehearsal = await bootRehearsal(inventory, {
        log: () => undefined,
        directory: mkdtempSync('/run/homerun-test-network-'),
      });
    });
    afterAll(async () => rehearsal?.down());

    const { execute, must } = onHost(() => rehearsal, 'pi');
    const done = async <Params, State>(
      module: Module<Params, State>,
      params: unknown,
    ): Promise<readonly string[]> => {
      const { changes, failure } = await applyTask({ module, params, execute });
      if (failure) throw new Error(failure.failed);
      return changes.map(({ summary }) => summary);
    };
    const planned = async <Params, State>(
      module: Module<Params, State>,
      params: unknown,
    ): Promise<readonly string[]> => {
      const plan = await planTask({ module, params, execute });
      return isFailure(plan) ? [plan.failed, plan.hint ?? ''] : plan.map(({ summary }) => summary);
    };

    describe('netplan', () => {
      const asked = { config: { ethernets: wired } };

      it('gives the interfaces their addresses, and then has nothing to do', async () => {
        expect(await must('ip -br addr show eth1')).not.toContain('192.168.2.1/24');
        expect(await done(netplan, asked)).toEqual(['create /etc/netplan/60-homerun.yaml']);
        expect(await must('ip -br addr show eth1')).toContain('192.168.2.1/24');
        expect(
          await must(
            'stat -c "%a %U" /etc/netplan/60-homerun.yaml; ls -A /etc/netplan; ls /run/homerun-netplan 2>&1 || true',
          ),
        ).toBe(
          "600 root\n50-cloud-init.yaml\n60-homerun.yaml\nls: cannot access '/run/homerun-netplan': No such file or directory\n",
        );
      });

      it('notices an address that was taken away, a file that was opened, and one that was never applied', async () => {
        await must('ip addr del 192.168.2.1/24 dev eth1');
        expect(await done(netplan, asked)).toEqual(['apply the netplan files']);
        expect(await must('ip -br addr show eth1')).toContain('192.168.2.1/24');
        await must('chmod 644 /etc/netplan/60-homerun.yaml');
        expect(await done(netplan, asked)).toEqual(['make /etc/netplan/60-homerun.yaml private']);
        const more = {
          config: { ethernets: { ...wired, eth1: { addresses: ['192.168.2.1/24', '192.168.2.9/24'] } } },
        };
        expect(await done(netplan, { ...more, apply: false })).toEqual([
          'write /etc/netplan/60-homerun.yaml',
        ]);
        expect(await must('ip -br addr show eth1')).not.toContain('192.168.2.9/24');
        expect(await done(netplan, more)).toEqual(['apply the netplan files']);
        expect(await must('ip -br addr show eth1')).toContain('192.168.2.9/24');
        expect(await done(netplan, asked)).toEqual(['write /etc/netplan/60-homerun.yaml']);
        expect(await must('ip -br addr show eth1')).not.toContain('192.168.2.9/24');
      });

      it('says that it needs root', async () => {
        const plan = await planTask({
          module: netplan,
          params: asked,
          execute: (script) => execute(sh`setpriv --reuid=65534 --clear-groups sh -c ${script.text}`),
        });
        expect(isFailure(plan) && plan).toEqual({
          failed: 'cannot look at the files of netplan: cat: /etc/netplan/60-homerun.yaml: Permission denied',
          hint: 'it needs root: say `become: true`',
        });
      });

      it('refuses what netplan refuses, with the place, and leaves all as it was', async () => {
        const before = await must('cat /etc/netplan/*; ip -br addr');
        const { failure } = await applyTask({
          module: netplan,
          params: { content: 'network:\n  ethernets:\n    eth1:\n      adresses: [192.168.2.1/24]\n' },
          execute,
        });
        expect(failure?.failed).toContain('netplan refuses the new configuration; nothing was changed');
        expect(failure?.failed).toContain(
          "/etc/netplan/60-homerun.yaml:4:7: Error in network definition: unknown key 'adresses'",
        );
        expect(await must('cat /etc/netplan/*; ip -br addr')).toBe(before);
      });

      it('puts the old files back where the addresses do not come', async () => {
        const before = await must('cat /etc/netplan/*; ip -br -4 addr');
        const { failure } = await applyTask({
          module: netplan,
          params: {
            config: { ethernets: { ...wired, eth7: { addresses: ['192.168.7.1/24'] } } },
            timeout: 3,
          },
          execute,
        });
        expect(failure?.failed).toMatch(
          /did not come up, so the old one was put back[^]*there is no interface eth7 after 3 s/,
        );
        expect(await must('cat /etc/netplan/*; ip -br -4 addr')).toBe(before);
        expect(await planned(netplan, asked)).toEqual([]);
      });

      it('is applied to its end although the session is gone', async () => {
        const other = {
          config: { ethernets: { ...wired, eth1: { addresses: ['192.168.2.1/24', '192.168.2.8/24'] } } },
        };
        const plan = await planTask({ module: netplan, params: other, execute });
        const action = isFailure(plan) ? undefined : plan.at(-1)?.actions[0];
        const script = action?.kind === 'run' ? action.script.text : '';
        // The waiting shell is ended as soon as the work has been handed over.
        await rehearsal.exec('pi', `(${script.replaceAll('while [ ! -e', 'exit 0; while [ ! -e')})`);
        await must(
          'for i in $(seq 100); do ip -br addr show eth1 | grep -q 192.168.2.8/24 && exit; sleep 0.2; done; exit 1',
        );
        await must(
          'for i in $(seq 100); do [ -e /run/homerun-netplan/code ] && exit; sleep 0.2; done; exit 1',
        );
        expect(await planned(netplan, other)).toEqual([]);
        await done(netplan, asked);
      });

      it('is alone with `exclusive`, and keeps cloud-init from coming back', async () => {
        await must('mkdir -p /etc/cloud');
        const alone = { template: 'netplan.yaml.hbs', exclusive: true };
        const inputs = {
          template: {
            kind: 'files' as const,
            source: 'templates/netplan.yaml.hbs',
            isFolder: false,
            files: [
              {
                path: 'netplan.yaml.hbs',
                mode: '0644',
                bytes: Buffer.from(
                  `network:\n  version: 2\n  ethernets:\n    eth0:\n      addresses: [192.168.1.2/24]\n      routes: [{to: default, via: 192.168.1.1}]\n    eth1: {addresses: [192.168.2.1/24]}\n`,
                ),
              },
            ],
          },
        };
        const { changes, failure } = await applyTask({ module: netplan, params: alone, inputs, execute });
        expect(failure).toBeUndefined();
        expect(changes.map(({ summary }) => summary)).toEqual([
          'write /etc/netplan/60-homerun.yaml',
          'remove /etc/netplan/50-cloud-init.yaml',
          'write /etc/cloud/cloud.cfg.d/99-disable-network-config.cfg',
        ]);
        expect(await must('ls /etc/netplan; cat /etc/cloud/cloud.cfg.d/*')).toBe(
          '60-homerun.yaml\nnetwork: {config: disabled}\n',
        );
        expect(await must('ip route show default')).toContain('192.168.1.1');
      });
    });

    describe('dnsmasq', () => {
      it('says what to install', async () => {
        expect(await planned(dnsmasq, lan)).toEqual([
          'dnsmasq is not installed on this host',
          'install the package dnsmasq first (module apt)',
        ]);
        await must(
          'apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install dnsmasq iptables cron </dev/null',
        );
      });

      it('leases addresses and answers names to a real client', async () => {
        expect(await done(dnsmasq, lan)).toEqual(['create /etc/dnsmasq.d/homerun.conf and restart dnsmasq']);
        const laptop = await rehearsal.client('laptop', 'pi');
        const lease = await laptop.exec(
          'dhclient -1 -v eth0 && ip -4 -br addr show eth0 && ip route show default && cat /etc/resolv.conf',
        );
        expect(lease.stdout).toMatch(/192\.168\.2\.(1\d\d|200)\/24/);
        expect(lease.stdout).toContain('default via 192.168.2.1');
        expect(lease.stdout).toContain('nameserver 192.168.2.1');
        expect((await laptop.exec('busybox nslookup nas.home.lan 192.168.2.1')).stdout).toContain(
          '192.168.1.21',
        );
        await laptop.down();
      });

      it('refuses a range that no interface has, and a file that dnsmasq refuses', async () => {
        const [failed] = await planned(dnsmasq, {
          ...lan,
          dhcp_ranges: [{ first: '192.168.3.100', last: '192.168.3.200' }],
        });
        expect(failed).toBe(
          'the range 192.168.3.100 to 192.168.3.200 lies in no subnet of eth1: 192.168.2.1/24',
        );
        // Not there yet, so nothing can be said against it.
        expect(await planned(dnsmasq, { ...lan, interfaces: ['eth9'] })).toEqual([
          'write /etc/dnsmasq.d/homerun.conf and restart dnsmasq',
        ]);
        const before = await must('cat /etc/dnsmasq.d/*; systemctl show -p MainPID dnsmasq');
        const { failure } = await applyTask({
          module: dnsmasq,
          params: { ...lan, extra: ['dhcp-rnage=1'] },
          execute,
        });
        expect(failure?.failed).toContain('dnsmasq refuses the new configuration; nothing was changed');
        expect(failure?.failed).toMatch(/bad option at line \d+ of \/etc\/dnsmasq\.d\/homerun\.conf/);
        expect(await must('cat /etc/dnsmasq.d/*; systemctl show -p MainPID dnsmasq')).toBe(before);
      });

      it('puts the old file back where dnsmasq does not start with the new one', async () => {
        const before = await must('cat /etc/dnsmasq.d/homerun.conf');
        const { failure } = await applyTask({
          module: dnsmasq,
          params: { ...lan, leasefile: '/nowhere/leases' },
          execute,
        });
        expect(failure?.failed).toMatch(
          /cannot open or create lease file \/nowhere\/leases[^]*runs with that/,
        );
        expect(await must('cat /etc/dnsmasq.d/homerun.conf; systemctl is-active dnsmasq')).toBe(
          `${before}active\n`,
        );
        expect(await planned(dnsmasq, lan)).toEqual([]);
      });

      it('starts what was stopped, and enables what was disabled', async () => {
        await must('systemctl disable --now --quiet dnsmasq');
        expect(await done(dnsmasq, lan)).toEqual(['start dnsmasq', 'start dnsmasq at boot']);
      });
    });

    describe('iptables_chains', () => {
      it('wants the package that loads the rules at boot', async () => {
        expect(await planned(iptablesChains, { chains: [nat] })).toEqual([
          'nothing on this host loads /etc/iptables/rules.v4 at boot',
          expect.stringContaining('iptables-persistent'),
        ]);
        await must(
          'DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install iptables-persistent netfilter-persistent </dev/null',
        );
        expect(await done(iptablesChains, { chains: [nat, forward] })).toHaveLength(2);
      });

      it('lets a device behind the host through, by its rules alone', async () => {
        await must(
          'sysctl -qw net.ipv4.ip_forward=1; printf "net.ipv4.ip_forward=1\\n" >/etc/sysctl.d/90-test.conf',
        );
        const laptop = await rehearsal.client('laptop', 'pi', { address: '192.168.2.50' });
        const tv = await rehearsal.client('tv', 'modem', { address: '192.168.1.30' });
        expect((await laptop.exec('ping -c 1 -W 5 192.168.1.30')).code).toBe(0);
        await done(iptablesChains, { chains: [nat, { ...forward, rules: ['-i eth1 -j DROP'] }] });
        expect((await laptop.exec('ping -c 1 -W 1 192.168.1.30')).code).not.toBe(0);
        await done(iptablesChains, { chains: [nat, forward] });
        expect((await laptop.exec('ping -c 1 -W 5 192.168.1.30')).code).toBe(0);
        await tv.down();
        await laptop.down();
      });
    });

    it('holds after a reboot: the rules of tun0 too, and there is nothing to do', async () => {
      const rules = await must('iptables-save | grep -e ^-A -e "^[*]"');
      await rehearsal.reboot('pi');
      expect(await must('iptables-save | grep -e ^-A -e "^[*]"')).toBe(rules);
      expect(rules).toContain('-A HOMERUN-POSTROUTING -s 192.168.2.0/24 -o tun0 -j MASQUERADE');
      expect(await planned(iptablesChains, { chains: [nat, forward] })).toEqual([]);
      expect(await planned(dnsmasq, lan)).toEqual([]);
      expect(await must('ip -br addr show eth1')).toContain('192.168.2.1/24');
      const laptop = await rehearsal.client('laptop', 'pi');
      expect((await laptop.exec('dhclient -1 eth0 && ip -4 -br addr show eth0')).stdout).toContain(
        '192.168.2.1',
      );
      await laptop.down();
    });

    it('takes all of it away again', async () => {
      await done(iptablesChains, { state: 'absent' });
      expect(await must('iptables-save | grep -c HOMERUN || true; cat /etc/iptables/rules.v4')).toBe('0\n');
      expect(await done(dnsmasq, { state: 'absent' })).toEqual(['remove /etc/dnsmasq.d/homerun.conf']);
      // Without the file the host would have no address at all, so another one stands in for it.
      await must(
        "printf 'network:\\n  ethernets:\\n    eth0: {addresses: [192.168.1.2/24]}\\n' >/etc/netplan/10-own.yaml; chmod 600 /etc/netplan/10-own.yaml",
      );
      expect(await done(netplan, { state: 'absent' })).toEqual(['remove /etc/netplan/60-homerun.yaml']);
      expect(await must('ip -br addr show eth1')).not.toContain('192.168.2.1/24');
    });
  },
);
