// SPDX-License-Identifier: Apache-2.0
// Joins the live line to what the page has read. Used once, by the shell.
import { useEffect, useState } from 'react';
import { apiUrl } from '../api/http';
import { everyTopic, queryClient, readAgain } from '../api/queries';
import type { ServerEvent } from '../api/types';
import { type Line, openLine } from './line';
import { Refresher } from './refresher';
import type { LiveState } from './stream';
import { topicsOf } from './topics';

const eventsKept = 1_000;
const shortestRest = 200;

let line: Line | null = null;

/** After a login, so that the line is the new person's. */
export function reopenLine(): void {
  line?.reopen();
}

export function useLive(): LiveState {
  const [state, setState] = useState<LiveState>('connecting');

  useEffect(() => {
    // A reading that takes long is followed by a long rest: the page stays smooth however many machines there are.
    const refresher = new Refresher<string>(readAgain, (took) => sleep(Math.max(shortestRest, 2 * took)));
    line = openLine(apiUrl('events/stream'), (news) => {
      if (news.what === 'state') {
        // The line may be broken because the login has ended.
        if (news.state === 'lost') refresher.mark(['me']);
        return setState(news.state);
      }
      if (news.what === 'read-all') return refresher.mark(everyTopic);
      const { event } = news;
      if (event.kind !== 'boot-step') {
        for (const key of [['events'], ['events', event.mac]]) {
          queryClient.setQueryData<ServerEvent[]>(key, (events) => events && append(events, event));
        }
      }
      refresher.mark(topicsOf(event));
    });
    return () => line?.close();
  }, []);

  return state;
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** An event can come twice: by the stream, and by a reading that ran at the same time. */
function append(events: ServerEvent[], event: ServerEvent): ServerEvent[] {
  if (events.some((known) => known.id === event.id)) return events;
  return [...events, event].slice(-eventsKept);
}
