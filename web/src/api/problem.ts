// SPDX-License-Identifier: Apache-2.0
// What can go wrong between the page and the server, each with one sentence for the person in front of it.
import { t } from '@lingui/core/macro';
import { said } from '../shared/server_words';
import type { ProblemBody } from './types';

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly detail: string,
    /** a setting or a command that helps */
    readonly hint: string | null = null,
  ) {
    super(detail);
    this.name = 'Problem';
  }
}

/** The person closed the token dialog: nothing happened, and nothing needs to be said. */
export class Cancelled extends Error {}

export async function readProblem(response: Response): Promise<Problem> {
  let body: ProblemBody = {};
  try {
    body = (await response.json()) as ProblemBody;
  } catch {
    // Not from our API: a proxy's own error page, for example.
  }
  const detail = body.detail ?? body.title ?? t`The server answered ${response.status} ${response.statusText}.`;
  return new Problem(response.status, detail, body.hint ?? null);
}

export function changedMeanwhile(): Problem {
  return new Problem(
    412,
    t`Somebody else changed this meanwhile, and nothing of theirs is lost. Look at what it is now; then make your change again.`,
  );
}

/** null when there is nothing to tell. */
export function tellError(error: unknown): string | null {
  if (error === null || error === undefined || error instanceof Cancelled) return null;
  if (error instanceof Problem) return error.hint === null ? said(error.detail) : `${said(error.detail)} ${said(error.hint)}`;
  return t`The server does not answer. Is Bootferry running, and is this device on its network?`;
}
