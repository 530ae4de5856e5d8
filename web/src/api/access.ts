// SPDX-License-Identifier: Apache-2.0
// Users, tokens and logins, one function per route.
import { write } from './http';
import { markOld } from './queries';
import type { NewToken, Token, User } from './types';

const part = encodeURIComponent;

async function change<T>(topic: 'users' | 'tokens' | 'logins', ...request: Parameters<typeof write>): Promise<T> {
  const answer = await write<T>(...request);
  markOld(topic, 'logins', 'audit');
  return answer;
}

export const addUser = (user: { name: string; role: User['role']; password: string }) => change<User>('users', 'POST', 'users', user);
export const changeUser = (name: string, body: { role?: User['role']; password?: string }) =>
  change<User>('users', 'PUT', `users/${part(name)}`, body);
export const removeUser = (name: string) => change<void>('users', 'DELETE', `users/${part(name)}`);
export const addToken = (token: NewToken) => change<Token & { token: string }>('tokens', 'POST', 'tokens', token);
export const removeToken = (id: number) => change<void>('tokens', 'DELETE', `tokens/${id}`);
export const endLogin = (id: string) => change<void>('logins', 'DELETE', `logins/${part(id)}`);
