// SPDX-License-Identifier: Apache-2.0
import { Alert, Badge, Group, Paper, Skeleton, Text, Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import { tellError } from '../api/problem';
import classes from './Section.module.css';

interface SectionProps<T> {
  title: string;
  items: T[] | undefined;
  error: unknown;
  /** said when the list is empty */
  empty: ReactNode;
  children: (items: T[]) => ReactNode;
}

/** A titled list with its three other faces: loading, failed, empty. */
export function Section<T>({ title, items, error, empty, children }: SectionProps<T>) {
  const id = useId();
  const failure = items === undefined ? tellError(error) : null;
  return (
    <Paper component="section" withBorder aria-labelledby={id} className={classes.section}>
      <Group gap="xs" className={classes.head}>
        <Title order={2} size="h4" id={id}>
          {title}
        </Title>
        {items !== undefined && items.length > 0 && (
          <Badge variant="default" size="sm" className={classes.count} aria-hidden>
            {items.length}
          </Badge>
        )}
      </Group>
      {failure !== null && (
        <Alert color="red" role="alert" m="md" mt={0}>
          {failure}
        </Alert>
      )}
      {items === undefined && failure === null && <Skeleton height={48} m="md" mt={0} width="auto" />}
      {items?.length === 0 && (
        <Text c="dimmed" size="sm" className={classes.empty}>
          {empty}
        </Text>
      )}
      {items !== undefined && items.length > 0 && children(items)}
    </Paper>
  );
}
