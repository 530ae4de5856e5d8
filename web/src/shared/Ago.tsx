// SPDX-License-Identifier: Apache-2.0
import { formatAgo } from './format';
import { useNow } from './useNow';

/** A time as distance from now; the exact time shows on hover. */
export function Ago({ time }: { time: string }) {
  const now = useNow();
  return (
    <time dateTime={time} title={new Date(time).toLocaleString()}>
      {formatAgo(time, now)}
    </time>
  );
}
