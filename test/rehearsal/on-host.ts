import type { Rehearsal } from '../../src/rehearsal/index.ts';
import type { Execute } from '../rig.ts';

/** Runs scripts as root on one host of a rehearsal that is up by then: for the rig, and for a test's own questions. */
export function onHost(
  house: () => Rehearsal,
  host: string,
): { readonly execute: Execute; readonly must: (script: string) => Promise<string> } {
  return {
    execute: async (script) => {
      const result = await house().exec(host, script.text);
      return { ...result, bytes: Buffer.from(result.stdout) };
    },
    must: async (script) => {
      const { code, stdout, stderr } = await house().exec(host, script);
      if (code !== 0) throw new Error(`${script}\nended with ${code}: ${stderr}`);
      return stdout;
    },
  };
}
