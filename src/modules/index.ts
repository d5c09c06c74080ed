import type { Module } from '../model/module.ts';

/** Every module that a playbook can name, in the order of the docs. */
export const modules: readonly Module[] = [];
