import type { Failure } from '../../model/module.ts';
import { raw } from '../../model/script.ts';
import type { Answers } from './answers.ts';

/** Prints which programs for accounts the host has; `accountTools` reads it. */
export const accountToolsScript = raw(`if command -v useradd >/dev/null; then echo accounts=shadow
elif command -v adduser >/dev/null; then echo accounts=busybox; fi`);

/** `shadow`: useradd and its kin, everywhere but on small systems. */
export function accountTools(answers: Answers): 'shadow' | 'busybox' | 'none' {
  const tools = answers.get('accounts');
  return tools === 'shadow' || tools === 'busybox' ? tools : 'none';
}

export const NO_TOOLS: Failure = {
  failed: 'this host has neither useradd nor adduser',
  hint: 'install the package `passwd` or `shadow`',
};
