import type { Host, Inventory } from '../model/inventory.ts';
import type { Span } from '../model/source.ts';
import { nearest } from '../model/suggest.ts';
import { isMap, type Value, type ValueMap } from '../model/value.ts';
import type { Mistakes } from './mistakes.ts';
import { keySpan, spanOf, valueSpan } from './origin.ts';
import { shown } from './issues.ts';
import { textOf } from './text-of.ts';

/** The `forwards` of a host: ports that lead to a port of another one. What is a template is not looked at. */
export function checkForwards({ variables }: Host, inventory: Inventory, mistakes: Mistakes): void {
  const { forwards } = variables;
  if (!Array.isArray(forwards)) return;
  const taken = new Map<string, Span | undefined>();
  for (const [index, forward] of (forwards as readonly Value[]).entries()) {
    if (!isMap(forward)) {
      mistakes.add({
        code: 'wrong-type',
        message: `a forward is a map; got ${shown(forward)}`,
        ...at(valueSpan(forwards, index)),
        hint: 'write it like {port: 2121, to: nas:21}',
      });
      continue;
    }
    checkKeys(forward, mistakes);
    checkPort(forward['port'], valueSpan(forward, 'port'), mistakes);
    checkTarget(forward, inventory, mistakes);
    checkTwice(forward, taken, mistakes);
  }
}

/** Whatever else stands there would be ignored, `proto: udp` for `protocol: udp` too. */
function checkKeys(forward: ValueMap, mistakes: Mistakes): void {
  const { port: _port, to: _to, ...rest } = forward;
  for (const [key, value] of Object.entries(rest)) {
    const span = at(key === 'protocol' ? valueSpan(forward, key) : keySpan(forward, key));
    if (key !== 'protocol')
      mistakes.add({
        code: 'unknown-key',
        message: `unknown key \`${key}\` in a forward`,
        ...span,
        hint: key.startsWith('prot') ? 'did you mean `protocol`?' : 'it takes port, to and protocol',
      });
    else if (value !== 'tcp' && value !== 'udp' && !(typeof value === 'string' && value.includes('{{')))
      mistakes.add({
        code: 'bad-port',
        message: `\`${textOf(value)}\` is no protocol that can be forwarded`,
        ...span,
        hint: 'write tcp or udp; for both, write two lines',
      });
  }
}

function checkPort(port: Value | undefined, span: Span | undefined, mistakes: Mistakes): void {
  const number = typeof port === 'string' && /^\d+$/.test(port) ? Number(port) : port;
  if (typeof number === 'string' && number.includes('{{')) return;
  if (typeof number === 'number' && Number.isInteger(number) && number >= 1 && number <= 65535) return;
  mistakes.add({
    code: 'bad-port',
    message:
      port === undefined ? 'a forward needs `port`' : `\`${textOf(port)}\` is no port that can be forwarded`,
    ...at(span),
    hint: isRange(port)
      ? 'write a line of its own for each port'
      : 'a port is a whole number from 1 to 65535; write a forward like {port: 2121, to: nas:21}',
  });
}

function isRange(port: Value | undefined): boolean {
  return typeof port === 'string' && /^\d+\s*[-:,]\s*\d+$/.test(port);
}

function checkTarget(forward: ValueMap, inventory: Inventory, mistakes: Mistakes): void {
  const { to } = forward;
  const span = at(valueSpan(forward, 'to') ?? spanOf(forward));
  if (typeof to === 'string' && to.includes('{{')) return;
  const [, name = '', port] = /^([^:]+):(\d+)$/.exec(typeof to === 'string' ? to : '') ?? [];
  if (port === undefined) {
    mistakes.add({
      code: 'bad-port',
      message:
        to === undefined ? 'a forward needs `to`' : `\`${textOf(to)}\` does not say where a port leads to`,
      ...span,
      hint: 'write the host and its port: nas:21',
    });
    return;
  }
  const names = inventory.hosts.map((host) => host.name);
  if (!names.includes(name)) {
    mistakes.add({
      code: 'unknown-host',
      message: `a port is forwarded to \`${name}\`, and there is no such host`,
      ...span,
      hint: hintFor(name, inventory.hosts),
    });
  }
  checkPort(Number(port), span.span, mistakes);
}

/** Whoever writes an address means the host that has it. */
function hintFor(name: string, hosts: readonly Host[]): string {
  const owner = hosts.find((host) => host.interfaces.some(({ address }) => address === name));
  const names = hosts.map((host) => host.name);
  const meant = owner?.name ?? nearest(name, names);
  return meant === undefined ? `there are ${names.join(', ')}` : `did you mean \`${meant}\`?`;
}

function checkTwice(forward: ValueMap, taken: Map<string, Span | undefined>, mistakes: Mistakes): void {
  const { port, protocol = 'tcp' } = forward;
  if (port === undefined || (typeof port === 'string' && port.includes('{{'))) return;
  const key = `${textOf(protocol)} ${Number(port)}`;
  const span = valueSpan(forward, 'port');
  const first = taken.get(key);
  if (!taken.has(key)) taken.set(key, span);
  else
    mistakes.add({
      code: 'duplicate-port',
      message: `the ${textOf(protocol)} port ${textOf(port)} is forwarded twice`,
      ...at(span),
      ...(first && { related: [{ span: first, message: 'the first one is here' }] }),
      hint: 'one port leads to one place: take another port for the second',
    });
}

function at(span: Span | undefined): { readonly span?: Span } {
  return span ? { span } : {};
}
