/**
 * homerun as a library: run a playbook, or write modules of your own.
 *
 * ```ts
 * import { defineModule, ask, run, sh, schema } from 'homerun';
 * ```
 */
export { ask, defineModule, isFailure, known, run } from './model/module.ts';
export type * from './model/module.ts';
export { joinScripts, quote, raw, sh, type Script } from './model/script.ts';
export { Redactor, Secret } from './model/secret.ts';
export type { Revealed, SecretSource } from './model/secret-source.ts';
export * as schema from './model/schema.ts';
export {
  DiagnosticError,
  renderDiagnostic,
  type Diagnostic,
  type DiagnosticCode,
} from './model/diagnostic.ts';
export type { HostRecap, RunEvent, TaskFinished } from './model/event.ts';
export type { Connection, Host, Inventory, Network } from './model/inventory.ts';
export type { Play, Playbook, Task } from './model/playbook.ts';
export { loadInventory, loadPlaybook } from './language/index.ts';
export {
  fileJournal,
  fileSaver,
  memoryJournal,
  runPlaybook,
  type Journal,
  type RunOptions,
  type Saver,
} from './engine/index.ts';
export { createTransport } from './transport/index.ts';
export { TransportError, type Session, type Transport } from './transport/transport.ts';
export { modules } from './modules/index.ts';
export { factsProbe } from './modules/setup.ts';
