// SPDX-License-Identifier: Apache-2.0
// What the page reads, one hook per list. The live stream says when to read again, so nothing here goes stale by itself.
import { QueryClient, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { type Names, namesOf } from '../machines/names';
import { read } from './http';
import type { Client, Health, Image, ServerEvent, Session } from './types';

export type Topic = 'health' | 'clients' | 'images' | 'sessions' | 'events';
export const everyTopic: readonly Topic[] = ['health', 'clients', 'images', 'sessions', 'events'];

const sessionBytesEvery = 2_000;
const healthEvery = 15_000;

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // 'always': a network without internet is this page's normal home; the browser's own "offline" says nothing here.
      queries: { staleTime: Infinity, retry: false, refetchOnWindowFocus: false, networkMode: 'always' },
      mutations: { networkMode: 'always' },
    },
  });
}

export function useHealth() {
  return useQuery({ queryKey: ['health'], queryFn: () => read<Health>('health'), refetchInterval: healthEvery });
}

export function useClients() {
  return useQuery({
    queryKey: ['clients'],
    queryFn: async () => (await read<{ clients: Client[] }>('clients')).clients,
  });
}

/** The names of the machines that have one, by MAC. */
export function useNames(): Names {
  const { data } = useClients();
  return useMemo(() => namesOf(data ?? []), [data]);
}

export function useImages() {
  return useQuery({
    queryKey: ['images'],
    queryFn: async () => (await read<{ images: Image[] }>('images')).images,
  });
}

/** Byte counts move without events: while there is a session, they are read every two seconds. */
export function useSessions() {
  return useQuery({
    queryKey: ['sessions'],
    queryFn: async () => (await read<{ sessions: Session[] }>('sessions')).sessions,
    refetchInterval: (query) => (query.state.data?.length ? sessionBytesEvery : false),
  });
}

export function useEvents() {
  return useQuery({
    queryKey: ['events'],
    queryFn: async () => (await read<{ events: ServerEvent[] }>('events?limit=200')).events,
  });
}
