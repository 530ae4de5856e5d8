// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { Cancelled, readProblem, tellError } from './problem';

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
