import type { Connection } from '../model/inventory.ts';

/** Everything that decides how a host is reached over SSH. What asks the user is left out where nobody is there. */
export interface SshOptions {
  /** How the host is called in messages and by `homerun trust`. */
  readonly name: string;
  readonly connection: Connection;
  /** What `homerun trust` needs to find the same host and the same file, such as `--known-hosts FILE`. */
  readonly trustFlags?: readonly string[];
  /** The connection of an inventory host, for jump hosts that are called by name. */
  readonly lookUp?: (name: string) => Connection | undefined;
  /** Files instead of the user's own `known_hosts`; the first is the one that is written. */
  readonly knownHosts?: readonly string[];
  /** A file instead of `~/.ssh/config`; false: no `ssh -G` at all. */
  readonly sshConfig?: string | false;
  /** The value of SSH_AUTH_SOCK. */
  readonly agentSocket?: string;
  /** Seconds until a host counts as unreachable, where the inventory does not say; default 10. */
  readonly connectTimeout?: number;
  /** Signs of life that are asked for; default every 15 seconds, and lost after 3 without an answer. */
  readonly keepAlive?: { readonly seconds: number; readonly count: number };
  /** Trusts the key of a host that is not known, and writes it down. A changed key is refused all the same. */
  readonly acceptNew?: boolean;
  /** Asks whether the key of an unknown host may be trusted. */
  readonly confirm?: (question: string) => Promise<boolean>;
  /** Asks for the passphrase of a key file; once for each file. Undefined: the user has none. */
  readonly askPassphrase?: (path: string) => Promise<string | undefined>;
  /** Asks for a login password, `user@host`; once for each. */
  readonly askPassword?: (login: string) => Promise<string | undefined>;
  /** Command of the shell, `sh` by default. */
  readonly shell?: string;
}
