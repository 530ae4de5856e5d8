// SPDX-License-Identifier: Apache-2.0
// What the page changes. Each answer is put into the list at once; the live stream brings the rest.
import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query';
import { write } from './http';
import type { Boot, Client, ClientChange } from './types';

export function useAssign() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ mac, boot }: { mac: string; boot: Boot }) =>
      write<Client>('PUT', `assignments/${encodeURIComponent(mac)}`, boot),
    onSuccess: (client) => takeClient(queries, client),
  });
}

export function useChangeClient() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ mac, change }: { mac: string; change: ClientChange }) =>
      write<Client>('PUT', `clients/${encodeURIComponent(mac)}`, change),
    onSuccess: (client) => takeClient(queries, client),
  });
}

function takeClient(queries: QueryClient, changed: Client): void {
  queries.setQueryData<Client[]>(['clients'], (clients) =>
    clients?.map((client) => (client.mac === changed.mac ? changed : client)),
  );
  void queries.invalidateQueries({ queryKey: ['images'] });
}
