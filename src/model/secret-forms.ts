/** Shorter texts are not masked: they would hide half of every line. */
export const SHORTEST = 4;

/** The forms in which programs echo a text: as it is, quoted, escaped, encoded, and each of its lines the same. */
export function formsOf(text: string): ReadonlySet<string> {
  const forms = new Set<string>();
  const pieces = [text, interpreted(text)].flatMap((whole) => [whole, ...whole.split('\n')]);
  for (const piece of new Set(pieces.flatMap((line) => [line, line.trim()]))) {
    if (piece.length < SHORTEST) continue;
    for (const form of [...quoted(piece), ...escaped(piece), ...inUrls(piece), ...inBase64(piece)])
      if (form.length >= SHORTEST) forms.add(form);
  }
  return forms;
}

/** As `echo` of dash prints it, and `printf %b`. */
function interpreted(text: string): string {
  const letters: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };
  return text.replaceAll(/\\([ntr\\])/g, (_, letter: string) => letters[letter] ?? letter);
}

/** As shells quote and print it; twice where a shell hands it to another. */
function quoted(text: string): readonly string[] {
  const single = (word: string): string => word.replaceAll("'", String.raw`'\''`);
  return [
    text,
    single(text),
    single(single(text)),
    text.replaceAll("'", `'"'"'`),
    text.replaceAll(/["\\$`]/g, String.raw`\$&`),
    text.replaceAll(/[\s'"\\|&;()<>!{}*[\]?^$`,]/g, String.raw`\$&`),
    text
      .replaceAll(/['\\]/g, String.raw`\$&`)
      .replaceAll('\n', String.raw`\n`)
      .replaceAll('\t', String.raw`\t`),
  ];
}

/** In JSON, in JSON that stands in JSON, as Python writes it, and in XML. */
function escaped(text: string): readonly string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const ascii = json.replaceAll(
    /[^\0-~]/g,
    (letter) => String.raw`\u` + letter.charCodeAt(0).toString(16).padStart(4, '0'),
  );
  const xml = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return [
    json,
    JSON.stringify(json).slice(1, -1),
    ascii,
    json.replaceAll('/', String.raw`\/`),
    xml,
    xml.replaceAll('"', '&quot;'),
    xml.replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
  ];
}

/** In a path, in a query, and in a form; with large and small hexadecimal digits. */
function inUrls(text: string): readonly string[] {
  // Half a pair of code units cannot be encoded; through bytes it becomes what a program would print for it.
  const whole = Buffer.from(text).toString();
  const component = encodeURIComponent(whole);
  const strict = component.replaceAll(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const forms = [component, encodeURI(whole), strict, strict.replaceAll('%20', '+')];
  return [...forms, ...forms.map((form) => form.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()))];
}

/** Alone, and inside of a longer text, where it begins at one of three places of a group. */
function inBase64(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  const alone = bytes.toString('base64');
  const inside = [0, 1, 2].map((before) => {
    const code = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    // Letters that also carry bits of a neighbour differ from text to text.
    return code.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
  const forms = [alone, alone.replace(/=+$/, ''), ...inside];
  return [...forms, ...forms.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))];
}

/** Lines of base64, as programs break it: what is in them is found where they are one. */
const WRAPPED = /(?<![A-Za-z0-9+/])(?:[A-Za-z0-9+/]{40,100}\r?\n[ \t]*)+[A-Za-z0-9+/]+/g;

/** A text with each of its stretches of wrapped base64 made one line where `change` finds something in it then. */
export function throughWrapped(text: string, change: (line: string) => string): string {
  return text.replaceAll(WRAPPED, (block) => {
    const line = block.replaceAll(/\s+/g, '');
    const changed = change(line);
    return changed === line ? block : changed;
  });
}
