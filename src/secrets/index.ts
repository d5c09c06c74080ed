export { editFile } from './edit.ts';
export { encryptFile, encryptText, encryptValue, rekeyFiles, viewFile } from './file-work.ts';
export { initSecrets, type Initialized } from './init.ts';
export { createKeyring } from './keyring.ts';
export { SecretError } from './secret-error.ts';
export { createSecretStore, type SecretStore, type StoreOptions } from './store.ts';
