// SPDX-License-Identifier: Apache-2.0
// Joins the live stream to what the page has read. Used once, by App.
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { apiUrl } from './http';
import { type LiveState, openLiveStream } from './live_stream';
import { everyTopic, type Topic } from './queries';
import { Refresher } from './refresher';
import { topicsOf } from './topics';
import type { ServerEvent } from './types';

const restMilliseconds = 200;
const eventsKept = 300;

export function useLive(): LiveState {
  const queries = useQueryClient();
  const [state, setState] = useState<LiveState>('connecting');

  useEffect(() => {
    const refresher = new Refresher<Topic>(
      (topics) => Promise.all(topics.map((topic) => queries.invalidateQueries({ queryKey: [topic] }))),
      () => new Promise((resolve) => setTimeout(resolve, restMilliseconds)),
    );
    return openLiveStream(apiUrl('events/stream'), {
      onState: setState,
      onReadAll: () => refresher.mark(everyTopic),
      onEvent: (event) => {
        queries.setQueryData<ServerEvent[]>(['events'], (events) => append(events, event));
        refresher.mark(topicsOf(event.kind));
      },
    });
  }, [queries]);

  return state;
}

/** An event can come twice: by the stream, and by a reading that ran at the same time. */
function append(events: ServerEvent[] = [], event: ServerEvent): ServerEvent[] {
  if (events.some((known) => known.id === event.id)) return events;
  return [...events, event].slice(-eventsKept);
}
