// SPDX-License-Identifier: Apache-2.0
// What the page reads, one hook per list. The live line says when to read again, so nothing here goes stale by itself.
import { keepPreviousData, QueryClient, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { type Names, namesOf } from '../machines/names';
import { throughput } from '../sessions/throughput';
import { type Disk, folderPath } from './disks';
import { read, write } from './http';
import { Problem } from './problem';
import type {
  Assignment, BootInList, BootRecord, Change, Check, Client, Group, Health, Image, ImageFolder, Job, Lease, LoaderList, Login, Network, OtherServer, Overlay, Rule,
  ServerEvent, Session, Template, TemplatePreview, TemplateSummary, Token, Upload, User, Version, Webhook,
} from './types';

export const everyTopic: readonly string[] = [
  'health', 'clients', 'images', 'versions', 'overlays', 'jobs', 'uploads', 'sessions', 'leases', 'events', 'boots',
  'me', 'users', 'tokens', 'logins', 'audit', 'groups', 'rules', 'defaults', 'templates', 'loaders', 'network', 'servers',
  'webhooks',
];

const healthEvery = 15_000;

function mayComeRight(failures: number, error: Error): boolean {
  return failures < 2 && !(error instanceof Problem);
}

export const queryClient = new QueryClient({
  defaultOptions: {
    // 'always': a network without internet is this page's normal home; the browser's own "offline" says nothing here.
    // What the server has refused it refuses again; a line that broke or a server that was slow gets a second and a third chance.
    queries: { staleTime: Infinity, retry: mayComeRight, retryDelay: 1_000, refetchOnWindowFocus: false, networkMode: 'always' },
    mutations: { networkMode: 'always' },
  },
});

/** More single machines than this are read faster as one list. */
const mostSingleReadings = 6;

/** Topics are query keys, `boots:MAC` of two parts; `client:MAC` is one machine of the list. */
export async function readAgain(topics: readonly string[]): Promise<void> {
  const machines = topics.filter((topic) => topic.startsWith('client:')).map((topic) => topic.slice('client:'.length));
  const lists = new Set(topics.filter((topic) => !topic.startsWith('client:')));
  if (machines.length > mostSingleReadings) lists.add('clients');
  const singly = lists.has('clients') ? [] : machines;
  await Promise.all([
    ...[...lists].map((topic) => queryClient.invalidateQueries({ queryKey: keyOf(topic) })),
    ...singly.map(readClient),
  ]);
}

function keyOf(topic: string): string[] {
  const colon = topic.indexOf(':');
  return colon === -1 ? [topic] : [topic.slice(0, colon), topic.slice(colon + 1)];
}

/** What the page has changed itself: read now, whatever the live line says later. */
export function markOld(...topics: string[]): void {
  void readAgain(topics);
}

async function readClient(mac: string): Promise<void> {
  if (queryClient.getQueryData(['clients']) === undefined) return queryClient.invalidateQueries({ queryKey: ['clients'] });
  try {
    takeClient(await read<Client>(`clients/${encodeURIComponent(mac)}`));
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 404) throw error;
    queryClient.setQueryData<Client[]>(['clients'], (clients) => clients?.filter((client) => client.mac !== mac));
  }
}

export function takeClient(client: Client): void {
  queryClient.setQueryData<Client[]>(['clients'], (clients) => {
    if (clients === undefined) return undefined;
    const at = clients.findIndex(({ mac }) => mac === client.mac);
    return at === -1 ? [...clients, client] : clients.with(at, client);
  });
}

/** A list that the API answers under its own name: `{"images": [...]}`. */
function useList<T>(topic: string, path = topic, enabled = true) {
  return useQuery({
    queryKey: [topic, ...(path === topic ? [] : [path])],
    queryFn: async () => (await read<Record<string, T[]>>(path))[topic] ?? [],
    enabled,
  });
}

export function useHealth() {
  return useQuery({ queryKey: ['health'], queryFn: () => read<Health>('health'), refetchInterval: healthEvery });
}

export const useClients = () => useList<Client>('clients');
export const useImages = () => useList<Image>('images');
/** What a running machine changes grows without events, and is let go a moment after its session has ended. */
export function useOverlays() {
  return useQuery({
    queryKey: ['overlays'],
    queryFn: async () => (await read<{ overlays: Overlay[] }>('overlays')).overlays,
    refetchInterval: (query) => (query.state.data?.some(({ in_use }) => in_use) ? 5_000 : false),
  });
}

export const useJobs = () => useList<Job>('jobs');
export const useUploads = () => useList<Upload>('uploads');
export const useLeases = () => useList<Lease>('leases');
export const useVersions = (image: string) => useList<Version>('versions', `images/${encodeURIComponent(image)}/versions`);

