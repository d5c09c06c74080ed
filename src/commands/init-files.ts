import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadInventory, rewriteYaml } from '../language/index.ts';
import { addressAt } from './init-network.ts';
import type { Answers } from './init-questions.ts';
import { UsageError } from './terminal.ts';

// The package carries its own house, and a new one is a copy of it: nothing is written twice.
const bundled = fileURLToPath(new URL('../../', import.meta.url));
const FOLDERS = ['playbooks', 'tasks', 'templates'];

/** Refuses a folder in which something of a house is already. */
export function checkFree(folder: string): void {
  const there = ['inventory.yaml', 'secrets.yaml', ...FOLDERS].filter((name) =>
    existsSync(join(folder, name)),
  );
  if (there.length === 0) return;
  throw new UsageError(
    `${folder} has ${there.join(', ')} already, and homerun init overwrites nothing`,
    'name another folder: homerun init my-house',
  );
}

/** Writes the house, after it was found to be without mistakes. Gives the names of what was written. */
export function writeHouse(folder: string, answers: Answers): readonly string[] {
  const draft = mkdtempSync(join(tmpdir(), 'homerun-init-'));
  try {
    const inventory = inventoryFor(answers);
    writeFileSync(join(draft, 'inventory.yaml'), inventory);
    for (const name of FOLDERS) cpSync(join(bundled, name), join(draft, name), { recursive: true });
    for (const guide of guidesIn(draft)) {
      mkdirSync(join(draft, 'docs'), { recursive: true });
      cpSync(join(bundled, 'docs', guide), join(draft, 'docs', guide));
    }
    if ('blog' in answers.services) {
      mkdirSync(join(draft, 'blog'));
      writeFileSync(join(draft, 'blog/index.html'), BLOG);
    }
    loadInventory(join(draft, 'inventory.yaml'));
    mkdirSync(folder, { recursive: true });
    cpSync(draft, folder, { recursive: true, errorOnExist: true, force: false });
    return readdirSync(draft).toSorted((left, right) => left.localeCompare(right));
  } finally {
    rmSync(draft, { recursive: true });
  }
}

/** The bundled inventory with the addresses and names of another house, and its comments. */
export function inventoryFor(answers: Answers): string {
  const source = readFileSync(join(bundled, 'inventory.yaml'), 'utf8');
  const addresses = new Map([
    ['192.168.1.0/24', answers.modem],
    ['192.168.1.1', answers.gateway],
    ['192.168.1.2', answers.pi],
    ['192.168.1.21', answers.nas],
    ['192.168.2.0/24', answers.inside],
    ...[1, 100, 200].map((place) => [`192.168.2.${place}`, addressAt(answers.inside, place)] as const),
    ['203.0.113.0/24', answers.serverRange],
    ['203.0.113.1', answers.serverGateway],
    ['203.0.113.10', answers.server],
  ]);
  return rewriteYaml(source, {
    text: (value) => addresses.get(value) ?? value,
    values: [
      { path: ['hosts', 'pi', 'user'], value: answers.piUser },
      { path: ['hosts', 'nas', 'user'], value: answers.nasUser },
      { path: ['hosts', 'vpn', 'user'], value: answers.serverUser },
      { path: ['vars', 'vpn'], value: answers.vpn },
      { path: ['vars', 'owner_name'], value: answers.owner },
      { path: ['vars', 'owner_keys'], value: answers.keys },
      { path: ['vars', 'time_zone'], value: answers.timeZone },
      { path: ['groups', 'routers', 'vars', 'kill_switch'], value: answers.killSwitch },
      { path: ['groups', 'routers', 'vars', 'forwards'], value: answers.forwards },
      ...(Object.keys(answers.services).length > 0
        ? [{ path: ['groups', 'service_hosts', 'vars', 'services'], value: servicesOf(answers) }]
        : []),
    ],
  });
}

/** What the bundled playbooks can run; they take it from the group `service_hosts`. */
export function knownServices(passwords: boolean): readonly string[] {
  if (!loadInventory(join(bundled, 'inventory.yaml')).groups.has('service_hosts')) return [];
  return passwords ? ['blog', 'jupyter'] : ['blog'];
}

function servicesOf({ services }: Answers): Readonly<Record<string, unknown>> {
  const more: Readonly<Record<string, object>> = {
    blog: { folder: 'blog' },
    jupyter: { password: '{{ jupyter_password }}' },
  };
  return Object.fromEntries(Object.entries(services).map(([name, port]) => [name, { port, ...more[name] }]));
}

const BLOG = `<!doctype html>
<html lang="en">
  <meta charset="utf-8" />
  <title>Blog</title>
  <h1>It works</h1>
  <p>Only those on the VPN can read this.</p>
</html>
`;

/** The guides that the files speak of. */
function guidesIn(folder: string): readonly string[] {
  const texts = readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
  const named = texts.flatMap((text) =>
    [...text.matchAll(/\bdocs\/(guide-[\w-]+\.md)/g)].map((found) => found[1] ?? ''),
  );
  return [...new Set(named)].filter((guide) => existsSync(join(bundled, 'docs', guide)));
}
