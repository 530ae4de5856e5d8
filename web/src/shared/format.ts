// SPDX-License-Identifier: Apache-2.0
// Numbers and times as people read them, in the page's language. Pure.
import { i18n } from '@lingui/core';
import { plural, t } from '@lingui/core/macro';

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

function formatNumber(value: number, digits: number): string {
  return new Intl.NumberFormat(i18n.locale || 'en', { maximumFractionDigits: digits, useGrouping: false }).format(value);
}

export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${formatNumber(value, unit === 0 || value >= 100 ? 0 : 1)} ${units[unit]}`;
}

export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(Math.round(bytesPerSecond))}/s`;
}

/** "16G", "1.5 TiB", "512": bytes; null when it is none. Units are powers of 1024, as on the command line. */
export function parseSize(text: string): number | null {
  const match = /^\s*(\d+(?:[.,]\d+)?)\s*([KMGTP]?)(?:i?B)?\s*$/i.exec(text);
  if (match === null) return null;
  const [, digits = '', unit = ''] = match;
  const power = unit === '' ? 0 : 'KMGTP'.indexOf(unit.toUpperCase()) + 1;
  const bytes = Math.round(Number(digits.replace(',', '.')) * 1024 ** power);
  return bytes > 0 && Number.isSafeInteger(bytes) ? bytes : null;
}

export function formatPercent(done: number, total: number): string {
  return total <= 0 ? '0 %' : `${Math.floor((100 * done) / total)} %`;
}

export function formatMicroseconds(microseconds: number): string {
  if (microseconds < 1000) return `${microseconds} µs`;
  return microseconds < 1_000_000 ? `${formatNumber(microseconds / 1000, 1)} ms` : `${formatNumber(microseconds / 1_000_000, 1)} s`;
}

export function formatDuration(seconds: number): string {
  if (seconds < 60) return `${Math.max(0, Math.floor(seconds))} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h`;
  return plural(Math.floor(seconds / 86400), { one: '# day', other: '# days' });
}

export function formatAgo(time: string, now: number): string {
  const seconds = (now - Date.parse(time)) / 1000;
  if (seconds < 10) return t`just now`;
  const distance = formatDuration(seconds);
  return t`${distance} ago`;
}

export function formatClock(time: string): string {
  return new Date(time).toLocaleTimeString(i18n.locale || 'en', { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
}

export function formatTime(time: string): string {
  return new Date(time).toLocaleString(i18n.locale || 'en', { dateStyle: 'medium', timeStyle: 'short' });
}
