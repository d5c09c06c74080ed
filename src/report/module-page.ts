import type { Example, Module } from '../model/module.ts';
import { parametersOf, type Parameter } from './module-parameters.ts';

/** The docs page of one module, in Markdown. */
export function modulePage(module: Module): string {
  const blocks = [
    '<!-- Written by `npm run docs` from the module itself, in src/modules. -->',
    `# ${module.name}`,
    sentence(module.summary),
    module.description?.trim() ?? '',
    '## Parameters',
    freeFormNote(module),
    parameterTable(parametersOf(module)),
    unsupportedTable(module.unsupported ?? {}),
    ...(module.examples.length > 0 ? ['## Examples', ...module.examples.map(example)] : []),
    '## Result',
    RESULT,
    returnTable(module.returns ?? {}),
    '## Check mode and diff',
    CHECK_MODE,
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

/** The table of contents of the docs pages. */
export function moduleIndex(modules: readonly Module[]): string {
  const rows = modules.map(
    (module) => `| [${module.name}](${module.name}.md) | ${cell(sentence(module.summary))} |`,
  );
  return (
    [
      '<!-- Written by `npm run docs` from src/modules/index.ts. -->',
      '# Modules',
      'What a task can do. `homerun doc MODULE` shows the same page in the terminal.',
      ['| module | what it does |', '| --- | --- |', ...rows].join('\n'),
      '',
    ]
      .join('\n\n')
      .trimEnd() + '\n'
  );
}

export const RESULT =
  '`register` holds `changed`, `failed` and `skipped`, and after a failure `rc` and `msg`.';

export const CHECK_MODE =
  '`homerun plan` shows what would change and touches nothing. `--diff` shows what differs, on a plan and on a run.';

/** Why an example is no one's first experiment. */
export function needsNote(needs: Example['needs']): string {
  return needs === undefined
    ? ''
    : `Needs ${needs === 'systemd' ? 'a host with systemd' : needs === 'root' ? 'root (`become: true`)' : 'a network'}.`;
}

/** Summaries are sentences; some of their authors forget how one ends. */
export function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

export function freeFormNote(module: Module): string {
  return module.freeForm === undefined
    ? ''
    : `A text alone stands for \`${module.freeForm}\`: \`${module.name}: TEXT\`.`;
}

function parameterTable(parameters: readonly Parameter[]): string {
  if (parameters.length === 0) return 'None.';
  const rows = parameters.map(
    ({ name, type, required, default: given, description }) =>
      `| \`${name}\` | ${cell(type)} | ${required ? '**required**' : given === undefined ? '' : cell(code(given))} | ${cell(description)} |`,
  );
  return ['| parameter | type | default | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function unsupportedTable(words: Readonly<Record<string, string>>): string {
  const rows = Object.entries(words).map(([name, instead]) => `| \`${name}\` | ${cell(instead)} |`);
  return rows.length === 0 ? '' : ['| Ansible’s, not here | instead |', '| --- | --- |', ...rows].join('\n');
}

function returnTable(returns: Readonly<Record<string, string>>): string {
  const rows = Object.entries(returns).map(([name, meaning]) => `| \`${name}\` | ${cell(meaning)} |`);
  return rows.length === 0 ? '' : ['| also | meaning |', '| --- | --- |', ...rows].join('\n');
}

function example({ title, yaml, needs }: Example): string {
  const note = needsNote(needs);
  return `${title}${/[.:]$/.test(title) ? '' : ':'}\n\n\`\`\`yaml\n${yaml.trim()}\n\`\`\`${note === '' ? '' : `\n\n${note}`}`;
}

function code(text: string): string {
  return text === '' ? '`""`' : `\`${text}\``;
}

function cell(text: string): string {
  return text
    .trim()
    .replaceAll('|', '\\|')
    .replace(/\s*\n\s*/g, ' ');
}
