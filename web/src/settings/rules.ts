// SPDX-License-Identifier: Apache-2.0
// A rule in words. Pure.
import { t } from '@lingui/core/macro';
import type { Rule } from '../api/types';
import { describeArchitecture } from '../machines/describe';

/** Which machines a rule is for. */
export function describePattern({ mac, uuid, serial, architecture }: Rule): string {
  const parts = [
    mac && `MAC ${mac}`,
    uuid && `UUID ${uuid}`,
    serial && t`serial number ${serial}`,
    architecture && describeArchitecture(architecture),
  ];
  return parts.filter((part) => part).join(', ') || t`all`;
}

/** Their patterns, told apart where two are the same. */
export function namesOfRules(rules: readonly Rule[]): string[] {
  const patterns = rules.map(describePattern);
  return patterns.map((pattern, index) => {
    const before = patterns.slice(0, index).filter((other) => other === pattern).length;
    return before === 0 ? pattern : `${pattern} (${before + 1})`;
  });
}
