/** The rehearsal cannot go on; the message says to the operator why, and what to do. */
export class RehearsalError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RehearsalError';
  }
}
