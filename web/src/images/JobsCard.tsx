// SPDX-License-Identifier: Apache-2.0
import { Button, Group, Progress, Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { WriteOnly } from '../access/WriteOnly';
import { cancelJob } from '../api/changes';
import { useJobs, useNames } from '../api/queries';
import type { Job } from '../api/types';
import type { Names } from '../machines/names';
import { ask } from '../shared/ask';
import { formatBytes, formatPercent } from '../shared/format';
import { Card, CardBody } from '../shared/Section';
import { said } from '../shared/server_words';
import classes from './JobsCard.module.css';

const failuresShownFor = 60 * 60 * 1000;

/** What the server is working on, and what came to nothing lately. */
export function JobsCard() {
  const jobs = (useJobs().data ?? []).filter(isNews);
  if (jobs.length === 0) return null;
  return (
    <Card title={t`Jobs`}>
      <CardBody>
        <ul className={classes.jobs}>
          {jobs.map((job) => (
            <JobRow key={job.id} job={job} />
          ))}
        </ul>
      </CardBody>
    </Card>
  );
}

function isNews({ state, ended }: Job): boolean {
  if (state === 'waiting' || state === 'running') return true;
  return state === 'failed' && ended !== null && Date.now() - Date.parse(ended) < failuresShownFor;
}

function titleOf({ kind, image, client }: Job, names: Names): string {
  if (client !== null) return t`${image} of ${names.get(client) ?? client} (export)`;
  return kind === 'export-image' ? t`${image} (export)` : image;
}

function JobRow({ job }: { job: Job }) {
  const names = useNames();
  const goes = job.state === 'waiting' || job.state === 'running';
  return (
    <li>
      <Group justify="space-between" gap="xs">
        <Text size="sm" fw={600}>
          {titleOf(job, names)}
        </Text>
        <Group gap="xs">
          <Text size="xs" c="dimmed">
            {tellJob(job)}
          </Text>
          {goes && (
            <WriteOnly>
              <Button
                size="compact-xs"
                variant="default"
                aria-label={t`Cancel the job of ${titleOf(job, names)}`}
                onClick={() => askToCancel(job, titleOf(job, names))}
              >
                {t`Cancel`}
              </Button>
            </WriteOnly>
          )}
        </Group>
      </Group>
      {goes && job.total > 0 && (
        <Progress value={(100 * job.done) / job.total} size="sm" mt={4} aria-label={t`Progress of ${titleOf(job, names)}`} />
      )}
      {job.error !== null && (
        <Text size="sm" c="var(--mantine-color-error)">
          {said(job.error)}
        </Text>
      )}
    </li>
  );
}

function tellJob({ state, step, done, total }: Job): string {
  switch (state) {
    case 'waiting':
      return t`waits for the others`;
    case 'failed':
      return t`failed`;
    case 'cancelled':
      return t`cancelled`;
    case 'done':
      return t`done`;
    case 'running':
      return total > 0 ? `${stepWord(step)}, ${formatBytes(done)} / ${formatBytes(total)}, ${formatPercent(done, total)}` : stepWord(step);
  }
}

function stepWord(step: string | null): string {
  switch (step) {
    case 'checking':
      return t`checking`;
    case 'unpacking':
      return t`unpacking`;
    case 'converting':
      return t`converting`;
    case 'copying':
      return t`copying`;
    default:
      return step ?? t`working`;
  }
}

function askToCancel(job: Job, title: string): void {
  ask({
    title: t`Cancel the job of ${title}?`,
    text: t`It ends soon and leaves nothing.`,
    action: t`Cancel the job`,
    danger: true,
    run: () => cancelJob(job.id),
  });
}
