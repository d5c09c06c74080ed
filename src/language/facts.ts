import type { ObjectSchema } from '@marcbachmann/cel-js';

/** What is known of a host by `facts`, so that a misspelt fact is found before any host is touched. */
export const FACTS: ObjectSchema = {
  os: { id: 'string', name: 'string', version: 'string', codename: 'string', family: 'string' },
  hostname: 'string',
  kernel: 'string',
  architecture: 'string',
  interfaces: 'map',
  default_route: 'map',
  memory_mb: 'int',
  init: 'string',
  package_manager: 'string',
};
