// SPDX-License-Identifier: Apache-2.0
import { Alert, type AlertProps } from '@mantine/core';

interface FailureProps extends Pick<AlertProps, 'title' | 'm' | 'mt' | 'mb'> {
  /** a sentence; null: all is well */
  text: string | null;
}

/** Why what the person asked for was not done; it is read aloud. */
export function Failure({ text, ...rest }: FailureProps) {
  if (text === null) return null;
  return (
    <Alert color="red" role="alert" {...rest}>
      {text}
    </Alert>
  );
}
