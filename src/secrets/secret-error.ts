/** A secret could not be read or made; for the operator, with the next step to take. */
export class SecretError extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.name = 'SecretError';
    this.hint = hint;
  }
}
