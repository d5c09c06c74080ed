import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import type { Inventory } from '../../src/model/inventory.ts';
import { bootRehearsal, type Rehearsal } from '../../src/rehearsal/index.ts';
import { restOfModules } from './modules-rest.ts';
const inventory: Inventory = {
  path: 'inventory.yaml',
  groups: new Map(),
  networks: [{ name: 'modem', range: '192.168.1.0/24', gateway: '192.168.1.1', settings: {} }],
  hosts: [
    {
      name: 'pi',
      groups: [],
      connection: { transport: 'ssh', address: '192.168.1.2' },
      interfaces: [{ name: 'eth0', network: 'modem', address: '192.168.1.2' }],
      variables: {},
    },
  ],
};
describe('rest', () => {
  let rehearsal: Rehearsal;
  const folder = mkdtempSync(join(tmpdir(), 'homerun-rest-'));
  beforeAll(async () => {
    rehearsal = await bootRehearsal(inventory, {
      log: () => undefined,
      directory: mkdtempSync('/run/homerun-test-modules-'),
    });
  });
  afterAll(async () => {
    await rehearsal?.down();
    rmSync(folder, { recursive: true });
  });
  restOfModules(
    () => rehearsal,
    () => folder,
  );
});
