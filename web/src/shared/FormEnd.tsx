// SPDX-License-Identifier: Apache-2.0
import { Button, Group } from '@mantine/core';
import { t } from '@lingui/core/macro';

interface FormEndProps {
  /** the word on the button that does it */
  action: string;
  onCancel: () => void;
  loading?: boolean;
  disabled?: boolean;
}

/** The last line of a form in a dialog: away from it, or on with it. */
export function FormEnd({ action, onCancel, loading = false, disabled = false }: FormEndProps) {
  return (
    <Group justify="flex-end" gap="sm">
      <Button variant="default" onClick={onCancel}>
        {t`Cancel`}
      </Button>
      <Button type="submit" loading={loading} disabled={disabled}>
        {action}
      </Button>
    </Group>
  );
}
