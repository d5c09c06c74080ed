import { z } from 'zod';
import type { Host } from '../model/inventory.ts';
import type { Span } from '../model/source.ts';
import { isMap, type Value, type ValueMap } from '../model/value.ts';
import { isTemplate, leaf, line, oneOf, port, word } from './leaves.ts';
import { mapsOf } from './network-settings.ts';
import type { Mistakes } from './mistakes.ts';
import { valueSpan } from './origin.ts';
import { textOf } from './text-of.ts';

const password = leaf(
  (value) => typeof value === 'string' && value.length >= 8,
  'password: it needs 8 letters or more, and quotes where it is a number; it belongs into secrets.yaml',
);

/** Units and accounts that a service by that name would take the place of. */
const RESERVED =
  /^(?:root|sshd?|cron|dbus|dnsmasq|nginx|jupyter|vscode|networking|netplan|systemd-.*|homerun-.*)$/;

const command = z.strictObject({
  name: word.refine((name) => !RESERVED.test(String(name)), {
    error: ({ input }) =>
      `\`${String(input)}\` is the name of something else on the host: choose another one`,
  }),
  port: port.optional(),
  command: line.optional(),
  user: word.optional(),
  state: oneOf('present', 'absent').optional(),
});

/** `services`, as playbooks/services.yaml reads it. */
export const services = z.strictObject({
  address: leaf(
    (value) => typeof value === 'string' && /^\d{1,3}(?:\.\d{1,3}){3}$/.test(value),
    'IPv4 address such as 0.0.0.0',
  ).optional(),
  blog: z.strictObject({ port, folder: line }).optional(),
  jupyter: z.strictObject({ port, password }).optional(),
  vscode: z
    .strictObject({
      port,
      password,
      checksum: leaf(
        (value) => typeof value === 'string' && /^sha256:[0-9a-f]{64}$/.test(value),
        'checksum: write sha256: and the 64 digits that its makers publish',
      ),
      url: line.optional(),
      archive: line.optional(),
    })
    .refine((asked) => asked.url !== undefined || asked.archive !== undefined, {
      error: 'VS Code needs a `url`, or an `archive` of this machine',
    })
    .optional(),
  commands: z.array(command).optional(),
  screens: z.array(command).optional(),
});

/** No two services of a host on one port, none on that of SSH, and nothing twice by one name. */
export function checkServices(
  host: Host,
  forwarded: ReadonlyMap<number, Span | undefined>,
  mistakes: Mistakes,
) {
  const written = host.variables['services'];
  if (!isMap(written)) return;
  const taken = new Map<number, { what: string; span: Span | undefined }>();
  const look = (what: string, holder: Value | undefined): void => {
    if (!isMap(holder) || holder['state'] === 'absent') return;
    const { port: number } = holder;
    if (typeof number !== 'number' || isTemplate(number)) return;
    const span = valueSpan(holder, 'port');
    const first = taken.get(number);
    const report = (message: string, hint: string, related?: { span: Span | undefined; message: string }) =>
      mistakes.add({
        code: 'duplicate-port',
        message,
        ...(span && { span }),
        ...(related?.span && { related: [{ span: related.span, message: related.message }] }),
        hint,
      });
    if (first)
      report(
        `${what} has port ${number}, which ${first.what} has on this host already`,
        'give one of them another port',
        {
          span: first.span,
          message: 'it is here',
        },
      );
    else if (number === 22 || number === host.connection.port)
      report(
        `port ${number} is that of ssh: ${what} there would shut you out of \`${host.name}\``,
        'take another port, such as 8080',
      );
    else if (forwarded.has(number))
      report(
        `${what} on \`${host.name}\` has port ${number}, and what comes there out of the tunnel is forwarded`,
        'give one of them another port',
        { span: forwarded.get(number), message: 'it is forwarded here' },
      );
    else taken.set(number, { what, span });
  };
  for (const name of ['blog', 'jupyter', 'vscode']) look(`\`${name}\``, written[name]);
  for (const list of ['commands', 'screens']) {
    const names = new Map<Value | undefined, Span | undefined>();
    for (const entry of mapsOf(written[list])) {
      look(`\`${textOf(entry['name'] ?? null)}\``, entry);
      checkCommand(entry, names, mistakes);
    }
  }
}

function checkCommand(
  entry: ValueMap,
  names: Map<Value | undefined, Span | undefined>,
  mistakes: Mistakes,
): void {
  const { name } = entry;
  const span = valueSpan(entry, 'name');
  if (names.has(name)) {
    const first = names.get(name);
    mistakes.add({
      code: 'reserved-name',
      message: `\`${textOf(name ?? null)}\` is there twice`,
      ...(span && { span }),
      ...(first && { related: [{ span: first, message: 'the first one is here' }] }),
      hint: 'give one of them another name',
    });
  }
  names.set(name, span);
  if (entry['command'] === undefined && entry['state'] !== 'absent')
    mistakes.add({
      code: 'missing-key',
      message: `\`${textOf(name ?? null)}\` needs \`command\`: what shall run`,
      ...(span && { span }),
    });
}
