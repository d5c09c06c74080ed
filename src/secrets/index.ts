export { createSecretStore, type SecretStore } from './store.ts';
export { SecretError } from './secret-error.ts';
