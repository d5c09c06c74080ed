import type { Output } from '../../model/module.ts';
import type { Value, ValueMap } from '../../model/value.ts';

interface Expected {
  readonly status_code: readonly number[];
  readonly return_content: boolean;
  readonly method: string;
}

/** Reads what `uriScript` printed; an answer with another code than expected is a failure. */
export function uriResult(
  output: Output | undefined,
  { status_code: codes, return_content: wanted, method }: Expected,
): ValueMap {
  if (output === undefined) return {};
  const { code, stdout, stderr } = output;
  if (code !== 0) {
    const said =
      stderr
        .trim()
        .split('\n')
        .at(-1)
        ?.replace(/^curl: \(\d+\) /, '') ?? '';
    return { status: -1, failed: true, msg: said === '' ? `curl ended with ${code}` : said };
  }
  const [head = '', ...rest] = stdout.split(/^---\n/m);
  const [, told = '', number = '0', elapsed = '0', url = ''] = /^((\d+) ([\d.]+) (.*))\n/m.exec(head) ?? [];
  const { status, headers } = lastAnswer(head.replace(`${told}\n`, ''));
  // curl shows the headers once more where nothing else was asked for.
  const content =
    method === 'HEAD' ? '' : decoded(rest.join('---\n'), output.bytes, headers['content-type'] ?? '');
  const json = /\bjson\b/i.test(headers['content-type'] ?? '') ? parsed(content) : undefined;
  const result = {
    ...{ status, url, redirected: Number(number) > 0, elapsed: Number(elapsed), headers },
    ...pick(headers, 'content-type', 'content_type'),
    ...pick(headers, 'location', 'location'),
    ...(wanted ? { content } : {}),
    ...(json === undefined ? {} : { json }),
  };
  if (codes.includes(status)) return result;
  return {
    ...result,
    content,
    failed: true,
    msg: `the server answered ${status} instead of ${codes.join(' or ')}`,
  };
}

/** The text by the charset that the server names; UTF-8 where it names none, or one that nobody knows. */
function decoded(text: string, bytes: Uint8Array, type: string): string {
  const charset = /charset\s*=\s*"?([\w.:-]+)/i.exec(type)?.[1] ?? 'utf-8';
  if (/^utf-?8$/i.test(charset)) return text;
  const start = Buffer.from(bytes).indexOf('\n---\n') + 5;
  try {
    return new TextDecoder(charset).decode(bytes.subarray(start));
  } catch {
    return text;
  }
}

/** One block of headers for each answer on the way; an early `100 Continue` is none. */
function lastAnswer(head: string): { status: number; headers: Readonly<Record<string, string>> } {
  const blocks = head.split(/\r?\n\r?\n/).filter((block) => /^\s*HTTP\//.test(block));
  const [first = '', ...lines] = (blocks.at(-1) ?? '').trim().split(/\r?\n/);
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name = '', value = ''] = /^([^:]+):\s*(.*?)\s*$/.exec(line) ?? [];
    const key = name.toLowerCase();
    if (key !== '') headers.set(key, headers.has(key) ? `${headers.get(key)}, ${value}` : value);
  }
  return { status: Number(/^HTTP\/\S+ (\d+)/.exec(first)?.[1] ?? 0), headers: Object.fromEntries(headers) };
}

function pick(headers: Readonly<Record<string, string>>, name: string, as: string): ValueMap {
  const value = headers[name];
  return value === undefined ? {} : { [as]: value };
}

function parsed(content: string): Value | undefined {
  try {
    return JSON.parse(content) as Value;
  } catch {
    // What calls itself JSON and is not is still there as text.
    return undefined;
  }
}
