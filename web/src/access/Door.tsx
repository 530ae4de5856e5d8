// SPDX-License-Identifier: Apache-2.0
import { Button, Paper, Stack, Text, Title } from '@mantine/core';
import type { FormEvent, ReactNode } from 'react';
import { SchemeToggle } from '../app/SchemeToggle';
import { Failure } from '../shared/Failure';
import { FerryIcon } from '../shared/icons';
import classes from './Door.module.css';

interface DoorProps {
  title: string;
  text?: ReactNode;
  action: string;
  ready: boolean;
  busy: boolean;
  failure: string | null;
  onSubmit: () => void;
  children: ReactNode;
  /** below the form */
  after?: ReactNode;
}

/** The one form that stands before the pages. */
export function Door({ title, text, action, ready, busy, failure, onSubmit, children, after }: DoorProps) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready && !busy) onSubmit();
  };
  return (
    <main className={classes.door}>
      <Paper withBorder p="lg" className={classes.card}>
        <form onSubmit={submit}>
          <Stack gap="md">
            <div className={classes.brand}>
              <FerryIcon />
              <Text fw={650} size="lg" span>
                Bootferry
              </Text>
              <span className={classes.scheme}>
                <SchemeToggle />
              </span>
            </div>
            <Title order={1} size="h3">
              {title}
            </Title>
            {text !== undefined && (
              <Text size="sm" component="div">
                {text}
              </Text>
            )}
            {children}
            <Failure text={failure} />
            <Button type="submit" disabled={!ready} loading={busy}>
              {action}
            </Button>
            {after}
          </Stack>
        </form>
      </Paper>
    </main>
  );
}
