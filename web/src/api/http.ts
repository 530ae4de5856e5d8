// SPDX-License-Identifier: Apache-2.0
// Reads and writes of the API. URLs are relative to the page, so that it works below any base path.
import { Cancelled, changedMeanwhile, Problem, readProblem } from './problem';
import { tokenKeeper } from './token_keeper';

const patienceMilliseconds = 15_000;
/** what copies, checks or writes whole images */
const longPatienceMilliseconds = 120_000;

/** Called when the server does not know this browser any more. */
let onStranger = () => {};

export function whenStranger(call: () => void): void {
  onStranger = call;
}

export function apiUrl(path: string): string {
  return new URL(`api/v1/${path}`, document.baseURI).href;
}

export async function read<T>(path: string, patience = patienceMilliseconds): Promise<T> {
  const response = await fetch(apiUrl(path), { signal: AbortSignal.timeout(patience) });
  if (!response.ok) {
    if (response.status === 401) onStranger();
    throw await readProblem(response);
  }
  return (await response.json()) as T;
}

/** What a change shows the server: who sends it. */
export function authorization(): Record<string, string> {
  const token = tokenKeeper.token();
  // No foreign page can make a browser send this header: it proves that a change is meant.
  return { 'X-Bootferry': '1', ...(token !== null && { Authorization: `Bearer ${token}` }) };
}

export type Method = 'PUT' | 'POST' | 'DELETE';

/** Sends a change and gives its answer; undefined when there is none. */
export async function write<T>(method: Method, path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = body === undefined ? {} : { 'Content-Type': 'application/json' };
  const response = await send(path, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** A PUT that is done only if what it replaces is still what the person saw when he began, so that nobody's work is lost. */
export async function replace<T>(path: string, body: object, seen: object): Promise<T> {
  const response = await fetch(apiUrl(path), { cache: 'no-store', signal: AbortSignal.timeout(patienceMilliseconds) });
  if (!response.ok) throw await readProblem(response);
  const now = (await response.json()) as Record<string, unknown>;
  const same = Object.entries(seen).every(([key, value]) => JSON.stringify(now[key]) === JSON.stringify(value));
  if (!same) throw changedMeanwhile();
  const headers = { 'Content-Type': 'application/json', 'If-Match': response.headers.get('ETag') ?? '*' };
  try {
    const answer = await send(path, { method: 'PUT', headers, body: JSON.stringify(body) });
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  } catch (error) {
    // Between the two somebody else was quicker.
    throw error instanceof Problem && error.status === 412 ? changedMeanwhile() : error;
  }
}

/** Whether this browser has logged in: then a refusal is the answer, and no reason to ask for the admin token. */
let loggedIn = () => false;

export function whetherLoggedIn(call: () => boolean): void {
  loggedIn = call;
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
      const asksForToken = (response.status === 401 || response.status === 403) && !isDoor(path);
      if (!asksForToken || loggedIn()) {
        if (response.status === 401 && !isDoor(path)) onStranger();
        throw problem;
      }
      token = await tokenKeeper.ask(token === null ? null : problem.detail);
      if (token === null) throw new Cancelled();
    }
  } finally {
    tokenKeeper.settle();
  }
}

/** Where people show who they are: a refusal there is about what they typed. */
function isDoor(path: string): boolean {
  return path === 'login' || path.startsWith('first-visit');
}
