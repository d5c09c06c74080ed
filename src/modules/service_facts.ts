import { z } from 'zod';
import { type Output, ask, defineModule } from '../model/module.ts';
import { raw } from '../model/script.ts';
import type { Value } from '../model/value.ts';
import { linesOf } from './lib/text.ts';

const params = z.strictObject({});

interface State {
  readonly systemd: boolean;
  readonly lines: readonly string[];
}

/** `service_facts`: the services of the host, and how they are. */
export const serviceFacts = defineModule<z.output<typeof params>, State>({
  name: 'service_facts',
  summary: 'Lists the services of a host with systemd',
  description:
    'Changes nothing. In a condition: `listed.services["cron.service"].state == "running"`. Ansible’s fact `services` is the registered result here.',
  params,
  examples: [{ title: 'What runs', yaml: 'service_facts: {}\nregister: listed', needs: 'systemd' }],
  returns: {
    services:
      'by name with suffix: `name`, `state` (`running`, `stopped`, `failed`, `inactive`), `status` (`enabled`, `disabled`, `static`, `not-found` …), `source`',
  },
  probe: () => ask(raw(SCRIPT), readAnswer),
  plan: ({ systemd }) =>
    systemd ? [] : { failed: 'the host has no systemd', hint: 'ask about one service with `command`' },
  result: ({ lines }) => ({ services: servicesOf(lines) }),
});

const SCRIPT = `[ -d /run/systemd/system ] || exit 3
export LC_ALL=C
systemctl list-unit-files --no-legend --no-pager --full --type=service | sed 's/^/file /'
systemctl list-units --no-legend --no-pager --full --plain --type=service --all | sed 's/^/unit /'`;

function readAnswer({ code, stdout, stderr }: Output): State {
  if (code !== 0 && code !== 3) throw new Error(`systemctl does not answer: ${stderr.trim()}`);
  return { systemd: code === 0, lines: linesOf(stdout) };
}

function servicesOf(lines: readonly string[]): Record<string, Value> {
  const services = new Map<string, Record<string, Value>>();
  for (const line of lines) {
    const [kind, name = '', second = '', third = '', fourth = ''] = line.split(/\s+/);
    if (kind === 'file') {
      services.set(name, { name, state: 'inactive', status: second, source: 'systemd' });
      continue;
    }
    const status = services.get(name)?.['status'] ?? (second === 'not-found' ? second : 'unknown');
    services.set(name, { name, state: stateOf(third, fourth), status, source: 'systemd' });
  }
  return Object.fromEntries(services);
}

function stateOf(active: string, sub: string): string {
  if (active === 'failed') return 'failed';
  return sub === 'running' ? 'running' : 'stopped';
}
