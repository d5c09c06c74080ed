import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encryptWithPassphrase, newIdentity } from '../../src/secrets/age.ts';
import {
  createKeyring,
  editFile,
  encryptFile,
  encryptValue,
  rekeyFiles,
  viewFile,
} from '../../src/secrets/index.ts';
import { modeOf, settledDesk, type Desk } from './house.ts';

const PLAIN = 'db: hunter22\npin: 007\n';
const VAULT = `$ANSIBLE_VAULT;1.1;AES256\n39373537363864616661373961373137383930356262653634623663376136306631633164656332
6539643032306337383261663565643335383036346332360a366236633762616634363866623332
34323239393732643834333965393938333431316163363138393031343238663037373061323338
3462323961646131640a343965626131653835353163396238336435373864346135376631376438
65333866653239646533363631323537353565633063633835336535333239303861\n`;

async function encrypted(): Promise<Desk & { readonly path: string }> {
  const made = await settledDesk();
  const path = made.file('secrets.yaml', PLAIN);
  await encryptFile(path);
  return { ...made, path };
}

describe('encrypt', () => {
  test('takes the place of the file, with its permissions, and leaves nothing beside it', async () => {
    const { folder, options, path } = await encrypted();
    expect(readFileSync(path, 'utf8')).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----\n/);
    expect(readdirSync(folder).sort()).toEqual(['.homerun-recipients', 'secrets.yaml']);
    expect(modeOf(path)).toBe('644');
    expect(await viewFile(path, createKeyring(options))).toBe(PLAIN);
    await expect(encryptFile(path)).rejects.toThrow('is encrypted already');
    await expect(encryptFile(join(folder, 'nope'))).rejects.toThrow('there is no file');
    await expect(encryptFile(folder)).rejects.toThrow(`${folder} is a folder`);
  });

  test('gives a value as it stands in YAML; view shows the file with it opened', async () => {
    const { folder, options, file } = await settledDesk();
    const path = file('vars.yaml', `user: pi\n${await encryptValue('two\nlines', folder, 'key')}more: 1\n`);
    expect(readFileSync(path, 'utf8')).toMatch(/^user: pi\nkey: !secret \|\n {2}-----BEGIN AGE/);
    expect(await viewFile(path, createKeyring(options))).toBe(
      'user: pi\nkey: !secret |\n  two\n  lines\nmore: 1\n',
    );
    await expect(viewFile(file('plain', 'x'), createKeyring(options))).rejects.toThrow('is not encrypted');
  });
});

describe('rekey', () => {
  test('gives files and values to those who were added, and to nobody where one cannot be opened', async () => {
    const { folder, options, path, file } = await encrypted();
    const value = file('value.yaml', await encryptValue('two', folder, 'v'));
    const added = await newIdentity();
    const recipients = join(folder, '.homerun-recipients');
    writeFileSync(recipients, `${readFileSync(recipients, 'utf8')}${added.recipient} # the other one\n`);
    const before = readFileSync(path, 'utf8');
    const broken = file('broken.yaml', before.replace(/^.{64}$/m, ''));
    const keyring = createKeyring(options);
    await expect(rekeyFiles([path, broken], keyring)).rejects.toThrow('damaged');
    expect(readFileSync(path, 'utf8')).toBe(before);
    await rekeyFiles([path, value], keyring);
    const other = createKeyring({
      ...options,
      environment: { HOMERUN_IDENTITY_FILE: file('other', added.identity) },
    });
    expect([await viewFile(path, other), await viewFile(value, other)]).toEqual([
      PLAIN,
      'v: !secret |\n  two\n',
    ]);
  });

  test('turns an ansible-vault file into age; edit leaves it alone', async () => {
    const { options, file } = await settledDesk();
    const path = file('vault.yaml', VAULT);
    const vaultPasswordFile = file('password', 'correct horse\n');
    const keyring = createKeyring({ ...options, vaultPasswordFile });
    await expect(editFile(path, keyring, options)).rejects.toThrow(
      'is an ansible-vault file, which is only read',
    );
    await rekeyFiles([path], keyring);
    expect(readFileSync(path, 'utf8')).toContain('BEGIN AGE');
    expect(await viewFile(path, keyring)).toBe('db_password: hunter22\nname: ü\n');
  });
});

test('a file that was encrypted with a passphrase is opened by it, and rekey turns it to recipients', async () => {
  const { options, file } = await settledDesk();
  const path = file('secrets.yaml', await encryptWithPassphrase('correct horse', PLAIN));
  const questions: string[] = [];
  const typing = (answer: string) =>
    createKeyring({
      ...options,
      ask: async (question) => Promise.resolve(questions.push(question)).then(() => answer),
    });
  await expect(viewFile(path, createKeyring(options))).rejects.toThrow('nobody is there to type it');
  expect(await viewFile(path, typing('correct horse'))).toBe(PLAIN);
  await expect(editFile(path, typing('correct horse'), options)).rejects.toThrow(
    'encrypted with a passphrase',
  );
  await rekeyFiles([path], typing('correct horse'));
  expect(questions).toEqual(Array(2).fill('Passphrase of this file: '));
  expect(await viewFile(path, createKeyring(options))).toBe(PLAIN);
});

