import { isList, isMap, type Value, type ValueMap } from '../../model/value.ts';

/** `INTERFACE ADDRESS/PREFIX` for each static IPv4 address that a netplan map asks for. */
export function staticAddresses(config: ValueMap): readonly string[] {
  const inner = config['network'];
  const network = isMap(inner) ? inner : config;
  return Object.values(network).flatMap((kind) =>
    isMap(kind) ? Object.entries(kind).flatMap(([name, settings]) => ofInterface(name, settings)) : [],
  );
}

function ofInterface(name: string, settings: Value): readonly string[] {
  if (!isMap(settings)) return [];
  const renamed = settings['set-name'];
  // What is matched by hardware alone has a name that only the host knows.
  if (settings['match'] !== undefined && typeof renamed !== 'string') return [];
  const addresses = settings['addresses'];
  return (isList(addresses) ? addresses : [])
    .flatMap((entry) => (isMap(entry) ? Object.keys(entry) : typeof entry === 'string' ? [entry] : []))
    .filter((address) => !address.includes(':'))
    .map((address) => `${typeof renamed === 'string' ? renamed : name} ${address}`);
}
