// SPDX-License-Identifier: Apache-2.0
import { Alert, Anchor, Group, Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { UserMenu } from '../access/UserMenu';
import type { LiveState } from '../live/stream';
import { AskDialog } from '../shared/AskDialog';
import { FerryIcon } from '../shared/icons';
import { TokenDialog } from '../token/TokenDialog';
import { Navigation } from './Navigation';
import { places } from './places';
import { SchemeToggle } from './SchemeToggle';
import { ServerState } from './ServerState';
import classes from './Shell.module.css';

/** What stands around each page: the head, the ways to the other pages, and the dialogs. */
export function Shell({ live, children }: { live: LiveState; children: ReactNode }) {
  return (
    <div className={classes.shell}>
      <a href="#main" className={classes.skip} onClick={skipToMain}>
        {t`Skip to the content`}
      </a>
      <header className={classes.header}>
        <Anchor component={Link} href={places.machines} className={classes.brand} underline="never" aria-label="Bootferry">
          <FerryIcon />
          <Text fw={650} size="lg" span c="var(--mantine-color-text)" className={classes.brandWord}>
            Bootferry
          </Text>
        </Anchor>
        <Group gap="sm" wrap="nowrap" miw={0}>
          <ServerState live={live} />
          <UserMenu />
          <SchemeToggle />
        </Group>
      </header>
      <div className={classes.side}>
        <Navigation />
      </div>
      <main className={classes.main} id="main" tabIndex={-1}>
        {live === 'lost' && (
          <Alert color="yellow" variant="light" role="status" className={classes.lost}>
            {t`The line to the server is broken; trying again. What you see may be old.`}
          </Alert>
        )}
        {children}
      </main>
      <AskDialog />
      <TokenDialog />
    </div>
  );
}

/** The part behind '#' is the router's, so the jump is made by hand. */
function skipToMain(event: React.MouseEvent): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}