describe('edit', () => {
  test('writes what the editor left, from a private file in memory that is gone afterwards', async () => {
    const { options, path, file } = await encrypted();
    const editor = file(
      'editor',
      'stat -c "%a %n" "$1" "${1%/*}" >"$0.saw"; stat -f -c %T "$1" >>"$0.saw"; echo "x: y" >>"$1"',
    );
    const environment = { ...options.environment, EDITOR: `sh ${editor}` };
    const keyring = createKeyring(options);
    expect(await editFile(path, keyring, { ...options, environment })).toBe(true);
    expect(await viewFile(path, keyring)).toBe(`${PLAIN}x: y\n`);
    const [plain = '', folder = '', kind] = readFileSync(`${editor}.saw`, 'utf8').split('\n');
    expect([plain.split(' ')[0], folder.split(' ')[0], kind]).toEqual(['600', '700', 'tmpfs']);
    expect(existsSync(folder.split(' ')[1] ?? '/')).toBe(false);
  });

  test('writes nothing where nothing was changed, or where the editor failed', async () => {
    const { options, path } = await encrypted();
    const before = readFileSync(path, 'utf8');
    const edit = (EDITOR: string) =>
      editFile(path, createKeyring(options), { ...options, environment: { ...options.environment, EDITOR } });
    expect(await edit('true')).toBe(false);
    await expect(edit('sh -c "echo x >>$0; exit 3"')).rejects.toThrow('did not do it: exit code 3');
    await expect(edit('no-such-editor')).rejects.toThrow('did not do it: there is no such program');
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  test('opens a file with encrypted values, and encrypts those again that were changed', async () => {
    const { folder, options, file } = await settledDesk();
    const [one, two, three] = [
      await encryptValue('two\nlines', folder, 'one'),
      await encryptValue('second', folder, 'two'),
      await encryptValue('third', folder),
    ];
    const list = `list:\n  - name: x\n  - ${three.replaceAll('\n  ', '\n      ')}`;
    const path = file(
      'vars.yaml',
      `# !secret | in a comment\nuser: pi\n${one}\n# of two\n${two}${list}end: 1\n`,
    );
    const before = readFileSync(path, 'utf8');
    const edit = (script: string) => {
      const editor = file('editor', script);
      const environment = { ...options.environment, EDITOR: `sh ${editor}` };
      return editFile(path, createKeyring(options), { ...options, environment });
    };
    const seen = join(folder, 'seen');
    expect(await edit(`cp "$1" ${seen}`)).toBe(false);
    expect(readFileSync(seen, 'utf8')).toBe(
      '# !secret | in a comment\nuser: pi\none: !secret |\n  two\n  lines\n\n# of two\ntwo: !secret |\n  second\nlist:\n  - name: x\n  - !secret |\n      third\nend: 1\n',
    );
    expect(readFileSync(path, 'utf8')).toBe(before);
    expect(
      await edit(`sed -i 's/^  second$/  other/; s/^user: pi$/user: "pa"/' "$1"
printf '%s\\n' "four: !secret 'it''s four' # new" 'five: !secret "a\\tb"' '' 'six: !secret |' '    1' '      2' '' '# end' >>"$1"`),
    ).toBe(true);
    const after = readFileSync(path, 'utf8');
    // What did not change keeps its armor.
    expect([after.includes(one), after.includes(two), after.includes(list)]).toEqual([true, false, true]);
    expect(after).not.toMatch(/other|four'|a.tb| 2$/m);
    expect(await viewFile(path, createKeyring(options))).toBe(
      '# !secret | in a comment\nuser: "pa"\none: !secret |\n  two\n  lines\n\n# of two\ntwo: !secret |\n  other\nlist:\n  - name: x\n  - !secret |\n      third\nend: 1\n' +
        "four: !secret |\n  it's four\nfive: !secret |\n  a\tb\n\nsix: !secret |\n    1\n      2\n\n# end\n",
    );
  });

  test('makes a new file', async () => {
    const { folder, options } = await settledDesk();
    const path = join(folder, 'new.yaml');
    const environment = { ...options.environment, EDITOR: `sh -c 'echo "a: b" >"$0"'` };
    expect(await editFile(path, createKeyring(options), { ...options, environment })).toBe(true);
    expect([await viewFile(path, createKeyring(options)), modeOf(path)]).toEqual(['a: b\n', '600']);
  });

  test('removes the text in the clear at once when it is interrupted, and ends the editor', async () => {
    const { options, path, file } = await encrypted();
    const before = readFileSync(path, 'utf8');
    const editor = file('editor', 'echo x >>"$1"; echo "$1" >"$0.new"; mv "$0.new" "$0.saw"; exec sleep 600');
    const controller = new AbortController();
    const environment = { ...options.environment, EDITOR: `sh ${editor}` };
    const editing = editFile(path, createKeyring(options), {
      ...options,
      environment,
      interrupted: controller.signal,
    });
    const ended = editing.catch((error: unknown) => error);
    while (!existsSync(`${editor}.saw`)) await new Promise((resolve) => setTimeout(resolve, 10));
    const plain = readFileSync(`${editor}.saw`, 'utf8').trim();
    expect(existsSync(plain)).toBe(true);
    controller.abort();
    expect(existsSync(plain)).toBe(false);
    expect(await ended).toMatchObject({ name: 'AbortError' });
    expect(readFileSync(path, 'utf8')).toBe(before);
  });
});
