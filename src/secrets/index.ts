export { editFile } from './edit.ts';
export { encryptFile, encryptValue, rekeyFiles, viewFile } from './file-work.ts';
export { initSecrets } from './init.ts';
export { createKeyring } from './keyring.ts';
export { SecretError } from './secret-error.ts';
export { createSecretStore, type SecretStore, type StoreOptions } from './store.ts';
