// SPDX-License-Identifier: Apache-2.0
import { useSyncExternalStore } from 'react';
import { formatRate } from '../shared/format';
import { throughput } from './throughput';

/** What a machine reads and writes now; nothing before it was measured. */
export function Rate({ mac }: { mac: string }) {
  const now = useSyncExternalStore(throughput.subscribe, () => throughput.latestOf(mac));
  if (now === undefined) return null;
  return <span style={{ fontVariantNumeric: 'tabular-nums' }}>{formatRate(now.read + now.written)}</span>;
}
