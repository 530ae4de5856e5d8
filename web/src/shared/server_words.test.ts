// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import french from '../locales/server.fr.po?raw';
import { learnServerWords, pairsOf, said } from './server_words';

const catalog = `# A small one.
msgid ""
msgstr ""
"Language: fr\\n"

msgid "Its login was refused: {0}"
msgstr "Refusée : {0}"

msgid "{0} is in use by {1}."
msgstr "{1} utilise {0}."

msgid "The image {0} is in use by {1}."
msgstr "L’image {0} est utilisée par {1}."

msgid "a secret (\\"{0}\\") is wrong"
msgstr ""
"le secret « {0} » "
"est faux"

msgid "The {0} overlay is over: {1}"
msgstr "Le disque {0:word} : {1:word}"

msgid "private"
msgstr "privé"

msgid "Plug the cable in. Then wait."
msgstr "Branchez le câble. Puis attendez."

msgid "not done yet"
msgstr ""
`;

beforeEach(() => learnServerWords(catalog));
afterEach(() => learnServerWords(null));

test('a .po file is pairs of sentences, without its head and without what is not translated yet', () => {
  const pairs = pairsOf(catalog);
  expect(pairs).toHaveLength(7);
  expect(pairs[3]).toEqual(['a secret ("{0}") is wrong', 'le secret « {0} » est faux']);
});

describe('what the server said', () => {
  test('is filled with its values, in the order of the language', () => {
    expect(said('dos.img is in use by pc1.')).toBe('pc1 utilise dos.img.');
  });

  test('is the sentence that says most by itself, when several would fit', () => {
    expect(said('The image dos is in use by pc1.')).toBe('L’image dos est utilisée par pc1.');
  });

  test('is translated within a value, with a full stop or without', () => {
    expect(said('Its login was refused: a secret ("x") is wrong.')).toBe('Refusée : le secret « x » est faux.');
    expect(said('Its login was refused: The image dos is in use by pc1')).toBe('Refusée : L’image dos est utilisée par pc1');
  });

  test('may be several sentences, of which some belong together and some are unknown', () => {
    expect(said('Its login was refused: nobody knows. Plug the cable in. Then wait. Look twice!')).toBe(
      'Refusée : nobody knows. Branchez le câble. Puis attendez. Look twice!',
    );
    expect(said('Nobody knows. The image dos is in use by pc1.')).toBe('Nobody knows. L’image dos est utilisée par pc1.');
  });

  test('has words only where words are meant: an image may be called as one', () => {
    expect(said('The private overlay is over: private')).toBe('Le disque privé : privé');
    expect(said('The image private is in use by private.')).toBe('L’image private est utilisée par private.');
    expect(said('private')).toBe('private');
  });

  test('stays English where the catalog does not know it, and where the page speaks English', () => {
    expect(said('not done yet')).toBe('not done yet');
    expect(said('The disk of this server burns.')).toBe('The disk of this server burns.');
    learnServerWords(null);
    expect(said('The image dos is in use by pc1.')).toBe('The image dos is in use by pc1.');
  });
});

describe('French', () => {
  beforeEach(() => learnServerWords(french));

  test.each([
    ['The LAN interface lan0 (10.99.0.1/24) is down.', 'L’interface réseau lan0 (10.99.0.1/24) est arrêtée.'],
    [
      'Its login was refused: Image dos is in use for writing by pc1.',
      'Sa connexion à son disque a été refusée : L’image dos est ouverte en écriture par pc1.',
    ],
    [
      'pc2 does not get on: iPXE runs and gets no address. Change what this client boots.',
      'pc2 n’avance plus : iPXE fonctionne et n’obtient pas d’adresse. Changez ce que démarre cette machine.',
    ],
    [
      'PC 52:54:00:e2:e0:01 has its boot script: it boots from 2 disks (so says the group lab)',
      'PC 52:54:00:e2:e0:01 a son script de démarrage : elle démarre sur 2 disques (ainsi le veut le groupe lab)',
    ],
    [
      'The private overlay of pc1 on image win was kept as snapshot 3: before the update',
      'Le disque privé de pc1 sur l’image win a été gardé comme instantané 3: before the update',
    ],
    [
      'The image dos of drive 0x80 is not in the library any more. (so says pc1).',
      'L’image dos du disque 0x80 n’est plus dans la bibliothèque. (ainsi le veut pc1).',
    ],
    ['The image of this disk is new to the catalog', 'The image of this disk is new to the catalog'],
    ['The boot of pc1 is over: booted', 'Le démarrage de pc1 est fini : démarrée'],
    ['Image win: converting, 1 GiB of 4 GiB', 'Image win : conversion, 1 GiB sur 4 GiB'],
    [
      'PC 52:54:00:e2:e0:01 did not get undionly.kpxe: the machine fell silent; look for a firewall that stops UDP, or a cable (behind block 12)',
      'PC 52:54:00:e2:e0:01 n’a pas reçu undionly.kpxe : la machine s’est tue ; cherchez un pare-feu qui arrête UDP, ou un câble (après le bloc 12)',
    ],
    [
      'The server 10.0.0.1 offered 52:54:00:e2:e0:01 the address 10.0.0.9 and the boot file evil.0.',
      'Le serveur 10.0.0.1 a offert à 52:54:00:e2:e0:01 l’adresse 10.0.0.9 et le fichier de démarrage evil.0.',
    ],
  ])('%s', (english, wanted) => expect(said(english)).toBe(wanted));
});
