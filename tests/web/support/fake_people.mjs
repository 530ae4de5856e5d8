// SPDX-License-Identifier: Apache-2.0
// Who asks the fake server, and what he may: a login's cookie is his name, the admin token is a Bearer, and whatever stands in front of it is a trusted
// proxy, whose Remote-User is believed.
import { Refusal } from './fake_refusal.mjs';

export const cookieName = 'bootferry-login';

export function callerOf(server, request) {
  const first_visit = server.users.size === 0;
  const bearer = request.headers.authorization;
  if (bearer !== undefined) {
    if (bearer !== `Bearer ${server.token}`) throw new Refusal(401, 'This is not the admin token; it is in STATE_DIR/admin-token.');
    return { user: null, right: 'admin', via: 'file-token', first_visit, refused: null };
  }
  const named = request.headers['remote-user'];
  if (server.users.has(named)) return callerBy(server, named, 'proxy');
  const name = new RegExp(`${cookieName}=([^;]+)`).exec(request.headers.cookie ?? '')?.[1];
  if (server.users.has(name)) return callerBy(server, name, 'login');
  const refused = named === undefined || first_visit ? null : `The reverse proxy says that you are ${named}, who may not use Bootferry.`;
  return { user: null, right: first_visit ? 'read' : 'anyone', via: 'nothing', first_visit, refused };
}

function callerBy(server, name, via) {
  return { user: name, right: server.users.get(name).role === 'admin' ? 'admin' : 'read', via, first_visit: false, refused: null };
}

const ranks = ['anyone', 'read', 'write', 'admin'];

export function checkRight(server, caller, needed, request) {
  const named = caller.via === 'login' || caller.via === 'proxy';
  if (named && needed !== 'read' && request?.headers['x-bootferry'] === undefined) {
    throw new Refusal(403, 'Programs that use a login\'s cookie send the header "X-Bootferry: 1".');
  }
  if (ranks.indexOf(caller.right) >= ranks.indexOf(needed)) return;
  if (named) throw new Refusal(403, `${caller.user} may look, and change nothing: ask an admin.`);
  throw new Refusal(401, server.users.size === 0 ? 'Changes need the admin token; it is in STATE_DIR/admin-token.' : 'Log in first.');
}

export function logIn(response, name) {
  response.setHeader('Set-Cookie', `${cookieName}=${name}; Path=/; HttpOnly; SameSite=Strict`);
}

export function logOut(response) {
  response.setHeader('Set-Cookie', `${cookieName}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict`);
}
