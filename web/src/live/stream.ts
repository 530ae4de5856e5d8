// SPDX-License-Identifier: Apache-2.0
// One EventSource that does not give up. The browser reconnects by itself after a broken line; where it does not (an HTTP
// error, as a proxy gives while the server restarts) this opens a new one. Runs in the shared worker, or in the page.
import { eventKinds } from '../api/event_kinds';
import type { ServerEvent } from '../api/types';

export type LiveState = 'connecting' | 'live' | 'lost';

/** What the stream tells, as values that can be posted to another thread. */
export type LiveNews =
  | { what: 'state'; state: LiveState }
  | { what: 'event'; event: ServerEvent }
  /** the line is new, or the server no longer knows what was missed: read everything */
  | { what: 'read-all' };

const reopenMilliseconds = 1_000;

/** Returns the function that ends it. */
export function openLiveStream(url: string, tell: (news: LiveNews) => void): () => void {
  let source: EventSource | null = null;
  let reopening: ReturnType<typeof setTimeout> | undefined;

  const onEvent = (message: MessageEvent<string>) => tell({ what: 'event', event: JSON.parse(message.data) as ServerEvent });

  const close = () => {
    clearTimeout(reopening);
    source?.close();
    source = null;
  };

  const open = () => {
    close();
    source = new EventSource(url);
    source.onopen = () => {
      tell({ what: 'state', state: 'live' });
      tell({ what: 'read-all' });
    };
    source.onerror = () => {
      tell({ what: 'state', state: 'lost' });
      if (source?.readyState === EventSource.CLOSED) reopening = setTimeout(open, reopenMilliseconds);
    };
    source.addEventListener('reset', () => tell({ what: 'read-all' }));
    for (const kind of eventKinds) source.addEventListener(kind, onEvent);
  };

  open();
  return close;
}
