export { loadExtraVariables } from './extra.ts';
export { loadInventory, readInventory } from './inventory.ts';
export { matchHosts } from './pattern.ts';
export { loadPlaybook, type LoadOptions } from './playbook.ts';
export { rewriteYaml } from './rewrite.ts';
export { togetherWith } from './together.ts';
