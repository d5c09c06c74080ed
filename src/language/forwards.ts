import type { Host, Inventory } from '../model/inventory.ts';
import type { Span } from '../model/source.ts';
import { nearest } from '../model/suggest.ts';
import { isMap, type Value, type ValueMap } from '../model/value.ts';
import type { Mistakes } from './mistakes.ts';
import { spanOf, valueSpan } from './origin.ts';
import { textOf } from './text-of.ts';

/** The `forwards` of a host: ports that lead to a port of another one. What is a template is not looked at. */
export function checkForwards({ variables }: Host, inventory: Inventory, mistakes: Mistakes): void {
  const { forwards } = variables;
  if (!Array.isArray(forwards)) return;
  const taken = new Map<string, Span | undefined>();
  for (const forward of forwards as readonly Value[]) {
    if (!isMap(forward)) continue;
    checkPort(forward['port'], valueSpan(forward, 'port'), mistakes);
    checkTarget(forward, inventory, mistakes);
    checkTwice(forward, taken, mistakes);
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
    hint: 'a port is a whole number from 1 to 65535; write a forward like {port: 2121, to: nas:21}',
  });
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
    const near = nearest(name, names);
    mistakes.add({
      code: 'unknown-host',
      message: `a port is forwarded to \`${name}\`, and there is no such host`,
      ...span,
      hint: near === undefined ? `there are ${names.join(', ')}` : `did you mean \`${near}\`?`,
    });
  }
  checkPort(Number(port), span.span, mistakes);
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
