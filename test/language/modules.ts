import { z } from 'zod';
import { defineModule, known, type Module } from '../../src/model/module.ts';
import { flag, mode, path, secretText, seconds, text, textList } from '../../src/model/schema.ts';

/** Small modules of each shape that the language has to deal with; they never meet a host. */
const apt = defineModule({
  name: 'apt',
  summary: 'Packages',
  params: z.strictObject({
    name: textList,
    state: z.enum(['present', 'absent', 'latest']).default('present'),
    version: text.optional(),
    update_cache: flag.default(false),
    lock_timeout: seconds.optional(),
  }),
  examples: [],
  returns: { packages: 'What was installed.' },
  probe: () => known({}),
  plan: () => [],
});

const copy = defineModule({
  name: 'copy',
  summary: 'Files',
  params: z
    .strictObject({
      src: text.optional(),
      content: secretText.optional(),
      dest: path,
      mode: mode.optional(),
      owner: text.optional(),
    })
    .refine((params) => (params.src === undefined) !== (params.content === undefined), {
      error: 'give either `src` or `content`',
    }),
  inputs: { src: 'file' },
  examples: [],
  probe: () => known({}),
  plan: () => [],
});

const template = defineModule({
  name: 'template',
  summary: 'Templates',
  params: z.strictObject({ src: text, dest: path, mode: mode.optional() }),
  inputs: { src: 'template' },
  examples: [],
  probe: () => known({}),
  plan: () => [],
});

const command = defineModule({
  name: 'command',
  summary: 'Commands',
  params: z.strictObject({ cmd: secretText, creates: text.optional(), chdir: text.optional() }),
  freeForm: 'cmd',
  examples: [],
  returns: { rc: 'Exit code.', stdout: 'What it printed.' },
  probe: () => known({}),
  plan: () => [],
});

const debug = defineModule({
  name: 'debug',
  summary: 'Shows',
  params: z.strictObject({ msg: z.unknown().optional(), var: text.optional() }),
  inputs: { var: 'expression' },
  examples: [],
  probe: () => known({}),
  plan: () => [],
});

const assert = defineModule({
  name: 'assert',
  summary: 'Checks',
  params: z.strictObject({ that: textList }),
  inputs: { that: 'expression' },
  examples: [],
  probe: () => known({}),
  plan: () => [],
});

const setFact = defineModule({
  name: 'set_fact',
  summary: 'Sets',
  params: z.record(z.string(), z.json()),
  examples: [],
  probe: () => known({}),
  plan: () => [],
  facts: (params) => params,
});

const service = defineModule({
  name: 'service',
  summary: 'Services',
  params: z.strictObject({
    name: text,
    state: z.enum(['started', 'stopped', 'restarted']).optional(),
    environment: z.record(z.string(), text).optional(),
    ports: z.array(z.strictObject({ port: z.int().min(1).max(65535), label: text.optional() })).optional(),
  }),
  examples: [],
  probe: () => known({}),
  plan: () => [],
});

export const modules = [
  apt,
  copy,
  template,
  command,
  debug,
  assert,
  setFact,
  service,
] as unknown as readonly Module[];
