// SPDX-License-Identifier: Apache-2.0
// How an initiator shows who it is, in words.
import { t } from '@lingui/core/macro';
import type { Access } from '../api/types';

export const authKinds = ['boot', 'chap', 'mutual', 'none'] as const satisfies readonly Access['auth'][];

export function authLabel(auth: Access['auth']): string {
  switch (auth) {
    case 'boot':
      return t`CHAP, a new secret with each boot script`;
    case 'chap':
      return t`CHAP, a fixed secret`;
    case 'mutual':
      return t`CHAP both ways, two fixed secrets`;
    case 'none':
      return t`none asked for`;
  }
}
