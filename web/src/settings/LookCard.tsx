// SPDX-License-Identifier: Apache-2.0
import { Group, type MantineColorScheme, NativeSelect, useMantineColorScheme } from '@mantine/core';
import { i18n } from '@lingui/core';
import { t } from '@lingui/core/macro';
import { type Language, languages, rememberLanguage, speak } from '../i18n';
import { Card, CardBody } from '../shared/Section';

/** Language and colours, on this device only. */
export function LookCard() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const choose = (language: Language) => {
    rememberLanguage(language);
    void speak(language);
  };
  return (
    <Card title={t`On this device`}>
      <CardBody>
        <Group gap="md">
          <NativeSelect
            label={t`Language`}
            value={i18n.locale}
            onChange={(event) => choose(event.currentTarget.value as Language)}
            data={Object.entries(languages).map(([value, label]) => ({ value, label }))}
          />
          <NativeSelect
            label={t`Colours`}
            value={colorScheme}
            onChange={(event) => setColorScheme(event.currentTarget.value as MantineColorScheme)}
            data={[
              { value: 'auto', label: t`As the device` },
              { value: 'light', label: t`Light` },
              { value: 'dark', label: t`Dark` },
            ]}
          />
        </Group>
      </CardBody>
    </Card>
  );
}
