/** The compiler refuses a call of this as long as a kind of event has no case. */
export function unreachable(value: never): never {
  throw new TypeError(`no case for ${JSON.stringify(value)}`);
}
