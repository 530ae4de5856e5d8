// SPDX-License-Identifier: Apache-2.0
// The page's one EventSource. The browser reconnects by itself after a broken line; where it gives up (an HTTP error, as
// a proxy gives while the server restarts) this opens a new one. Hidden tabs let go of the line: a browser has six per host.
import { eventKinds, type ServerEvent } from './types';

export type LiveState = 'connecting' | 'live' | 'lost';

export interface LiveListener {
  onState(state: LiveState): void;
  onEvent(event: ServerEvent): void;
  /** The line is new, or the server no longer knows what was missed: read everything. */
  onReadAll(): void;
}

const reopenMilliseconds = 1_000;

/** Returns the function that ends it. */
export function openLiveStream(url: string, listener: LiveListener): () => void {
  let source: EventSource | null = null;
  let reopening: ReturnType<typeof setTimeout> | undefined;

  const onEvent = (message: MessageEvent<string>) => listener.onEvent(JSON.parse(message.data) as ServerEvent);

  const open = () => {
    close();
    source = new EventSource(url);
    source.onopen = () => {
      listener.onState('live');
      listener.onReadAll();
    };
    source.onerror = () => {
      listener.onState('lost');
      if (source?.readyState === EventSource.CLOSED) reopening = setTimeout(open, reopenMilliseconds);
    };
    source.addEventListener('reset', () => listener.onReadAll());
    for (const kind of eventKinds) source.addEventListener(kind, onEvent);
  };

  const close = () => {
    clearTimeout(reopening);
    source?.close();
    source = null;
  };

  const onVisibility = () => (document.hidden ? close() : open());

  open();
  document.addEventListener('visibilitychange', onVisibility);
  return () => {
    document.removeEventListener('visibilitychange', onVisibility);
    close();
  };
}
