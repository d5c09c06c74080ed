import { expect, test } from 'vitest';
import { render } from './render.ts';
import { story } from './story.ts';

test('one event per line, exactly as it happened, the first with the version', async () => {
  const text = await render(story(), { format: 'json', verbosity: 0 });
  const lines = text.trimEnd().split('\n');
  const [first, ...rest] = story();
  expect(lines.map((line): unknown => JSON.parse(line))).toEqual([{ ...first, version: '0.1.0' }, ...rest]);
});

test('the text of two lines', async () => {
  const text = await render(story().slice(0, 3), { format: 'json' });
  expect(text).toMatchInlineSnapshot(`
    "{"kind":"run-started","playbook":"playbooks/site.yaml","hosts":["pi","nas","vpn"],"check":false,"diff":true,"time":"2026-11-20T10:00:00.000Z","version":"0.1.0"}
    {"kind":"play-started","play":"Router","where":"playbooks/router.yaml:1","hosts":["pi","nas","vpn"]}
    {"kind":"host-connecting","host":"pi"}
    "
  `);
});

test('what a host said cannot reach the terminal raw', async () => {
  const nasty = '\x1b]0;title\x07 \x9b31m \u202e';
  const text = await render([{ kind: 'host-connecting', host: nasty }], { format: 'json' });
  // oxlint-disable-next-line no-control-regex
  expect(text.trimEnd()).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202e]/);
  expect(JSON.parse(text)).toEqual({ kind: 'host-connecting', host: nasty, version: '0.1.0' });
});
