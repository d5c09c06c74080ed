/**
 * Boots the hosts of an inventory as throwaway systemd hosts on this machine, wired like the real network.
 *
 * ```ts
 * const rehearsal = await bootRehearsal(inventory, { install: true, log: console.log });
 * // A program that stands where the controller does: `ssh` below, or `node dist/cli.js run site.yaml`.
 * const [program, ...args] = rehearsal.controller([
 *   'ssh', '-i', rehearsal.privateKey, '-o', `UserKnownHostsFile=${rehearsal.knownHosts}`, 'pi@192.168.1.2', 'hostname',
 * ]);
 * await rehearsal.exec('pi', 'networkctl');            // inside a host, as root, not over SSH
 * const laptop = await rehearsal.client('laptop', 'pi'); // a device on a network
 * await laptop.exec('dhclient -1 eth0 && ip -4 addr show eth0');
 * await rehearsal.down();                               // or, from anywhere, takeDownRehearsal()
 * ```
 *
 * Root on Linux only: see `missingForRehearsal`. Everything lives in namespaces whose names begin with `hr`; the
 * machine's own network is not touched.
 */
export { attachRehearsal, bootRehearsal, type RehearsalOptions } from './boot.ts';
export type { Client, ClientOptions } from './client.ts';
export { RehearsalError } from './error.ts';
export { defaultPackages } from './image.ts';
export { missingForRehearsal, type Missing } from './missing.ts';
export type { Result, RunOptions } from './process.ts';
export type { Rehearsal } from './rehearsal.ts';
export type { Station } from './station.ts';
export { sweepRehearsals, takeDownRehearsal } from './takedown.ts';
export { defaultUser } from './plan-host.ts';
export type { HostPlan } from './topology.ts';
