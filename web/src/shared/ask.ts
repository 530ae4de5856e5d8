// SPDX-License-Identifier: Apache-2.0
// Asks the person one thing before something is done: a confirmation, or a few fields. Knows no React: AskDialog shows it.
import type { ReactNode } from 'react';

export interface Field {
  name: string;
  label: string;
  description?: string;
  placeholder?: string;
  initial?: string;
  /** size: "16G"; its value is the text, parseSize reads it */
  kind?: 'text' | 'size' | 'password';
  /** one of these, instead of a text */
  choices?: readonly { value: string; label: string }[];
  optional?: boolean;
}

export interface Question {
  title: string;
  text?: ReactNode;
  fields?: Field[];
  /** the word on the button */
  action: string;
  /** what it does cannot be taken back */
  danger?: boolean;
  /** told when it is done */
  done?: string;
  /** While it runs the dialog waits; when it fails the dialog says why and stays. */
  run: (values: Record<string, string>) => Promise<unknown>;
}

let question: Question | null = null;
const listeners = new Set<() => void>();

export function ask(next: Question | null): void {
  question = next;
  for (const listener of listeners) listener();
}

export const currentQuestion = (): Question | null => question;

export function onQuestion(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
