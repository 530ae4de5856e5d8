// SPDX-License-Identifier: Apache-2.0
import { type ReactNode, useState } from 'react';
import { FirstVisitPage } from './FirstVisitPage';
import { LoginPage } from './LoginPage';
import { useMe } from './me';

/** Lets people in: the first of all makes himself the admin, later ones log in. */
export function Gate({ children }: { children: ReactNode }) {
  const { data: me, errorUpdateCount } = useMe();
  const [later, setLater] = useState(false);
  // Where the server does not answer, the pages say so. They ask again, and stay while they wait: an error is forgotten then.
  if (me === undefined) return errorUpdateCount === 0 ? null : children;
  if (me.right === 'anyone') return <LoginPage refused={me.refused} />;
  if (me.first_visit && me.via === 'nothing' && !later) return <FirstVisitPage onLater={() => setLater(true)} />;
  return children;
}
