import { randomInt } from 'node:crypto';
import type { Answers } from './init-questions.ts';

/** A secret of a new house. */
export interface HouseSecret {
  /** Its variable; with a dot, a key in a map. */
  readonly name: string;
  readonly value: string;
  readonly purpose: string;
}

/** What a house with these answers wants to keep to itself. */
export function secretsFor({ vpn, backup, devices, services }: Answers): readonly HouseSecret[] {
  const make = (name: string, purpose: string): HouseSecret => ({ name, value: newPassword(), purpose });
  return [
    ...(backup === 'restic' ? [make('backup_password', 'opens the backups on the NAS')] : []),
    ...(vpn === 'openvpn'
      ? [
          make('ca_passphrase', "opens the key of the tunnel's authority"),
          make('client_passphrases.pi', "opens the Pi's key of the tunnel"),
          ...devices.map((name) =>
            make(`client_passphrases.${name}`, `opens that of ${name}: type it there`),
          ),
        ]
      : []),
    ...('jupyter' in services ? [make('jupyter_password', 'logs in to Jupyter')] : []),
    ...('vscode' in services ? [make('vscode_password', 'logs in to VS Code')] : []),
  ];
}

/** The text of \`secrets.yaml\` before it is encrypted. */
export function secretsText(secrets: readonly HouseSecret[]): string {
  const lines = secrets.flatMap(({ name, value, purpose }, index) => {
    const [map, key] = name.split('.');
    const comment = `# ${purpose.charAt(0).toUpperCase()}${purpose.slice(1)}.`;
    if (key === undefined) return ['', comment, `${name}: ${value}`];
    const begins = !secrets.slice(0, index).some((other) => other.name.startsWith(`${map}.`));
    return [...(begins ? ['', `${map}:`] : []), `  ${comment}`, `  ${key}: ${value}`];
  });
  return [...HEAD, ...lines, ''].join('\n');
}

const HEAD = [
  '# Secrets of the house. Each of these is a variable of every host, and is never shown.',
  '# Leave backup_password and ca_passphrase as they are: what they were made for keeps them.',
];

/** To be typed on a phone, too: 25 letters that are not taken for one another, about 120 bits. */
function newPassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789';
  const group = (): string =>
    Array.from({ length: 5 }, () => letters[randomInt(letters.length)] ?? '').join('');
  return Array.from({ length: 5 }, group).join('-');
}
