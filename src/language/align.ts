/**
 * Maps a stretch of a scalar's value to the same stretch of the scalar as it was typed, quotes, escapes, folding and
 * indentation taken into account. Both are walked side by side, as YAML only ever drops or replaces little.
 */
export function alignScalar(typed: string, value: string, start: number, end: number): [number, number] {
  let at = contentStart(typed);
  let from = at;
  for (let index = 0; index < end && index < value.length; index++) {
    at = skipTo(typed, at, value, index);
    if (index === start) from = at;
    at += escapeLength(typed, at, value.charAt(index));
  }
  if (start >= value.length) from = at;
  return [from, Math.max(at, from + 1)];
}

function contentStart(typed: string): number {
  if (/^["']/.test(typed)) return 1;
  const header = /^[|>][^\n]*\n/.exec(typed);
  return header ? header[0].length : 0;
}

/** Indentation and folded line ends stand in the file and not in the value, or as one space only. */
function skipTo(typed: string, at: number, value: string, index: number): number {
  const wanted = value.charAt(index);
  let next = at;
  if (wanted === '\n' || wanted === ' ') {
    const blank = /^[ \t]*\r?\n/.exec(typed.slice(next, next + 200));
    return blank ? next + blank[0].length - 1 : next;
  }
  while (next < typed.length && /\s/.test(typed.charAt(next)) && typed.charAt(next) !== wanted) next++;
  return next;
}

function escapeLength(typed: string, at: number, wanted: string): number {
  const found = typed.charAt(at);
  if (found === "'" && wanted === "'" && typed.startsWith("'") && typed.charAt(at + 1) === "'") return 2;
  if (found !== '\\' || !typed.startsWith('"')) return 1;
  const kind = typed.charAt(at + 1);
  return { x: 4, u: 6, U: 10 }[kind] ?? 2;
}
