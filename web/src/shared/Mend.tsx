// SPDX-License-Identifier: Apache-2.0
import { Button, Text } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useState } from 'react';
import { isCommand } from './command';
import { copyText } from './copy';
import { said } from './server_words';
import classes from './Mend.module.css';

/** What to do about a fault: a command is there to be copied, a sentence to be read. */
export function Mend({ text }: { text: string }) {
  const [copied, setCopied] = useState(false);
  if (!isCommand(text)) {
    return (
      <Text size="sm" c="dimmed">
        {said(text)}
      </Text>
    );
  }
  return (
    <div className={classes.command}>
      <code className="mono">{text}</code>
      <Button size="compact-xs" variant="default" onClick={() => void copyText(text).then(setCopied)}>
        {copied ? t`Copied` : t`Copy the command`}
      </Button>
    </div>
  );
}
