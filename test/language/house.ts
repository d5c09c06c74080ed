import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadInventory, loadPlaybook, type LoadOptions } from '../../src/language/index.ts';
import { DiagnosticError } from '../../src/model/diagnostic.ts';
import type { Host } from '../../src/model/inventory.ts';
import type { Revealed, SecretSource } from '../../src/model/secret-source.ts';
import type { Play, Playbook, Prepared, RuntimeValue, WorkItem } from '../../src/model/playbook.ts';
import { modules } from './modules.ts';
import { temporaryFolder } from '../temporary.ts';

export const INVENTORY = `networks:
  modem: {range: 192.168.1.0/24, gateway: 192.168.1.1}
  pi: {range: 192.168.2.0/24, gateway: 192.168.2.1, dhcp: {first: 192.168.2.100}}
vars: {color: red, level: all}
groups:
  routers: {hosts: [pi], vars: {level: routers}}
  house: {children: [routers], hosts: [nas], vars: {level: house, shared: house}}
hosts:
  pi:
    address: 192.168.1.2
    interfaces:
      eth0: {network: modem, address: 192.168.1.2}
      eth1: {network: pi, address: 192.168.2.1}
    vars: {only_pi: 1}
  nas:
    interfaces:
      eth0: {network: modem, address: 192.168.1.21}
    vars: {color: blue}
  vpn: {}
`;

/** A folder with these files, gone when the tests have ended. */
export function folder(files: Readonly<Record<string, string>>): string {
  const root = temporaryFolder('language');
  for (const [path, text] of Object.entries({ 'inventory.yaml': INVENTORY, ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

export type Options = Partial<LoadOptions> & { readonly files?: Readonly<Record<string, string>> };

/** Loads `playbooks/site.yaml` of a folder with these files. */
export function load(playbook: string, { files = {}, ...options }: Options = {}): Playbook {
  const root = folder({ 'playbooks/site.yaml': playbook, ...files });
  const inventory = loadInventory(join(root, 'inventory.yaml'));
  return loadPlaybook(join(root, 'playbooks/site.yaml'), { inventory, modules, ...options });
}

/** An environment, and no other secrets than those given. */
export function secretsOf(
  environment: Readonly<Record<string, string>> = {},
  more: Partial<SecretSource> = {},
): SecretSource {
  const none = (): Revealed => ({ kind: 'failed', failed: 'there is no key', hint: 'make one' });
  return {
    age: none,
    vault: none,
    command: none,
    loaded: () => undefined,
    environment: (name) =>
      environment[name] === undefined
        ? {
            kind: 'failed',
            failed: `the environment variable ${name} is not set`,
            hint: `set it for this run: ${name}=… homerun …`,
          }
        : { kind: 'known', text: environment[name] },
    ...more,
  };
}

/** The mistakes of a playbook as they are printed, paths relative to its folder. */
export function mistakes(playbook: string, { files = {}, ...options }: Options = {}): string {
  const root = folder({ 'playbooks/site.yaml': playbook, ...files });
  return printed(root, () => {
    const inventory = loadInventory(join(root, 'inventory.yaml'));
    return loadPlaybook(join(root, 'playbooks/site.yaml'), { inventory, modules, ...options });
  });
}

/** The mistakes of an inventory. */
export function inventoryMistakes(inventory: string): string {
  const root = folder({ 'inventory.yaml': inventory });
  return printed(root, () => loadInventory(join(root, 'inventory.yaml'), { secrets: secretsOf() }));
}

function printed(root: string, work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return error.message.replaceAll(`${root}/`, '').replaceAll(root, '.');
  }
  throw new Error('no mistake was found');
}

export function firstPlay(playbook: Playbook): Play {
  const [play] = playbook.plays;
  if (!play) throw new Error('the playbook has no play');
  return play;
}

export function hostOf(play: Play, name: string): Host {
  const host = play.hosts.find((candidate) => candidate.name === name);
  if (!host) throw new Error(`the play has no host ${name}`);
  return host;
}

/** Prepares a task of the first play by its number. */
export function prepare(
  playbook: Playbook,
  index = 0,
  host = 'pi',
  runtime: Readonly<Record<string, RuntimeValue>> = {},
): Prepared {
  const play = firstPlay(playbook);
  const task = play.tasks[index];
  if (!task) throw new Error(`the play has no task ${index}`);
  return task.prepare(hostOf(play, host), new Map(Object.entries(runtime)));
}

/** The work of a task that is ready. */
export function work(prepared: Prepared): readonly WorkItem[] {
  if (prepared.kind === 'work') return prepared.items;
  throw new Error(`the task is not ready: ${JSON.stringify(prepared)}`);
}

/** Parameters of the first turn of a task. */
export function params(
  playbook: Playbook,
  index = 0,
  host = 'pi',
  runtime: Readonly<Record<string, RuntimeValue>> = {},
): unknown {
  return work(prepare(playbook, index, host, runtime))[0]?.params;
}
