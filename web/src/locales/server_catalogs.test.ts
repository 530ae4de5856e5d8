// SPDX-License-Identifier: Apache-2.0
// The catalogs of the server's sentences follow the C++ sources: none holds a sentence that is no more, and none lacks one of those that
// people read most: why a boot fails, the self-test, the events, the check of an image. Of the errors some may be missing: they are shown in English.
import { describe, expect, test } from 'vitest';
import { isCommand } from '../shared/command';
import { pairsOf } from '../shared/server_words';
import { literalsOf, skeletonOf } from './cpp_literals';

const catalogs = import.meta.glob<string>('./server.*.po', { query: '?raw', import: 'default', eager: true });
const sources = import.meta.glob<string>(
  ['../../../services/**/*.{cpp,hpp}', '../../../images/**/*.{cpp,hpp}', '../../../db/*.{cpp,hpp}'],
  { query: '?raw', import: 'default', eager: true },
);

/** Where the sentences are that must all be translated. */
const spoken = /\/(services\/boot\/(stall_rules|boot_hearing|boot_timeline|boot_policy|script_policy|loader_table|network_servers|pool_usage|client_registry|overlay_plans|image_plans|plan_steps)|services\/app\/(self_check|check_\w+|firewall|missing_files|boot_keeper|job_list|wake_sender|space_watch|webhook_sender|disk_rights|disk_directory)|services\/(dhcp\/(responder|address_server|other_servers|elsewhere)|dhcpv6\/responder|http\/(script_renderer|boot_scripts|download_events)|iscsi\/server\w*|iscsi\/session\/(session|chap)|tftp\/(report|server_\w+))|db\/registry(_assignments|_checks)?|images\/check\/\w+)\.cpp$/;

/** What is in those files and is no sentence for a person. */
const unspoken = /^(SELECT|INSERT|DELETE|UPDATE|#!|HEAD) |\n|^\/usr|insert rule|dport \{\{|^\{\} holds \{\}$/;

const isSentence = (literal: string) => /[a-z]{2,}[,;:]? [a-z{(]/.test(literal) && !unspoken.test(literal) && !isCommand(literal);

const literals = Object.entries(sources).flatMap(([path, source]) => literalsOf(source).map((literal) => ({ path, literal })));
const inSource = new Set(literals.flatMap(({ literal }) => [literal, skeletonOf(literal)]));

test('the sources are there, and are read', () => {
  expect(Object.keys(catalogs)).toContain('./server.fr.po');
  expect(Object.keys(sources).filter((path) => spoken.test(path)).length).toBeGreaterThan(40);
  expect(inSource).toContain('The LAN interface {} is down');
});

describe.each(Object.entries(catalogs))('%s', (_, catalog) => {
  const pairs = pairsOf(catalog);
  const english = pairs.map(([sentence]) => sentence);

  test('holds no sentence that the server does not say any more', () => {
    expect(english.filter((sentence) => !inSource.has(sentence) && !inSource.has(skeletonOf(sentence)))).toEqual([]);
  });

  test('lacks none of the sentences about boots, of the self-test, of events and of the check of an image', () => {
    const known = new Set(english.map(skeletonOf));
    const missing = literals.filter(({ path, literal }) => spoken.test(path) && isSentence(literal) && !known.has(skeletonOf(literal)));
    expect(missing.map(({ path, literal }) => `${path}: ${literal}`)).toEqual([]);
  });

  test('has each sentence once, and enough of it that no other is taken for it', () => {
    expect(english.filter((sentence, index) => english.indexOf(sentence) !== index)).toEqual([]);
    const anything = (sentence: string) => sentence.replace(/\{\d+\}|\s/g, '').length < 3;
    expect(english.filter(anything)).toEqual([]);
  });

  test('has the same holes on both sides, counted from the left in English', () => {
    for (const [sentence, translation] of pairs) {
      const holes = [...sentence.matchAll(/\{(.*?)\}/g)].map(([, name]) => name);
      expect([sentence, holes]).toEqual([sentence, holes.map((__, index) => String(index))]);
      const filled = [...translation.matchAll(/\{(\d+)(:word|:name)?\}/g)].map(([, name]) => name).sort();
      expect([translation, filled]).toEqual([translation, [...holes].sort()]);
    }
  });
});
