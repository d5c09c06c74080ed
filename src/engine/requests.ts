import type { Action, Change, Output } from '../model/module.ts';
import type { WorkItem } from '../model/playbook.ts';
import { sh, type Script } from '../model/script.ts';
import type { Reply, Request } from '../transport/transport.ts';

/** Bytes of a file that travel in one script. */
const CHUNK = 64 * 1024;

/** The requests of a step's actions, chained: the first failure skips the rest. */
export function actionRequests(
  item: WorkItem,
  changes: readonly Change[],
): { requests: Request[]; lengths: number[] } {
  const requests: Request[] = [];
  const lengths: number[] = [];
  for (const action of changes.flatMap((change) => change.actions)) {
    const made = requestsOf(item, action);
    requests.push(...made);
    lengths.push(made.length);
  }
  return { requests, lengths };
}

/** The output of each action that ran: that of its last script. */
export function actionOutputs(replies: readonly Reply[], lengths: readonly number[]): Output[] {
  const outputs: Output[] = [];
  let at = 0;
  for (const length of lengths) {
    const ran = replies.slice(at, at + length).filter((reply) => reply !== undefined);
    const last = ran.at(-1);
    if (last !== undefined) outputs.push(last);
    at += length;
  }
  return outputs;
}

export function requestOptions(item: WorkItem, timeout?: number): Pick<Request, 'environment' | 'timeout'> {
  const seconds = timeout ?? item.timeout;
  return { environment: item.environment, ...(seconds === undefined ? {} : { timeout: seconds }) };
}

function requestsOf(item: WorkItem, action: Action): Request[] {
  if (action.kind === 'run') {
    const okCodes = action.okCodes === undefined ? {} : { okCodes: action.okCodes };
    return [{ script: action.script, chained: okCodes, ...requestOptions(item, action.timeout) }];
  }
  return uploadScripts(action).map((script) => ({ script, chained: {}, ...requestOptions(item) }));
}

/** A file in pieces of base64 through `printf`, a builtin: no argv carries them, and no SFTP is needed. */
function uploadScripts(action: Extract<Action, { kind: 'upload' }>): Script[] {
  const bytes = Buffer.from(action.bytes);
  const scripts = [sh`umask 077 && rm -f -- ${action.path} && : > ${action.path}`];
  for (let at = 0; at < bytes.length; at += CHUNK) {
    const text = bytes.subarray(at, at + CHUNK).toString('base64');
    scripts.push(sh`printf %s ${text} | base64 -d >> ${action.path}`);
  }
  if (action.mode !== undefined) scripts.push(sh`chmod ${action.mode} ${action.path}`);
  return scripts;
}
