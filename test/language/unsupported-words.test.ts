import { expect, test } from 'vitest';
import { moduleHint } from '../../src/language/unsupported-words.ts';
import { modules } from '../../src/modules/index.ts';
import { mistakes } from './house.ts';

test('what Ansible’s modules take and these do not is told with what to write instead, all at once', () => {
  expect(
    mistakes(
      `- hosts: pi
  tasks:
    - stat: {path: /etc/x, get_mime: true}
    - copy: {content: x, dest: /etc/x, setype: etc_t, modee: '0644'}
    - template: {src: x.hbs, dest: /etc/x}
      args: {trim_blocks: true}
    - set_fact: {attributes: 1}
    - ufw: {rule: allow}
    - community.crypto.openssl_privatekey: {path: /etc/x}
`,
      { modules, files: { 'templates/x.hbs': 'x' } },
    ),
  ).toMatchInlineSnapshot(`
    "playbooks/site.yaml:3:28: error: \`get_mime\` of \`stat\` is not supported
      3 |     - stat: {path: /etc/x, get_mime: true}
        |                            ^~~~~~~~
      hint: run \`file -b --mime\` with \`command\`

    playbooks/site.yaml:4:40: error: \`setype\` of \`copy\` is not supported
      4 |     - copy: {content: x, dest: /etc/x, setype: etc_t, modee: '0644'}
        |                                        ^~~~~~
      hint: run \`chcon\` or \`semanage\` with \`command\`

    playbooks/site.yaml:4:55: error: \`copy\` has no parameter \`modee\`
      4 |     - copy: {content: x, dest: /etc/x, setype: etc_t, modee: '0644'}
        |                                                       ^~~~~
      hint: did you mean \`mode\`?

    playbooks/site.yaml:6:14: error: \`trim_blocks\` of \`template\` is not supported
      6 |       args: {trim_blocks: true}
        |              ^~~~~~~~~~~
      hint: leave it out: templates are Handlebars, and \`{{{{raw}}}}\` shields text

    playbooks/site.yaml:8:7: error: there is no module \`ufw\`
      8 |     - ufw: {rule: allow}
        |       ^~~
      hint: use \`iptables_chains\`, which is what ufw writes in the end

    playbooks/site.yaml:9:7: error: there is no module \`community.crypto.openssl_privatekey\`
      9 |     - community.crypto.openssl_privatekey: {path: /etc/x}
        |       ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      hint: use \`certificate\` or \`certificate_authority\`, which make key and certificate together"
  `);
});

test('no hint is given for a module that is there', () => {
  expect(modules.map(({ name }) => name).filter((name) => moduleHint(name) !== undefined)).toEqual([]);
});
