import { describe, expect, test } from 'vitest';
import { openVault } from '../../src/secrets/vault.ts';

// Made by ansible-vault 2.14 with the password `correct horse`.
const PLAIN = `$ANSIBLE_VAULT;1.1;AES256
39373537363864616661373961373137383930356262653634623663376136306631633164656332
6539643032306337383261663565643335383036346332360a366236633762616634363866623332
34323239393732643834333965393938333431316163363138393031343238663037373061323338
3462323961646131640a343965626131653835353163396238336435373864346135376631376438
65333866653239646533363631323537353565633063633835336535333239303861`;
const LABELLED = `$ANSIBLE_VAULT;1.2;AES256;home
36633337383762323662353134386637646530363432366532346364326466643361643866306439
6639306366356632386339393363363033306266343636340a333337343237323436323065333336
33356332353164326664353832663330643863353331313235346435653833306331623132636464
3565666635333565300a653632363163393630616338383830366431663862666465373663343732
37666566666530396636306361316434386362373862303063616634663337303933`;

describe('ansible-vault', () => {
  test('opens both formats', () => {
    expect(openVault(PLAIN, 'correct horse')).toBe('db_password: hunter22\nname: ü\n');
    expect(openVault(LABELLED, 'correct horse')).toBe('sixteen letters.');
  });

  test('opens a value as it stands indented in YAML', () => {
    expect(openVault(PLAIN.replaceAll('\n', '\n    '), 'correct horse')).toContain('hunter22');
  });

  test('says what is wrong', () => {
    expect(() => openVault(PLAIN, 'wrong horse')).toThrow('the vault password does not open this');
    expect(() => openVault(PLAIN.slice(0, -9), 'correct horse')).toThrow(/damaged|does not open/);
    expect(() => openVault('$ANSIBLE_VAULT;1.1;AES256\nhunter', 'x')).toThrow(
      'this ansible-vault text is damaged',
    );
    expect(() => openVault('$ANSIBLE_VAULT;9.9;ROT13\n00', 'x')).toThrow(
      'this kind of ansible-vault is not known: $ANSIBLE_VAULT;9.9;ROT13',
    );
  });
});
