import type { Module } from '../model/module.ts';
import { cellWidth, padEnd } from './cells.ts';
import { CHECK_MODE, freeFormNote, needsNote, RESULT, sentence } from './module-page.ts';
import { parametersOf, type Parameter } from './module-parameters.ts';
import { styleFor, type Style } from './style.ts';
import { wrap } from './wrap.ts';

export interface PageOptions {
  readonly color: boolean;
  readonly columns: number;
}

/** What `homerun doc MODULE` prints: the docs page, for a terminal. */
export function modulePageForTerminal(module: Module, options: PageOptions): string {
  const style = styleFor(options.color);
  const width = Math.max(40, Math.min(options.columns, 100));
  const paragraph = (text: string, indent = 0) =>
    text === '' ? [] : [...wrap(plain(text), width, indent), ''];
  const returns = Object.entries(module.returns ?? {});
  return [
    `${style.bold(module.name)}  ${plain(sentence(module.summary))}`,
    '',
    ...(module.description ?? '')
      .trim()
      .split(/\n\s*\n/)
      .flatMap((text) => (/^(?:```| {4}|\|)/.test(text) ? [...text.split('\n'), ''] : paragraph(text))),
    style.bold('Parameters'),
    ...parametersOf(module).flatMap((parameter) => parameterLines(parameter, width, style)),
    '',
    ...unsupportedLines(module, width, style),
    ...paragraph(freeFormNote(module), 2),
    ...(module.examples.length > 0 ? [style.bold('Examples')] : []),
    ...module.examples.flatMap(({ title, yaml, needs }) => [
      ...wrap(
        style.dim(`# ${plain(`${title}${/[.:]$/.test(title) ? '' : '.'} ${needsNote(needs)}`).trim()}`),
        width,
        2,
      ),
      ...yaml
        .trim()
        .split('\n')
        .map((line) => `  ${line}`),
      '',
    ]),
    style.bold('Result'),
    ...wrap(plain(RESULT), width, 2),
    ...returns.flatMap(([name, meaning]) => [`  ${style.cyan(name)}`, ...wrap(plain(meaning), width, 6)]),
    '',
    style.bold('Check mode and diff'),
    ...wrap(plain(CHECK_MODE), width, 2),
    '',
  ].join('\n');
}

/** What `homerun doc` prints: every module and what it does. */
export function moduleListForTerminal(modules: readonly Module[], options: PageOptions): string {
  const style = styleFor(options.color);
  const names = Math.max(0, ...modules.map((module) => cellWidth(module.name)));
  const lines = modules.flatMap((module) => {
    const [first = '', ...rest] = wrap(
      plain(sentence(module.summary)),
      Math.max(40, options.columns),
      names + 2,
    );
    return [style.bold(padEnd(module.name, names + 2)) + first.trimStart(), ...rest];
  });
  return [...lines, '', style.dim('homerun doc MODULE tells more about one of them.'), ''].join('\n');
}

function unsupportedLines({ unsupported = {} }: Module, width: number, style: Style): string[] {
  const entries = Object.entries(unsupported);
  if (entries.length === 0) return [];
  const lines = entries.flatMap(([name, instead]) => [
    `  ${style.dim(name)}`,
    ...wrap(plain(instead), width, 6),
  ]);
  return [style.bold('Ansible’s, not here'), ...lines, ''];
}

function parameterLines(parameter: Parameter, width: number, style: Style): string[] {
  const facts = [
    plain(parameter.type),
    ...(parameter.required ? ['required'] : []),
    ...(parameter.default === undefined
      ? []
      : [`default: ${parameter.default === '' ? '""' : parameter.default}`]),
  ];
  const [first = '', ...rest] = wrap(facts.join(' · '), width, 4 + cellWidth(parameter.name));
  const looks = style[parameter.required ? 'yellow' : 'dim'];
  return [
    `  ${style.cyan(parameter.name)}  ${looks(first.trimStart())}`,
    ...rest.map((line) => looks(line)),
    ...wrap(plain(parameter.description), width, 6),
  ];
}

/** Markdown's marks are noise on a terminal. */
function plain(markdown: string): string {
  return markdown
    .replace(/`([^`]+)`/g, '$1')
    .replace(/\*\*([^*]+)\*\*/g, '$1')
    .replace(/\[([^\]]+)\]\([^)]+\)/g, '$1');
}
