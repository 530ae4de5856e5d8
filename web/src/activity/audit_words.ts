// SPDX-License-Identifier: Apache-2.0
// What a line of the audit log is about, in words: one sentence for each route that changes something, or takes secrets along.
// It says what was asked for; whether it was done, the answer says. Pure.
import { t } from '@lingui/core/macro';
import type { Change } from '../api/types';
import type { Names } from '../machines/names';

/** By method and route; they get what stands in the braces, a machine by its name. */
const sentences: Record<string, (...parts: string[]) => string> = {
  'POST first-visit': () => t`Make the first admin`,
  'POST first-visit/restore': () => t`Restore a backup at the first visit`,
  'POST first-visit/check': () => t`Run the self-test at the first visit`,
  'POST login': () => t`Log in`,
  'POST logout': () => t`Log out`,
  'PUT me/password': () => t`Change one's own password`,
  'DELETE logins/{id}': () => t`Log a browser out`,
  'POST users': () => t`Add a user`,
  'PUT users/{name}': (user) => t`Change the user ${user}`,
  'DELETE users/{name}': (user) => t`Remove the user ${user}`,
  'POST tokens': () => t`Make an API token`,
  'DELETE tokens/{id}': (id) => t`Revoke the API token ${id}`,

  'PUT clients/{mac}': (machine) => t`Change the machine ${machine}`,
  'DELETE clients/{mac}': (machine) => t`Forget the machine ${machine}`,
  'PUT assignments/{mac}': (machine) => t`Say what ${machine} boots`,
  'DELETE assignments/{mac}': (machine) => t`Let ${machine} wait`,
  'POST clients/{mac}/wake': (machine) => t`Wake ${machine}`,
  'POST clients/{mac}/floppy': (machine) => t`Change the floppy of ${machine}`,
  'DELETE sessions/{id}': (id) => t`Drop the session ${id}`,

  'DELETE clients/{mac}/overlays/{image}': (machine, image) => t`Discard what ${machine} changed on ${image}`,
  'POST clients/{mac}/overlays/{image}/snapshots': (machine, image) => t`Take a snapshot of ${image} of ${machine}`,
  'DELETE clients/{mac}/overlays/{image}/snapshots/{number}': (machine, image, number) =>
    t`Remove snapshot ${number} of ${image} of ${machine}`,
  'POST clients/{mac}/overlays/{image}/rollback': (machine, image) => t`Roll ${image} of ${machine} back`,
  'POST clients/{mac}/overlays/{image}/apply': (machine, image) => t`Publish what ${machine} changed on ${image}`,
  'POST clients/{mac}/overlays/{image}/rebase': (machine, image) => t`Rebase ${image} of ${machine}`,
  'POST clients/{mac}/overlays/{image}/clone': (machine, image) => t`Make an image of ${image} of ${machine}`,
  'POST clients/{mac}/overlays/{image}/grow': (machine, image) => t`Grow ${image} of ${machine}`,
  'POST clients/{mac}/overlays/{image}/export': (machine, image) => t`Export ${image} of ${machine}`,
  'GET clients/{mac}/overlays/{image}/content': (machine, image) => t`Download ${image} of ${machine}`,
  'GET clients/{mac}/overlays/{image}/files/content': (machine, image) => t`Download a file on ${image} of ${machine}`,

  'POST images': () => t`Make or add an image`,
  'DELETE images/{name}': (image) => t`Remove the image ${image}`,
  'POST images/{name}/grow': (image) => t`Grow the image ${image}`,
  'POST images/{name}/publish': (image) => t`Publish a version of the image ${image}`,
  'POST images/{name}/clone': (image) => t`Clone the image ${image}`,
  'POST images/{name}/export': (image) => t`Export the image ${image}`,
  'POST images/{name}/repair': (image) => t`Repair the image ${image}`,
  'DELETE images/{name}/versions/{number}': (image, number) => t`Remove version ${number} of the image ${image}`,
  'GET images/{name}/content': (image) => t`Download the image ${image}`,
  'GET images/{name}/files/content': (image) => t`Download a file on the image ${image}`,
  'DELETE jobs/{id}': (id) => t`Cancel the job ${id}`,
  'POST uploads': () => t`Upload an image`,
  'DELETE uploads/{id}': () => t`End an upload`,

  'PUT groups/{name}': (group) => t`Make or change the group ${group}`,
  'DELETE groups/{name}': (group) => t`Remove the group ${group}`,
  'PUT rules': () => t`Change the rules`,
  'PUT defaults': () => t`Change what unknown machines get`,
  'PUT templates/{name}': (template) => t`Change the template ${template}`,
  'DELETE templates/{name}': (template) => t`Use the built-in template ${template} again`,

  'GET backup': () => t`Download a backup`,
  'POST restore': () => t`Restore a backup`,
  'POST apply': () => t`Apply a file`,
  'POST check': () => t`Run the self-test`,
  'POST network/servers/probe': () => t`Look for other DHCP servers`,
  'POST webhooks/{number}/test': (number) => t`Send a test to webhook ${number}`,
};

const patterns = Object.entries(sentences).map(([route, say]) => {
  const [method = '', path = ''] = route.split(' ');
  return { method, parts: path.split('/'), say };
});

const isHole = (part: string) => part.startsWith('{');

/** null for a route that is not known here. */
export function describeChange({ method, path }: Pick<Change, 'method' | 'path'>, names: Names): string | null {
  const parts = path.replace(/^\/api\/v1\//, '').split('/');
  const fits = (wanted: readonly string[]) =>
    wanted.length === parts.length && wanted.every((part, at) => isHole(part) || part === parts[at]);
  const found = patterns.find((pattern) => pattern.method === method && fits(pattern.parts));
  if (found === undefined) return null;
  const holes = parts.filter((_, at) => isHole(found.parts[at] ?? '')).map(decode);
  return found.say(...holes.map((part) => names.get(part) ?? part));
}

/** What a change of a machine named; the other notes are the server's. */
export function describeNote({ method, path, note }: Pick<Change, 'method' | 'path' | 'note'>): string {
  if (method !== 'PUT' || !path.startsWith('/api/v1/clients/')) return note;
  return note.split(', ').map((key) => fields[key]?.() ?? key).join(', ');
}

const fields: Record<string, () => string> = {
  name: () => t`its name`,
  boot: () => t`what it boots`,
  reserved_address: () => t`its address`,
  access: () => t`access to its disks`,
  entries: () => t`boot entries`,
  default_entry: () => t`the default entry`,
  menu_timeout: () => t`how long the menu waits`,
  next_boot: () => t`the next boot`,
  groups: () => t`groups`,
  variables: () => t`variables`,
  quirks: () => t`firmware`,
};

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;  // a refused request's path may be anything
  }
}

export const knownRoutes: readonly string[] = Object.keys(sentences);
