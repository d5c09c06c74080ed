// A house of 87 tasks on three throwaway hosts: homerun, Ansible at its best, and the floor (`ssh HOST sudo true`).
// First runs on freshly written cards, then converged runs, all in turn. What both leave on the hosts is compared.
// Usage: node bench/side-by-side.mjs [CONVERGED ROUNDS] [FIRST ROUNDS]
// Needs root on a Debian machine; installs Debian's `ansible`, `ansible-mitogen` and `time`. Times alone are noise: read the ratios.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadInventory } from '../dist/index.js';
import { bootRehearsal } from '../dist/rehearsal/index.js';
import { ansible, floor, homerun, installPeers, mitogen } from './contestants.mjs';
import { measure } from './measure.mjs';
import { differences, manifest } from './sameness.mjs';
import { table } from './table.mjs';
import { makeArchive, serveWeb } from './web.mjs';

const [rounds = 7, firstRounds = 3] = process.argv.slice(2).map(Number);
const root = resolve(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'homerun-bench-'));
const house = loadInventory(join(root, 'bench/homerun/inventory.yaml'));
const directory = mkdtempSync('/run/homerun-bench-');

installPeers();
const rehearsal = await bootRehearsal(house, { install: true, log: console.log, directory });
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => void rehearsal.down().finally(() => process.exit(1)));
try {
  const archive = makeArchive(root, folder);
  await serveWeb(rehearsal, root, folder);
  const setting = { root, folder, archive, rehearsal, cards: 0 };
  const peers = { homerun: homerun(setting), ansible: ansible(setting), mitogen: mitogen(setting) };

  const first = await firstRuns(setting, peers);
  console.log(`\nfirst run on freshly written cards, median of ${firstRounds}`);
  console.log(table(first, 'homerun'));

  // The last cards were written by Ansible; homerun knows the comments of its crontab entries, too.
  for (const peer of Object.values(peers)) measure(peer, setting);
  const converged = convergedRuns(setting, { 'ssh HOST sudo true': floor(setting), ...peers });
  console.log(`\nconverged run, median of ${rounds}: nothing changes`);
  console.log(table(converged, 'homerun'));
} finally {
  await rehearsal.down();
  rmSync(folder, { recursive: true });
}

async function firstRuns(setting, peers) {
  const times = { homerun: [], ansible: [] };
  let left;
  for (let round = 0; round < firstRounds; round++) {
    // No mitogen: Debian's fails where Ansible has to install python3-apt for its own use, as on a fresh card.
    for (const name of Object.keys(times)) {
      await writeCardsAnew(setting);
      const ran = measure(peers[name], setting);
      times[name].push(ran);
      console.log(`  ${name.padEnd(10)} ${ran.seconds.toFixed(2)} s, ${ran.told}`);
      if (round > 0) continue;
      const result = await manifest(rehearsal);
      if (name === 'homerun') left = result;
      if (name === 'ansible') compare(left, result);
      if (name === 'homerun') cross('ansible', peers, setting);
      if (name === 'ansible') cross('homerun', peers, setting);
    }
  }
  return times;
}

function compare(ours, theirs) {
  const unlike = differences(ours, theirs);
  console.log(`  what homerun and Ansible left: ${ours.length} facts, ${unlike.length} differ`);
  for (const line of unlike) console.log(`    ${line}`);
}

/** The one finds nothing to do where the other has been. */
function cross(name, peers, setting) {
  const { told, changes } = measure(peers[name], setting);
  console.log(`  ${name} after the other: ${told}`);
  for (const line of changes) console.log(`    ${line}`);
}

function convergedRuns(setting, contestants) {
  const times = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, contestant] of Object.entries(contestants)) {
      const ran = measure(contestant, setting);
      if (ran.changed > 0) throw new Error(`${name} changed something: ${ran.changes.join('; ')}`);
      times[name].push(ran);
      console.log(`  ${name.padEnd(18)} ${ran.seconds.toFixed(2)} s`);
    }
  }
  return times;
}

async function writeCardsAnew(setting) {
  setting.cards += 1;
  await Promise.all(rehearsal.hosts.map(({ name }) => rehearsal.reset(name)));
  for (const { name } of rehearsal.hosts) await rehearsal.trust(name);
}
