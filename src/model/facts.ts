/** A fact's type, or the facts inside of it. */
export interface FactsShape {
  readonly [field: string]: string | { readonly [field: string]: string };
}

/**
 * Types of all that `facts` holds: what the probe gives, and what a misspelt name is held against before any host
 * is touched. Lists and inner maps are open.
 */
export const factsShape: FactsShape = {
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
