// SPDX-License-Identifier: Apache-2.0
// Reads and writes of the API. URLs are relative to the page, so that it works below any base path.
import { Cancelled, readProblem } from './problem';
import { tokenKeeper } from './token_keeper';

const patienceMilliseconds = 15_000;

export function apiUrl(path: string): string {
  return new URL(`api/v1/${path}`, document.baseURI).href;
}

export async function read<T>(path: string): Promise<T> {
  const response = await fetch(apiUrl(path), { signal: AbortSignal.timeout(patienceMilliseconds) });
  if (!response.ok) throw await readProblem(response);
  return (await response.json()) as T;
}

/** Sends a change; asks for the admin token when the server wants one, as often as it takes or until the person cancels. */
export async function write<T>(method: 'PUT' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<T> {
  let token = tokenKeeper.token();
  try {
    for (;;) {
      const response = await send(method, path, body, token);
      if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T;
      const problem = await readProblem(response);
      if (response.status !== 401 && response.status !== 403) throw problem;
      token = await tokenKeeper.ask(token === null ? null : problem.detail);
      if (token === null) throw new Cancelled();
    }
  } finally {
    tokenKeeper.settle();
  }
}

function send(method: string, path: string, body: unknown, token: string | null): Promise<Response> {
  const headers: Record<string, string> = {};
  if (token !== null) headers['Authorization'] = `Bearer ${token}`;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  return fetch(apiUrl(path), {
    method,
    headers,
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(patienceMilliseconds),
  });
}
