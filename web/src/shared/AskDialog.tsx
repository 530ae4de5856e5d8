// SPDX-License-Identifier: Apache-2.0
import { Button, Group, Modal, NativeSelect, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { t } from '@lingui/core/macro';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useRef, useState, useSyncExternalStore } from 'react';
import { tellError } from '../api/problem';
import { ask, currentQuestion, type Field, onQuestion, type Question } from './ask';
import { Failure } from './Failure';
import { parseSize } from './format';

export function AskDialog() {
  const question = useSyncExternalStore(onQuestion, currentQuestion);
  // The words stay while the dialog fades out.
  const last = useRef(question);
  if (question !== null) last.current = question;
  const shown = last.current;
  return (
    <Modal opened={question !== null} onClose={() => ask(null)} title={shown?.title} closeButtonProps={{ 'aria-label': t`Close` }} centered>
      {shown !== null && <Form key={shown.title} question={shown} />}
    </Modal>
  );
}

function Form({ question }: { question: Question }) {
  const fields = question.fields ?? [];
  const [values, setValues] = useState<Record<string, string>>(() =>
    Object.fromEntries(fields.map(({ name, initial }) => [name, initial ?? ''])),
  );
  const run = useMutation({
    mutationFn: () => question.run(values),
    onSuccess: () => {
      // What ran may have asked the next question.
      if (currentQuestion() === question) ask(null);
      if (question.done !== undefined) notifications.show({ message: question.done });
    },
  });
  const failure = tellError(run.error);
  const whole = fields.every((field) => isWhole(field, values[field.name] ?? ''));

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (whole && !run.isPending) run.mutate();
  };

  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        {question.text !== undefined && (
          <Text size="sm" component="div">
            {question.text}
          </Text>
        )}
        {fields.map((field, index) => (
          <FieldInput
            key={field.name}
            field={field}
            value={values[field.name] ?? ''}
            onChange={(value) => setValues({ ...values, [field.name]: value })}
            isFirst={index === 0}
          />
        ))}
        <Failure text={failure} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={() => ask(null)}>
            {t`Cancel`}
          </Button>
          <Button
            type="submit"
            color={question.danger === true ? 'var(--bf-danger)' : undefined}
            loading={run.isPending}
            disabled={!whole}
            data-autofocus={fields.length === 0 || undefined}
          >
            {question.action}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface FieldInputProps {
  field: Field;
  value: string;
  onChange: (value: string) => void;
  isFirst: boolean;
}

function FieldInput({ field: { label, description, placeholder, kind, choices }, value, onChange, isFirst }: FieldInputProps) {
  const input = { label, description, value, 'data-autofocus': isFirst || undefined };
  if (choices !== undefined)
    return <NativeSelect {...input} data={[...choices]} onChange={(event) => onChange(event.currentTarget.value)} />;
  const isSecret = kind === 'password';
  const Input = isSecret ? PasswordInput : TextInput;
  return (
    <Input
      {...input}
      placeholder={placeholder}
      onChange={(event) => onChange(event.currentTarget.value)}
      autoComplete={isSecret ? 'new-password' : 'off'}
      {...(isSecret && { visibilityToggleButtonProps: { 'aria-label': t`Show it` } })}
    />
  );
}

function isWhole({ kind, optional }: Field, value: string): boolean {
  if (value.trim() === '') return optional === true;
  return kind !== 'size' || parseSize(value) !== null;
}
