import type { Module } from '../model/module.ts';
import { iptablesChains } from './iptables_chains.ts';

/** Every module that a playbook can name, in the order of the docs. */
export const modules: readonly Module[] = [iptablesChains as Module];
