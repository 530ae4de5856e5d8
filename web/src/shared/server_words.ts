// SPDX-License-Identifier: Apache-2.0
// The server's sentences in the language of the page. The server speaks English; src/locales/server.LANGUAGE.po has its sentences with
// numbered holes for their values, and what each is in that language. English needs none of it. Knows no React.
// A hole {0} takes anything, and says it in the language of the page when it is a sentence of its own; {0:name} takes one word, as it
// is; {0:word} one word, which the catalog has too.

type Kind = 'anything' | 'word' | 'name';

interface Sentence {
  /** what stands between its holes */
  parts: readonly string[];
  kinds: readonly Kind[];
  /** how much of it is no value: the more, the surer it is meant */
  weight: number;
  translation: string;
}

let sentences: Sentence[] = [];
const words = new Map<string, string>();
const told = new Map<string, string>();
const mostTold = 5000;
/** A text that is longer is nothing that the server says by itself. */
const longest = 2000;
/** sentences that one entry of the catalog has */
const mostTogether = 4;

const hole = /\{(\d+)(?::(word|name))?\}/g;
const sentenceEnd = /(?<=[.?!]) /;

/** From now on said() speaks the language of this catalog, the text of a .po file; null for English. */
export function learnServerWords(catalog: string | null): void {
  const pairs = catalog === null ? [] : pairsOf(catalog);
  words.clear();
  told.clear();
  // A word alone may be somebody's name: it is put only into holes that are meant for one, {0:word}.
  for (const [english, translation] of pairs) if (!english.includes(' ')) words.set(english, translation);
  sentences = pairs.filter(([english]) => english.includes(' ')).map(sentenceOf).sort((a, b) => b.weight - a.weight);
}

/** The pairs of a .po file: what is said in English, and in its language. */
export function pairsOf(catalog: string): [english: string, translation: string][] {
  return [...catalog.matchAll(/^msgid ((?:".*"\n)+)msgstr ((?:".*"\n?)+)/gm)]
    .map(([, english = '', translation = '']): [string, string] => [unquoted(english), unquoted(translation)])
    .filter(([english, translation]) => english !== '' && translation !== '');
}

function unquoted(lines: string): string {
  return lines.trim().split('\n').map((line) => JSON.parse(line) as string).join('');
}

function sentenceOf([english, translation]: [string, string]): Sentence {
  const parts = withoutStop(english).split(/\{\d+\}/);
  const kinds = parts.slice(1).map((): Kind => 'anything');
  for (const [, number, kind] of translation.matchAll(hole)) if (kind !== undefined) kinds[Number(number)] = kind as Kind;
  return { parts, kinds, weight: parts.join('').length, translation: withoutStop(translation) };
}

/** What the server said, in the page's language; unchanged where the catalog does not know it. */
export function said(english: string): string {
  if (sentences.length === 0 || english.length > longest || !english.includes(' ')) return english;
  const before = told.get(english);
  if (before !== undefined) return before;
  const now = sayWhole(english) ?? sayInParts(english);
  if (told.size >= mostTold) told.clear();
  told.set(english, now);
  return now;
}

/** The server ends some sentences with a full stop that others have not. */
function sayWhole(english: string): string | null {
  const text = withoutStop(english);
  for (const sentence of sentences) {
    const values = valuesIn(text, sentence);
    if (values === null) continue;
    const filled = sentence.translation.replace(hole, (_, number: string, kind?: Kind) => {
      const value = values[Number(number)] ?? '';
      if (kind === undefined) return said(value);
      return kind === 'word' ? (words.get(value) ?? value) : value;
    });
    return english === text ? filled : `${filled}.`;
  }
  return null;
}

/** What a text has in the holes of a sentence, each as short as can be; null when it is not that sentence. Takes no longer for any text. */
function valuesIn(text: string, { parts, kinds }: Sentence): string[] | null {
  const [first = '', last = ''] = [parts[0], parts.at(-1)];
  if (parts.length === 1) return text === first ? [] : null;
  const end = text.length - last.length;
  if (!text.startsWith(first) || !text.endsWith(last)) return null;
  const values: string[] = [];
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const next = text.indexOf(part, at);
    if (next < 0) return null;
    values.push(text.slice(at, next));
    at = next + part.length;
  }
  if (at > end) return null;
  values.push(text.slice(at, end));
  if (first === '' && !isPieceOrWhole(values[0] ?? '')) return null;
  return values.every((value, index) => kinds[index] === 'anything' || /^\S+$/.test(value)) ? values : null;
}

/** At the beginning stands a piece of a sentence, or whole ones; never a whole one and a piece of the next. */
function isPieceOrWhole(value: string): boolean {
  return !sentenceEnd.test(value) || /[.?!]$/.test(value);
}

/** Several sentences one after the other: as many at a time as the catalog knows together. */
function sayInParts(english: string): string {
  const parts = english.split(sentenceEnd);
  if (parts.length === 1) return english;
  for (let end = Math.min(parts.length - 1, mostTogether); end > 0; end -= 1) {
    const first = sayWhole(parts.slice(0, end).join(' '));
    if (first !== null) return `${first} ${said(parts.slice(end).join(' '))}`;
  }
  return `${parts[0]} ${said(parts.slice(1).join(' '))}`;
}

function withoutStop(text: string): string {
  return text.endsWith('.') ? text.slice(0, -1) : text;
}
