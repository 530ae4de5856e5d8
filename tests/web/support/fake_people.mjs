// SPDX-License-Identifier: Apache-2.0
// Who asks the fake server, and what he may: a login's cookie is his name, the admin token is a Bearer.
import { Refusal } from './fake_refusal.mjs';

export const cookieName = 'bootferry-login';

export function callerOf(server, request) {
  const first_visit = server.users.size === 0;
  const bearer = request.headers.authorization;
  if (bearer !== undefined) {
    if (bearer !== `Bearer ${server.token}`) throw new Refusal(401, 'This is not the admin token; it is in STATE_DIR/admin-token.');
    return { user: null, right: 'admin', via: 'file-token', first_visit };
  }
  const name = new RegExp(`${cookieName}=([^;]+)`).exec(request.headers.cookie ?? '')?.[1];
  const user = server.users.get(name);
  if (user !== undefined) return { user: name, right: user.role === 'admin' ? 'admin' : 'read', via: 'login', first_visit };
  return { user: null, right: first_visit ? 'read' : 'anyone', via: 'nothing', first_visit };
}

const ranks = ['anyone', 'read', 'write', 'admin'];

export function checkRight(server, caller, needed, request) {
  if (caller.via === 'login' && needed !== 'read' && request?.headers['x-bootferry'] === undefined) {
    throw new Refusal(403, 'Programs that use a login\'s cookie send the header "X-Bootferry: 1".');
  }
  if (ranks.indexOf(caller.right) >= ranks.indexOf(needed)) return;
  if (caller.via === 'login') throw new Refusal(403, `${caller.user} may look, and change nothing: ask an admin.`);
  throw new Refusal(401, server.users.size === 0 ? 'Changes need the admin token; it is in STATE_DIR/admin-token.' : 'Log in first.');
}

export function logIn(response, name) {
  response.setHeader('Set-Cookie', `${cookieName}=${name}; Path=/; HttpOnly; SameSite=Strict`);
}

export function logOut(response) {
  response.setHeader('Set-Cookie', `${cookieName}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict`);
}
