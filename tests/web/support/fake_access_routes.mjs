// SPDX-License-Identifier: Apache-2.0
// Users, logins, tokens and the audit log of docs/api.md over the fake server's maps.
import { checkRight, logIn, logOut } from './fake_people.mjs';
import { Refusal } from './fake_refusal.mjs';

const now = () => new Date().toISOString();

export function addAccessRoutes(route) {
  const forAdmins = (method, path, handle) =>
    route(method, path, (server, asked) => {
      checkRight(server, asked.caller, 'admin', { headers: { 'x-bootferry': '1' } });
      return handle(server, asked);
    });

  const meOf = (server, name) => ({ user: name, right: server.users.get(name).role === 'admin' ? 'admin' : 'read', via: 'login', first_visit: false, refused: null });
  const userOf = (server, name) => {
    const { role, created, password_changed } = server.users.get(name);
    return { name, role, created, password_changed };
  };

  route('GET', 'me', (_, { caller }) => caller);
  route('POST', 'login', (server, { body: { name, password }, response }) => {
    if (server.users.get(name)?.password !== password) throw new Refusal(401, 'Name or password is wrong.');
    logIn(response, name);
    return meOf(server, name);
  });
  route('POST', 'logout', (_, { response }) => logOut(response));
  route('POST', 'first-visit', (server, { body: { code, name, password }, response }) => {
    if (server.users.size > 0) throw new Refusal(409, 'There is an admin already.');
    if (code !== server.code) throw new Refusal(401, 'This is not the code; it stands on the console.');
    server.addUser(name, 'admin');
    server.users.get(name).password = password;
    logIn(response, name);
    return meOf(server, name);
  });
  route('PUT', 'me/password', (server, { caller, body, response }) => {
    const user = server.users.get(caller.user);
    if (user.password !== body.old) throw new Refusal(401, 'The old password is wrong.');
    user.password = body.new;
    logIn(response, caller.user);
    return meOf(server, caller.user);
  });
  route('GET', 'logins', (server, { caller }) => ({
    logins: [{
      id: 'a1b2c3', user: caller.user, created: now(), seen: now(), expires: now(), address: '10.99.0.7', agent: 'Mozilla/5.0 (X11; Linux)', current: true,
    }],
  }));

  forAdmins('GET', 'users', (server) => ({ users: [...server.users.keys()].map((name) => userOf(server, name)) }));
  forAdmins('POST', 'users', (server, { body: { name, role, password } }) => {
    if (server.users.has(name)) throw new Refusal(409, `There is a user ${name} already.`);
    server.addUser(name, role);
    server.users.get(name).password = password;
    return userOf(server, name);
  });
  forAdmins('PUT', 'users/{name}', (server, { parts: [name], body }) => {
    Object.assign(server.users.get(name), body);
    return userOf(server, name);
  });
  forAdmins('DELETE', 'users/{name}', (server, { parts: [name] }) => void server.users.delete(name));
  forAdmins('GET', 'tokens', (server) => ({ tokens: server.tokens }));
  forAdmins('POST', 'tokens', (server, { body: { name, scope, expires_days }, caller }) => {
    const expires = expires_days === null ? null : new Date(Date.now() + expires_days * 86400_000).toISOString();
    const token = { id: server.tokens.length + 1, name, scope, owner: caller.user, created: now(), expires, used: null };
    server.tokens.push(token);
    return { ...token, token: 'bft_0123456789abcdef' };
  });
  forAdmins('DELETE', 'tokens/{id}', (server, { parts: [id] }) => {
    server.tokens = server.tokens.filter((token) => token.id !== Number(id));
  });
  forAdmins('GET', 'audit', (server) => ({
    changes: server.writes.map(({ method, path, body }, index) => ({
      id: index + 1, time: now(), who: 'user admin', address: '10.99.0.7', method, path: `/api/v1/${path}`, status: 200,
      note: /^clients\/[^/]+$/.test(path) ? Object.keys(body ?? {}).join(', ') : '',
    })).reverse(),
  }));
}
