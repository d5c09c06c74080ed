import type { Action, Change, Output, Save } from '../model/module.ts';
import type { WorkItem } from '../model/playbook.ts';
import { sh, type Script } from '../model/script.ts';
import type { Reply, Request } from '../transport/transport.ts';
import type { Saves } from './save.ts';

/** Bytes of a file that travel in one script. */
const CHUNK = 64 * 1024;

/** Bytes of a file that come back in one answer. */
const PIECE = 4 * 1024 * 1024;

/** The requests of a step's actions, chained: the first failure skips the rest. `saves` takes what is fetched. */
export function actionRequests(
  item: WorkItem,
  changes: readonly Change[],
  saves?: Pick<Saves, 'receiver'>,
): { requests: Request[]; lengths: number[] } {
  const requests: Request[] = [];
  const lengths: number[] = [];
  for (const action of changes.flatMap((change) => change.actions)) {
    const made = requestsOf(item, action, saves);
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

function requestsOf(item: WorkItem, action: Action, saves: Pick<Saves, 'receiver'> | undefined): Request[] {
  if (action.kind === 'run') {
    const okCodes = action.okCodes === undefined ? {} : { okCodes: action.okCodes };
    return [{ script: action.script, chained: okCodes, ...requestOptions(item, action.timeout) }];
  }
  const options = { chained: {}, ...requestOptions(item) };
  if (action.kind === 'upload') return uploadScripts(action).map((script) => ({ script, ...options }));
  const receive = saves && { receive: saves.receiver(action) };
  return piecesOf(action).map((script) => ({ script, ...options, ...receive }));
}

/** A file as it stands, in pieces: streams of the wire carry every byte, and no piece fills our memory. */
function piecesOf({ from, size }: Save): Script[] {
  const pieces = Math.max(1, Math.ceil(size / PIECE));
  const blocks = PIECE / BLOCK;
  return Array.from({ length: pieces }, (_, index) => {
    // What is in /proc gives less than a block at a time, so a small file is read without `dd`.
    const read =
      pieces === 1 ? sh`cat "$path"` : sh`dd if="$path" bs=${BLOCK} skip=${index * blocks} count=${blocks}`;
    return sh`path=${from}
exec 3>&1; error=$(${read} 2>&1 >&3) || { printf 'cannot read %s: %s\n' "$path" "\${error##*: }" >&2; exit 1; }`;
  });
}

const BLOCK = 64 * 1024;

/**
 * A file in pieces of base64 through `printf`, a builtin: no argv carries them, and no SFTP is needed. What was
 * begun is taken away where it cannot be ended; `cat` is there for its message, which names the cause.
 */
function uploadScripts(action: Extract<Action, { kind: 'upload' }>): Script[] {
  const bytes = Buffer.from(action.bytes);
  const begin = sh`path=${action.path}
broke() { rm -f -- "$path"; printf 'cannot write %s: %s\n' "$path" "\${1##*: }" >&2; exit 1; }`;
  const scripts = [
    sh`${begin}; umask 077; error=$({ rm -f -- "$path" && set -C && : >"$path"; } 2>&1) || broke "$error"`,
  ];
  for (let at = 0; at < bytes.length; at += CHUNK) {
    const text = bytes.subarray(at, at + CHUNK).toString('base64');
    scripts.push(
      sh`${begin}; error=$({ printf %s ${text} | base64 -d | cat >>"$path"; } 2>&1) || broke "$error"`,
    );
  }
  scripts.push(
    sh`${begin}; [ "$(wc -c <"$path")" -eq ${bytes.length} ] || broke 'it did not arrive whole; is there base64 on the host?'`,
  );
  if (action.mode !== undefined) scripts.push(sh`chmod ${action.mode} ${action.path}`);
  return scripts;
}
