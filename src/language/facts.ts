import { nearest } from '../model/suggest.ts';

interface Shape {
  readonly [field: string]: string | Shape;
}

/** What is known of a host by `facts`, so that a misspelt fact is found before any host is touched. */
export const FACTS: { [field: string]: string | { [field: string]: string } } = {
  os: { id: 'string', name: 'string', version: 'string', codename: 'string', family: 'string' },
  kernel: 'string',
  architecture: 'string',
  hostname: 'string',
  fqdn: 'string',
  interfaces: 'list',
  default_route: { gateway: 'string', interface: 'string', address: 'string' },
  memory_mb: 'int',
  cpus: 'int',
  init: 'string',
  package_manager: 'string',
  netplan_renderer: 'string',
  user: 'string',
  home: 'string',
  boot_id: 'string',
  uptime_seconds: 'int',
  date_epoch: 'int',
  virtualization: 'string',
  model: 'string',
  is_raspberry_pi: 'bool',
};

/** What is wrong with a path into the facts; undefined where nothing is, or where nothing can be told. */
export function factMistake(path: readonly string[]): { message: string; hint: string } | undefined {
  let shape: string | Shape = FACTS;
  let owner = 'facts';
  for (const field of path) {
    if (typeof shape === 'string') return undefined;
    const inner: string | Shape | undefined = Object.hasOwn(shape, field) ? shape[field] : undefined;
    if (inner === undefined) {
      const near = nearest(field, Object.keys(shape));
      const hint =
        near === undefined ? `it has ${Object.keys(shape).join(', ')}` : `did you mean \`${near}\`?`;
      return { message: `\`${owner}\` has no \`${field}\``, hint };
    }
    shape = inner;
    owner = `${owner}.${field}`;
  }
  return undefined;
}
