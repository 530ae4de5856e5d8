// SPDX-License-Identifier: Apache-2.0
// The string literals of C++ sources, for the test of the server's sentences. Pure; no part of the page.

// A comment, a character, a raw or a usual string, or any other character; #include lines are passed over.
const token = /#include[^\n]*|\/\/[^\n]*|\/\*[^]*?\*\/|(?<![0-9A-Za-z_])'(?:\\.|[^'\\])+'|R"(\w*)\(([^]*?)\)\1"|"((?:\\.|[^"\\\n])*)"|\s+|[^]/g;

/** All literals of a source; those that stand next to each other are one. */
export function literalsOf(source: string): string[] {
  const literals: string[] = [];
  let open = false;
  for (const [whole, , raw, plain] of source.matchAll(token)) {
    const text = raw ?? (plain === undefined ? undefined : unescape(plain));
    if (text !== undefined) {
      if (open) literals.push(literals.pop() + text);
      else literals.push(text);
      open = true;
    } else if (!/^(?:\s|\/\/|\/\*)/.test(whole)) {
      open = false;
    }
  }
  return literals;
}

function unescape(text: string): string {
  return text.replace(/\\(n|t|.)/g, (_, c: string) => ({ n: '\n', t: '\t' })[c] ?? c);
}

/** A sentence without what its holes are called, nor those at its ends: what the server's and the catalog's have in common. */
export function skeletonOf(sentence: string): string {
  return sentence
    .replace(/\{\{/g, '\u0001')
    .replace(/\}\}/g, '\u0002')
    .replace(/\{[^{}]*\}/g, '{}')
    .replace(/^(?:\{\}|\s)+|(?:\{\}|[\s.])+$/g, '');
}
