import type { Module } from '../model/module.ts';
import { blockinfile } from './blockinfile.ts';
import { copy } from './copy.ts';
import { file } from './file.ts';
import { iptablesChains } from './iptables_chains.ts';
import { lineinfile } from './lineinfile.ts';
import { template } from './template.ts';

/** Every module that a playbook can name, in the order of the docs. */
export const modules: readonly Module[] = [
  blockinfile as Module,
  copy as Module,
  file as Module,
  iptablesChains as Module,
  lineinfile as Module,
  template as Module,
];
