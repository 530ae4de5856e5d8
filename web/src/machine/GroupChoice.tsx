// SPDX-License-Identifier: Apache-2.0
import { Checkbox, Group } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { useGroups } from '../api/queries';

interface GroupChoiceProps {
  /** the groups that it is in; the first one's default and waiting time count */
  member: readonly string[];
  disabled: boolean;
  onChange: (groups: string[]) => void;
}

/** The groups whose entries a machine gets beside its own. Nothing where there are no groups. */
export function GroupChoice({ member, disabled, onChange }: GroupChoiceProps) {
  const names = useGroups().data?.map(({ name }) => name) ?? [];
  if (names.length === 0) return null;
  return (
    <Checkbox.Group
      size="xs"
      mt="md"
      label={t`Groups`}
      description={t`It gets the entries of each group that it is in.`}
      value={[...member]}
      onChange={onChange}
      disabled={disabled}
    >
      <Group gap="md" mt="xs">
        {names.map((name) => (
          <Checkbox key={name} size="xs" value={name} label={name} />
        ))}
      </Group>
    </Checkbox.Group>
  );
}
