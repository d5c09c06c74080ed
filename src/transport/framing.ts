import { quote } from '../model/script.ts';
import { Secret } from '../model/secret.ts';
import { TransportError, type Request } from './transport.ts';

/** ASCII "record separator": rare in output, so that the search for a marker seldom stops in vain. */
const START = '\x1e';

/** What the chain's state is called on the host; scripts run in subshells and cannot set it. */
const CHAIN = '_homerun_chain';
const CODE = '_homerun_code';

/**
 * Shell text that runs the requests one after the other. Each script is one quoted word for `eval` in a subshell,
 * so that a syntax error, `exit` or `cd` ends with it, and so that no script ever stands in a process's arguments.
 */
export function encodeBatch(requests: readonly Request[], nonce: string, firstSequence: number): string {
  const pieces = requests.map((request, index) => encodeRequest(request, nonce, firstSequence + index));
  return `${CHAIN}=whole\n${pieces.join('')}`;
}

/**
 * Sets up a fresh shell. stderr up to its marker is thrown away: there a missing locale or a chatty login complains.
 * Gives its process number, by which the scripts of a time-out are found.
 */
export function encodePreamble(nonce: string): string {
  return [
    'PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"',
    'LC_ALL=C.UTF-8',
    'export PATH LC_ALL',
    // LANGUAGE wins over LC_ALL in messages, and CDPATH makes `cd` print.
    'unset LANGUAGE CDPATH',
    'umask 022',
    'cd "${HOME:-/}" 2>/dev/null || cd /',
    mark(nonce, 'hello', '"$$"'),
    '',
  ].join('\n');
}

/** What stands between two markers, with the marker that ends it. */
export interface Frame {
  readonly body: Buffer;
  readonly label: string;
  readonly value: string;
}

/** Cuts a stream at its markers, in linear time however it is split into chunks. */
export class FrameReader {
  readonly #needle: Buffer;
  #chunks: Buffer[] = [];
  #size = 0;
  /** Bytes at the end of the last search in which a marker may have begun. */
  #tail: Buffer = Buffer.alloc(0);

  constructor(nonce: string) {
    this.#needle = Buffer.from(`${START}${nonce} `);
  }

  /** Bytes since the last marker. */
  get size(): number {
    return this.#size;
  }

  /** Takes a chunk and gives the frames that it completed. */
  push(chunk: Buffer): Frame[] {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    const seen = Buffer.concat([this.#tail, chunk]);
    if (seen.indexOf(this.#needle) === -1) {
      this.#tail = seen.subarray(Math.max(0, seen.length - this.#needle.length + 1));
      return [];
    }
    return this.#cut(Buffer.concat(this.#chunks));
  }

  #cut(bytes: Buffer): Frame[] {
    const frames: Frame[] = [];
    let start = 0;
    for (;;) {
      const at = bytes.indexOf(this.#needle, start);
      const end = at === -1 ? -1 : bytes.indexOf('\n', at);
      if (end === -1) {
        const rest = bytes.subarray(start);
        this.#chunks = [rest];
        this.#size = rest.length;
        // A marker without its end must be found again with the next chunk.
        this.#tail = rest.subarray(
          at === -1 ? Math.max(0, rest.length - this.#needle.length + 1) : at - start,
        );
        return frames;
      }
      const [label = '', value = ''] = bytes.toString('latin1', at + this.#needle.length, end).split(' ');
      frames.push({ body: bytes.subarray(start, at), label, value });
      start = end + 1;
    }
  }
}

function encodeRequest(request: Request, nonce: string, sequence: number): string {
  // The space keeps a script that begins with `-` from being taken for an option of `eval`.
  const run = `(${exports(request.environment)}eval ${quote(` ${request.script.text}`)}) </dev/null\n${CODE}=$?`;
  const marker = mark(nonce, String(sequence), `"$${CODE}"`);
  if (request.chained === undefined) return `${run}\n${marker}\n`;
  const okCodes = request.chained.okCodes ?? [0];
  const judge = okCodes === 'any' ? ':' : `case $${CODE} in ${okCases(okCodes)}*) ${CHAIN}=broken ;; esac`;
  return `if [ "$${CHAIN}" = whole ]; then\n${run}\n${judge}\nelse ${CODE}=skipped\nfi\n${marker}\n`;
}

function okCases(okCodes: readonly number[]): string {
  return okCodes.length === 0 ? '' : `${okCodes.join('|')}) ;; `;
}

function exports(environment: Request['environment']): string {
  return Object.entries(environment ?? {})
    .map(([name, value]) => {
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
        throw new TransportError('setup', `\`${name}\` cannot be the name of an environment variable`);
      return `export ${name}=${quote(value instanceof Secret ? value.reveal() : value)}\n`;
    })
    .join('');
}

function mark(nonce: string, label: string, value: string): string {
  const marker = `'\\036${nonce} ${label} %s\\n'`;
  return `printf ${marker} ${value}; printf ${marker} ${value} >&2`;
}
