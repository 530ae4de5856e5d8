// SPDX-License-Identifier: Apache-2.0
// Who this browser is to the server, and what it may do there.
import { useQuery } from '@tanstack/react-query';
import { read, whenStranger, whetherLoggedIn, write } from '../api/http';
import { queryClient } from '../api/queries';
import { tokenKeeper } from '../api/token_keeper';
import type { Me } from '../api/types';
import { reopenLine } from '../live/useLive';

whenStranger(() => void queryClient.invalidateQueries({ queryKey: ['me'] }));
whetherLoggedIn(() => isSomebody(queryClient.getQueryData<Me>(['me'])));

/** Has a name: by a login here, or by the one that a reverse proxy made. */
export function isSomebody(me: Me | undefined): boolean {
  return me?.via === 'login' || me?.via === 'proxy';
}

export function useMe() {
  return useQuery({ queryKey: ['me'], queryFn: () => read<Me>('me') });
}

/** Nobody who has not logged in is refused at once: the admin token may be given when it is needed. */
export function mayWrite(me: Me | undefined): boolean {
  return me === undefined || !isSomebody(me) || me.right === 'write' || me.right === 'admin';
}

export function useMayWrite(): boolean {
  return mayWrite(useMe().data);
}

/** And need not be asked for the admin token first. */
export function useMayWriteUnasked(): boolean {
  const me = useMe().data;
  return isSomebody(me) ? mayWrite(me) : tokenKeeper.token() !== null;
}

/** For users, tokens and the audit log, which nobody else sees. */
export function useIsAdmin(): boolean {
  const me = useMe().data;
  return isSomebody(me) && me?.right === 'admin';
}

async function become(me: Me): Promise<void> {
  queryClient.setQueryData(['me'], me);
  reopenLine();
  await queryClient.invalidateQueries();
}

export async function logIn(name: string, password: string): Promise<void> {
  await become(await write<Me>('POST', 'login', { name, password }));
}

export async function setUp(code: string, name: string, password: string): Promise<void> {
  await become(await write<Me>('POST', 'first-visit', { code, name, password }));
}

export async function changePassword(old: string, next: string): Promise<void> {
  await become(await write<Me>('PUT', 'me/password', { old, new: next }));
}

export async function logOut(): Promise<void> {
  await write('POST', 'logout');
  queryClient.clear();
  location.reload();
}
