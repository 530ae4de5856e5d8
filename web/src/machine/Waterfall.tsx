// SPDX-License-Identifier: Apache-2.0
import { Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useNames } from '../api/queries';
import type { BootRecord } from '../api/types';
import { withNames } from '../machines/names';
import { said } from '../shared/server_words';
import { formatOffset, isBadStep } from './boot_words';
import { barsOf } from './waterfall';
import classes from './Waterfall.module.css';

/** The steps of a boot, one line each, with a bar for when it happened and how long it was repeated. */
export function Waterfall({ boot }: { boot: BootRecord }) {
  const names = useNames();
  return (
    <ol className={classes.steps} aria-label={t`Steps of the boot`}>
      {barsOf(boot.steps).map(({ step, at, left, width }, index) => (
        <li key={index} className={classes.step} data-bad={isBadStep(step.kind) || undefined}>
          <span className={classes.offset}>{formatOffset(at)}</span>
          <Text size="sm" span className={classes.text}>
            {withNames(said(step.text), names)}
            {step.fields.percent && step.fields.percent !== '100' && (
              <Text size="xs" c="dimmed" span>
                {` ${step.fields.percent} %`}
              </Text>
            )}
            {step.count > 1 && (
              <Text size="xs" c="dimmed" span>
                {' '}
                {t`(${step.count} times)`}
              </Text>
            )}
          </Text>
          <span className={classes.track} aria-hidden="true">
            <span className={classes.bar} style={{ left: `${left}%`, width: `${width}%` }} />
          </span>
        </li>
      ))}
    </ol>
  );
}
