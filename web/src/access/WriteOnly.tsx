// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { useMayWrite } from './me';

/** What changes something is shown only to those who may. The server holds them to it; this spares them the refusal. */
export function WriteOnly({ children }: { children: ReactNode }) {
  return useMayWrite() ? children : null;
}
