// SPDX-License-Identifier: Apache-2.0
import { formatAgo, formatTime } from './format';
import { useNow } from './useNow';

/** A time as distance from now; the exact time shows on hover. */
export function Ago({ time }: { time: string }) {
  const now = useNow();
  return (
    <time dateTime={time} title={formatTime(time)}>
      {formatAgo(time, now)}
    </time>
  );
}
