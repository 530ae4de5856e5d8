// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import french from '../locales/server.fr.po?raw';
import { learnServerWords } from '../shared/server_words';
import { Cancelled, Problem, readProblem, tellError } from './problem';

const answer = (status: number, body: string) => new Response(body, { status, statusText: 'Bad Gateway' });

test('a problem is told by its detail, and its hint where there is one', async () => {
  expect(tellError(await readProblem(answer(409, '{"detail": "The name is taken."}')))).toBe('The name is taken.');
  expect(tellError(await readProblem(answer(503, '{"detail": "mtools is missing.", "hint": "apt-get install mtools"}')))).toBe(
    'mtools is missing. apt-get install mtools',
  );
});

test("a proxy's own error page is told by its status", async () => {
  expect(tellError(await readProblem(answer(502, '<html>nginx</html>')))).toBe('The server answered 502 Bad Gateway.');
});

test('who has cancelled needs no telling, and a line that broke is told as such', () => {
  expect([tellError(null), tellError(new Cancelled())]).toEqual([null, null]);
  expect(tellError(new TypeError('Failed to fetch'))).toContain('The server does not answer.');
});

test('what the server refuses, and what helps, is told in the language of the page', () => {
  learnServerWords(french);
  const refusal = new Problem(409, 'There is a user ann already.', 'Use https and port 8443; the setting is http.require_https.');
  expect(tellError(refusal)).toBe('Il y a déjà un utilisateur ann. Utilisez https et le port 8443 ; le réglage est http.require_https.');
  learnServerWords(null);
  expect(tellError(refusal)).toBe('There is a user ann already. Use https and port 8443; the setting is http.require_https.');
});
