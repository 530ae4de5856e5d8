// SPDX-License-Identifier: Apache-2.0
import { Alert, Container, Group, Title } from '@mantine/core';
import type { LiveState } from '../api/live_stream';
import { FerryIcon } from '../shared/icons';
import { ForgetToken } from '../token/ForgetToken';
import classes from './Header.module.css';
import { SchemeToggle } from './SchemeToggle';
import { ServerState } from './ServerState';

export function Header({ live }: { live: LiveState }) {
  return (
    <header className={classes.header}>
      <Container size="xl">
        <Group justify="space-between" wrap="nowrap" gap="md" mih={60}>
          <Group gap={10} wrap="nowrap" className={classes.brand}>
            <FerryIcon />
            <Title order={1} size="h3">
              Bootferry
            </Title>
          </Group>
          <Group gap="sm" wrap="nowrap" className={classes.tools}>
            <ServerState live={live} />
            <ForgetToken />
            <SchemeToggle />
          </Group>
        </Group>
        {live === 'lost' && (
          <Alert color="yellow" variant="light" role="status" mb="sm" className={classes.lost}>
            The line to the server is broken; trying again. What you see may be old.
          </Alert>
        )}
      </Container>
    </header>
  );
}
