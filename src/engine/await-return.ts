import { setTimeout as sleep } from 'node:timers/promises';
import type { Output, Return } from '../model/module.ts';
import type { WorkItem } from '../model/playbook.ts';
import { TransportError } from '../transport/transport.ts';
import type { HostContext } from './context.ts';

/** Seconds that a host may take to answer: one that is about to go down may never. */
const ANSWER_LIMIT = 15;

export type Returned = { readonly milliseconds: number } & (
  | { readonly answer: Output }
  | { readonly error: TransportError }
);

/** Opens the connection anew until the host says that it is back. What it was connected by before is closed. */
export async function awaitReturn(
  context: HostContext,
  { become, environment }: WorkItem,
  { script, isBack, delay, pause, timeout }: Return,
): Promise<Returned> {
  const { settings, host } = context;
  const started = settings.clock();
  const seconds = (): number => (settings.clock() - started) / 1000;
  const ended = (result: { answer: Output } | { error: TransportError }): Returned => ({
    ...result,
    milliseconds: settings.clock() - started,
  });
  const rest = async (length: number): Promise<void> => {
    await sleep(length * 1000, undefined, settings.signal ? { signal: settings.signal } : {}).catch(
      () => undefined,
    );
  };
  await rest(delay);
  for (let last: TransportError | undefined; ; await rest(pause)) {
    if (settings.signal?.aborted)
      return ended({ error: new TransportError('aborted', `interrupted while waiting for ${host.name}`) });
    if (seconds() >= timeout + delay) {
      const why = last ? `: ${last.message}` : '';
      return ended({
        error: new TransportError('unreachable', `${host.name} was not back after ${timeout} s${why}`),
      });
    }
    await context.transport.close();
    context.transport = settings.connect(host);
    try {
      const session = await context.transport.session(become);
      const options = settings.signal ? { signal: settings.signal } : {};
      const [answer] = await session.run([{ script, environment, timeout: ANSWER_LIMIT }], options);
      if (answer && isBack(answer)) {
        context.connected = true;
        return ended({ answer });
      }
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      // Another host under the same address is nothing to wait for.
      if (error.kind.startsWith('host-key')) return ended({ error });
      last = error;
    }
  }
}
