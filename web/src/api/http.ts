// SPDX-License-Identifier: Apache-2.0
// Reads and writes of the API. URLs are relative to the page, so that it works below any base path.
import { Cancelled, readProblem } from './problem';
import { tokenKeeper } from './token_keeper';

const patienceMilliseconds = 15_000;
/** what copies, checks or writes whole images */
const longPatienceMilliseconds = 120_000;

export function apiUrl(path: string): string {
  return new URL(`api/v1/${path}`, document.baseURI).href;
}

export async function read<T>(path: string, patience = patienceMilliseconds): Promise<T> {
  const response = await fetch(apiUrl(path), { signal: AbortSignal.timeout(patience) });
  if (!response.ok) throw await readProblem(response);
  return (await response.json()) as T;
}

/** What a change shows the server: who sends it. */
export function authorization(): Record<string, string> {
  const token = tokenKeeper.token();
  return token === null ? {} : { Authorization: `Bearer ${token}` };
}

export type Method = 'PUT' | 'POST' | 'DELETE';

/** Sends a change and gives its answer; undefined when there is none. */
export async function write<T>(method: Method, path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = body === undefined ? {} : { 'Content-Type': 'application/json' };
  const response = await send(path, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** Sends a change; asks for the admin token when the server wants one, as often as it takes or until the person cancels. */
export async function send(path: string, request: RequestInit & { headers: Record<string, string> }): Promise<Response> {
  let token = tokenKeeper.token();
  try {
    for (;;) {
      const response = await fetch(apiUrl(path), {
        ...request,
        headers: { ...request.headers, ...authorization() },
        signal: AbortSignal.timeout(longPatienceMilliseconds),
      });
      if (response.ok) return response;
      const problem = await readProblem(response);
      if (response.status !== 401 && response.status !== 403) throw problem;
      token = await tokenKeeper.ask(token === null ? null : problem.detail);
      if (token === null) throw new Cancelled();
    }
  } finally {
    tokenKeeper.settle();
  }
}
