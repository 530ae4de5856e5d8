// SPDX-License-Identifier: Apache-2.0
import { Badge, Group, Paper, Skeleton, Text, Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import { tellError } from '../api/problem';
import { Failure } from './Failure';
import classes from './Section.module.css';

interface CardProps {
  title: string;
  /** 1 for the section that is the page */
  order?: 1 | 2;
  count?: number | undefined;
  /** buttons at the right of the title */
  actions?: ReactNode;
  children: ReactNode;
}

/** A titled card. */
export function Card({ title, order = 2, count, actions, children }: CardProps) {
  const id = useId();
  return (
    <Paper component="section" withBorder aria-labelledby={id} className={classes.section}>
      <Group gap="xs" justify="space-between" className={classes.head}>
        <Group gap="xs">
          <Title order={order} size="h4" id={id}>
            {title}
          </Title>
          {count !== undefined && count > 0 && (
            <Badge variant="default" size="sm" className={classes.count} aria-hidden>
              {count}
            </Badge>
          )}
        </Group>
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Paper>
  );
}

export function CardBody({ children }: { children: ReactNode }) {
  return <div className={classes.body}>{children}</div>;
}

interface SectionProps<T> extends Omit<CardProps, 'count' | 'children'> {
  items: readonly T[] | undefined;
  error: unknown;
  /** said when the list is empty */
  empty: ReactNode;
  children: (items: readonly T[]) => ReactNode;
  /** above the list, also above an empty one */
  before?: ReactNode;
}

/** A titled list with its three other faces: loading, failed, empty. */
export function Section<T>({ items, error, empty, children, before, ...card }: SectionProps<T>) {
  const failure = items === undefined ? tellError(error) : null;
  return (
    <Card {...card} count={items?.length}>
      {before}
      <Failure text={failure} m="md" mt={0} />
      {items === undefined && failure === null && <Skeleton height={48} m="md" mt={0} width="auto" />}
      {items?.length === 0 && (
        <Text c="dimmed" size="sm" component="div" className={classes.empty}>
          {empty}
        </Text>
      )}
      {items !== undefined && items.length > 0 && children(items)}
    </Card>
  );
}
