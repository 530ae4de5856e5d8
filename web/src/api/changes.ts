// SPDX-License-Identifier: Apache-2.0
// What the page changes, one function per route. Each answer is put into the list at once; the live line brings the rest.
import { replace, send, write } from './http';
import { markOld, queryClient, takeClient } from './queries';
import type {
  Assignment, Boot, BootScript, Check, Client, ClientChange, DriveMode, Group, Image, NewImage, OtherServer, Overlay, Rule,
  SelfTest, Template, WebhookResult,
} from './types';

const part = encodeURIComponent;

export async function assign(mac: string, boot: Boot): Promise<Client> {
  return taken(await write<Client>('PUT', `assignments/${part(mac)}`, boot));
}

/** Where `seen` is given, only if that much of the client is still so. */
export async function changeClient(mac: string, change: ClientChange, seen?: Partial<Client>): Promise<Client> {
  const path = `clients/${part(mac)}`;
  if (seen === undefined) return taken(await write<Client>('PUT', path, change));
  return orReadAgain(async () => taken(await replace<Client>(path, change, seen)), `client:${mac}`);
}

/** A change that is refused shows what is there now. */
async function orReadAgain<T>(change: () => Promise<T>, ...topics: string[]): Promise<T> {
  try {
    return await change();
  } catch (error) {
    markOld(...topics);
    throw error;
  }
}

function taken(client: Client): Client {
  takeClient(client);
  markOld('images', 'overlays');
  return client;
}

export async function removeClient(mac: string): Promise<void> {
  await write('DELETE', `clients/${part(mac)}`);
  markOld('clients', 'images', 'overlays');
}

export async function wakeClient(mac: string, how: { next_boot?: string; broadcast?: string } = {}): Promise<void> {
  await write('POST', `clients/${part(mac)}/wake`, how);
  if (how.next_boot !== undefined) markOld('clients');
}

/** As a change: only who may write may see how machines are let in. */
export async function readScript(mac: string): Promise<BootScript> {
  return (await (await send(`clients/${part(mac)}/script`, { method: 'GET', headers: {} })).json()) as BootScript;
}

/** Tells it now; the list has the result afterwards. */
export async function testWebhook(number: number): Promise<WebhookResult> {
  const result = await write<WebhookResult>('POST', `webhooks/${number}/test`);
  markOld('webhooks');
  return result;
}

type GroupMenu = Omit<Group, 'name' | 'clients'>;

export async function makeGroup(name: string): Promise<void> {
  await write('PUT', `groups/${part(name)}`, {});
  markOld('groups');
}

export async function changeGroup(name: string, group: GroupMenu, seen: GroupMenu): Promise<void> {
  await orReadAgain(() => replace(`groups/${part(name)}`, group, seen), 'groups');
  markOld('groups', 'clients');
}

export async function removeGroup(name: string): Promise<void> {
  await write('DELETE', `groups/${part(name)}`);
  markOld('groups', 'clients', 'defaults');
}

/** What machines get that nobody has given anything. */
export async function changeDefault(unknown: Assignment, seen: Assignment): Promise<void> {
  await orReadAgain(() => replace('defaults', { unknown }, { unknown: seen }), 'defaults');
  markOld('defaults', 'clients');
}

export async function changeRules(rules: readonly Rule[], seen: readonly Rule[]): Promise<void> {
  await orReadAgain(() => replace('rules', { rules }, { rules: seen }), 'rules');
  markOld('rules', 'clients');
}

export async function changeTemplate(name: string, text: string, seen: string): Promise<void> {
  await orReadAgain(() => replace<Template>(`templates/${part(name)}`, { text }, { text: seen }), 'templates');
  markOld('templates');
}

export async function removeTemplate(name: string): Promise<void> {
  await write('DELETE', `templates/${part(name)}`);
  markOld('templates');
}

export const swapFloppy = (mac: string, image: string) => write('POST', `clients/${part(mac)}/floppy`, { image });

export const runSelfTest = () => write<SelfTest>('POST', 'check');

/** Before there is an admin: the code of the first visit opens it. */
export async function runFirstCheck(code: string): Promise<SelfTest> {
  const answer = await send('first-visit/check', { method: 'POST', headers: { 'X-First-Visit-Code': code } });
  return (await answer.json()) as SelfTest;
}

export async function probeServers(): Promise<void> {
  const { servers } = await write<{ servers: OtherServer[] }>('POST', 'network/servers/probe');
  queryClient.setQueryData(['servers'], servers);
}

export async function dropSession(id: number): Promise<void> {
  await write('DELETE', `sessions/${id}`);
  markOld('sessions');
}

// Images ------------------------------------------------------------------------------------------------------------

async function changeImage<T>(method: 'POST' | 'DELETE', path: string, body?: unknown): Promise<T> {
  const answer = await write<T>(method, path, body);
  markOld('images', 'versions', 'check');
  return answer;
}

export const createImage = (image: NewImage) => changeImage<Image>('POST', 'images', image);
export const removeImage = (name: string) => changeImage<void>('DELETE', `images/${part(name)}`);
export const growImage = (name: string, size: number) => changeImage<Image>('POST', `images/${part(name)}/grow`, { size });
export const repairImage = (name: string) => changeImage<Check>('POST', `images/${part(name)}/repair`);
export const publishVersion = (name: string, body: { comment?: string; from?: number }) =>
  changeImage<Image>('POST', `images/${part(name)}/publish`, body);
export const cloneImage = (name: string, body: { name: string; from?: number }) =>
  changeImage<Image>('POST', `images/${part(name)}/clone`, body);
export const removeVersion = (name: string, number: number) => changeImage<Image>('DELETE', `images/${part(name)}/versions/${number}`);

export async function cancelJob(id: number): Promise<void> {
  await write('DELETE', `jobs/${id}`);
  markOld('jobs');
}

// Overlays ----------------------------------------------------------------------------------------------------------

/** Which overlay is meant: a machine can have one of each kind on an image. */
export type OverlayId = Pick<Overlay, 'mac' | 'image'> & { mode: DriveMode };

async function changeOverlay<T>(method: 'POST' | 'DELETE', { mac, image, mode }: OverlayId, what: string, body?: unknown): Promise<T> {
  const answer = await write<T>(method, `clients/${part(mac)}/overlays/${part(image)}${what}?mode=${mode}`, body);
  markOld('overlays', 'images', 'versions');
  return answer;
}

export const takeSnapshot = (of: OverlayId, comment: string) => changeOverlay<Overlay>('POST', of, '/snapshots', { comment });
export const removeSnapshot = (of: OverlayId, number: number) => changeOverlay<Overlay>('DELETE', of, `/snapshots/${number}`);
export const rollBack = (of: OverlayId, snapshot: number) => changeOverlay<Overlay>('POST', of, '/rollback', { snapshot });
export const applyOverlay = (of: OverlayId, comment: string) => changeOverlay<Overlay>('POST', of, '/apply', { comment });
export const rebaseOverlay = (of: OverlayId) => changeOverlay<Overlay>('POST', of, '/rebase', {});
export const cloneOverlay = (of: OverlayId, name: string) => changeOverlay<Overlay>('POST', of, '/clone', { name });
export const growOverlay = (of: OverlayId, size: number) => changeOverlay<Overlay>('POST', of, '/grow', { size });
export const discardOverlay = (of: OverlayId) => changeOverlay<void>('DELETE', of, '');