export const useGroups = () => useList<Group>('groups');
export const useRules = () => useList<Rule>('rules');
export const useTemplates = () => useList<TemplateSummary>('templates');

export function useTemplate(name: string | null) {
  return useQuery({
    queryKey: ['templates', name],
    queryFn: () => read<Template>(`templates/${encodeURIComponent(name ?? '')}`),
    enabled: name !== null,
  });
}

/** The script that a text would make for a machine; null: of none. It reads, though it needs the right to write. */
export function useTemplatePreview(name: string, mac: string | null, text: string) {
  return useQuery({
    queryKey: ['clients', mac, 'preview', name, text],
    queryFn: () => write<TemplatePreview>('POST', `templates/${encodeURIComponent(name)}/preview`, { client: mac, text }),
    enabled: mac !== null,
    placeholderData: (before, query) => (query?.queryKey[1] === mac ? before : undefined),
    gcTime: 0,
  });
}

export function useDefaults() {
  return useQuery({ queryKey: ['defaults'], queryFn: () => read<{ unknown: Assignment }>('defaults') });
}

export function useLoaders() {
  return useQuery({ queryKey: ['loaders'], queryFn: () => read<LoaderList>('loaders') });
}

/** The LAN, and how full the pool of addresses is. */
export function useNetwork() {
  return useQuery({ queryKey: ['network'], queryFn: () => read<Network>('network') });
}

/** Other DHCP and PXE servers that were heard. */
export function useServers() {
  return useQuery({
    queryKey: ['servers'],
    queryFn: async () => (await read<{ servers: OtherServer[] }>('network/servers')).servers,
  });
}

export const useUsers = (enabled: boolean) => useList<User>('users', 'users', enabled);
export const useTokens = (enabled: boolean) => useList<Token>('tokens', 'tokens', enabled);
export const useWebhooks = (enabled: boolean) => useList<Webhook>('webhooks', 'webhooks', enabled);
export const useLogins = (enabled: boolean) => useList<Login>('logins', 'logins', enabled);

export function useAudit(enabled: boolean) {
  return useQuery({
    queryKey: ['audit'],
    queryFn: async () => (await read<{ changes: Change[] }>('audit?limit=100')).changes,
    enabled,
  });
}

/** The names of the machines that have one, by MAC. */
export function useNames(): Names {
  const { data } = useClients();
  return useMemo(() => namesOf(data ?? []), [data]);
}

/** Byte counts move without events: while there is a session, they are read every two seconds, very many less often. */
export function useSessions() {
  return useQuery({
    queryKey: ['sessions'],
    queryFn: async () => {
      const { sessions } = await read<{ sessions: Session[] }>('sessions');
      throughput.take(sessions, performance.now());
      return sessions;
    },
    refetchInterval: (query) => {
      const count = query.state.data?.length ?? 0;
      return count === 0 ? false : count > 100 ? 5_000 : 2_000;
    },
  });
}

/** The boots of one machine, newest first. */
export function useBoots(mac: string) {
  return useQuery({
    queryKey: ['boots', mac],
    queryFn: async () => (await read<{ boots: BootInList[] }>(`boots?mac=${encodeURIComponent(mac)}&limit=20`)).boots,
  });
}

export function useBoot(mac: string, id: number | undefined) {
  return useQuery({
    queryKey: ['boots', mac, id],
    queryFn: () => read<BootRecord>(`boots/${id}`),
    enabled: id !== undefined,
    placeholderData: keepPreviousData,
  });
}

export function useMachineEvents(mac: string) {
  return useQuery({
    queryKey: ['events', mac],
    queryFn: async () => (await read<{ events: ServerEvent[] }>(`events?mac=${encodeURIComponent(mac)}&limit=200`)).events,
  });
}

/** The latest events of all, which the live line goes on with. */
export function useEvents() {
  return useQuery({
    queryKey: ['events'],
    queryFn: async () => (await read<{ events: ServerEvent[] }>('events?limit=500')).events,
  });
}

/** A folder inside the disk, read anew whenever it is shown; null: nobody has asked yet. */
export function useFiles(disk: Disk, path: string | null) {
  return useQuery({
    queryKey: ['files', disk, path],
    queryFn: () => read<ImageFolder>(folderPath(disk, path ?? '/')),
    enabled: path !== null,
    staleTime: 0,
    gcTime: 0,
  });
}

/** What a check of the image said; only read when somebody asks, for it reads the whole image. */
export function useCheck(image: string, wanted: boolean) {
  return useQuery({
    queryKey: ['check', image],
    queryFn: () => read<Check>(`images/${encodeURIComponent(image)}/check`, 120_000),
    enabled: wanted,
    placeholderData: keepPreviousData,
  });
}
