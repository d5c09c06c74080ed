const answers = new Map<string, Promise<unknown>>();
let turn: Promise<unknown> = Promise.resolve();

/** Puts a question to the user when no other one is open: two prompts at a time cannot be answered. */
export async function askInTurn<T>(ask: () => Promise<T>): Promise<T> {
  const own = turn.then(ask);
  // Whoever asked hears of a failure; the next question is put all the same.
  turn = own.catch(() => undefined);
  return await own;
}

/** The same, once in the life of the process: later askers get the first answer. A failure is not remembered. */
export async function askOnce<T>(key: string, ask: () => Promise<T>): Promise<T> {
  const known = answers.get(key);
  if (known) return (await known) as T;
  const own = askInTurn(ask);
  answers.set(key, own);
  try {
    return await own;
  } catch (error) {
    answers.delete(key);
    throw error;
  }
}

/** Forgets an answer that turned out to be wrong. */
export function forget(key: string): void {
  answers.delete(key);
}
