// SPDX-License-Identifier: Apache-2.0
// A MAC as a person types it or copies it off a label. Pure.

/** "52-54-00-E2-E0-01", "525400e2e001", "5254.00e2.e001" -> "52:54:00:e2:e0:01"; null when it is none. */
export function parseMac(text: string): string | null {
  const digits = text.trim().toLowerCase().replace(/[:.-]/g, '');
  return /^[0-9a-f]{12}$/.test(digits) ? (digits.match(/../g) ?? []).join(':') : null;
}
