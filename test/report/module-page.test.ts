import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineModule, known } from '../../src/model/module.ts';
import { flag, mode, secretText, text, textList } from '../../src/model/schema.ts';
import {
  moduleIndex,
  moduleListForTerminal,
  modulePage,
  modulePageForTerminal,
} from '../../src/report/index.ts';

const fixture = defineModule({
  name: 'letter',
  summary: 'Puts a letter into a box.',
  description:
    'The letter is **never** opened.\nIt lies in `/var/box` until it is read.\n\n- once\n- or twice',
  params: z.strictObject({
    to: text.describe('Whose box.'),
    lines: textList.describe('What it says; a | stands for a pause.'),
    secret: secretText.optional().describe('Said to nobody.'),
    source: text.optional().describe('A form to fill in.'),
    mode: mode.default('0600').describe('Who may read it.'),
    state: z.enum(['sent', 'kept', 'lost']).default('sent').describe('What becomes of it.'),
    express: flag.default(false).describe('Faster.'),
    stamps: z
      .array(z.strictObject({ value: z.number().int().describe('In cents.'), picture: text.optional() }))
      .optional(),
    marks: z.record(z.string(), text).optional().describe('More to write on it.'),
  }),
  inputs: { source: 'template' },
  freeForm: 'to',
  aliases: { dest: 'to', recipient: 'to' },
  examples: [
    { title: 'Write to Alice', yaml: '- letter: Alice\n' },
    { title: 'Write to everybody.', yaml: '- letter:\n    to: all\n    express: true', needs: 'root' },
  ],
  returns: { weight: 'In grams.' },
  probe: () => known(undefined),
  plan: () => [],
});

test('a page in Markdown', () => {
  expect(modulePage(fixture)).toMatchInlineSnapshot(`
    "<!-- Written by \`npm run docs\` from the module itself, in src/modules. -->

    # letter

    Puts a letter into a box.

    The letter is **never** opened.
    It lies in \`/var/box\` until it is read.

    - once
    - or twice

    ## Parameters

    A text alone stands for \`to\`: \`letter: TEXT\`.

    | parameter | type | default | meaning |
    | --- | --- | --- | --- |
    | \`to\` | text | **required** | Whose box. Also: \`dest\`, \`recipient\`. |
    | \`lines\` | text or list of texts | **required** | What it says; a \\| stands for a pause. |
    | \`secret\` | text |  | Said to nobody. |
    | \`source\` | template on the controller |  | A form to fill in. |
    | \`mode\` | text | \`0600\` | Who may read it. |
    | \`state\` | \`sent\`, \`kept\` or \`lost\` | \`sent\` | What becomes of it. |
    | \`express\` | true/false | \`false\` | Faster. |
    | \`stamps\` | list of maps |  |  |
    | \`stamps[].value\` | whole number | **required** | In cents. |
    | \`stamps[].picture\` | text |  |  |
    | \`marks\` | map of texts |  | More to write on it. |

    ## Examples

    Write to Alice:

    \`\`\`yaml
    - letter: Alice
    \`\`\`

    Write to everybody.

    \`\`\`yaml
    - letter:
        to: all
        express: true
    \`\`\`

    Needs root (\`become: true\`).

    ## Result

    \`register\` holds \`changed\`, \`failed\` and \`skipped\`, and after a failure \`rc\` and \`msg\`.

    | also | meaning |
    | --- | --- |
    | \`weight\` | In grams. |

    ## Check mode and diff

    \`homerun plan\` shows what would change and touches nothing. \`--diff\` shows what differs, on a plan and on a run.
    "
  `);
});

test('the same page for a terminal of 60 columns', () => {
  expect(modulePageForTerminal(fixture, { color: false, columns: 60 })).toMatchInlineSnapshot(`
    "letter  Puts a letter into a box.

    The letter is never opened. It lies in /var/box until it is
    read.

    - once
    - or twice

    Parameters
      to  text · required
          Whose box. Also: dest, recipient.
      lines  text or list of texts · required
          What it says; a | stands for a pause.
      secret  text
          Said to nobody.
      source  template on the controller
          A form to fill in.
      mode  text · default: 0600
          Who may read it.
      state  sent, kept or lost · default: sent
          What becomes of it.
      express  true/false · default: false
          Faster.
      stamps  list of maps
      stamps[].value  whole number · required
          In cents.
      stamps[].picture  text
      marks  map of texts
          More to write on it.

      A text alone stands for to: letter: TEXT.

    Examples
      # Write to Alice.
      - letter: Alice

      # Write to everybody. Needs root (become: true).
      - letter:
          to: all
          express: true

    Result
      register holds changed, failed and skipped, and after a
      failure rc and msg.
      weight
          In grams.

    Check mode and diff
      homerun plan shows what would change and touches nothing.
      --diff shows what differs, on a plan and on a run.
    "
  `);
});

test('colour changes nothing but colour', () => {
  const colored = modulePageForTerminal(fixture, { color: true, columns: 60 });
  // oxlint-disable-next-line no-control-regex
  expect(colored.replace(/\x1b\[\d+m/g, '')).toBe(
    modulePageForTerminal(fixture, { color: false, columns: 60 }),
  );
  expect(colored).toContain('\x1b[1mletter\x1b[22m');
});

test('the list of modules', () => {
  const other = { ...fixture, name: 'go', summary: 'Goes.' };
  expect(moduleListForTerminal([fixture, other], { color: false, columns: 40 })).toMatchInlineSnapshot(`
    "letter  Puts a letter into a box.
    go      Goes.

    homerun doc MODULE tells more about one of them.
    "
  `);
  expect(moduleIndex([fixture, other])).toMatchInlineSnapshot(`
    "<!-- Written by \`npm run docs\` from src/modules/index.ts. -->

    # Modules

    What a task can do. \`homerun doc MODULE\` shows the same page in the terminal.

    | module | what it does |
    | --- | --- |
    | [letter](letter.md) | Puts a letter into a box. |
    | [go](go.md) | Goes. |
    "
  `);
});
