// SPDX-License-Identifier: Apache-2.0
import { Button, TextInput } from '@mantine/core';
import { t } from '@lingui/core/macro';
import { type ComponentProps, useCallback, useDeferredValue, useMemo, useState } from 'react';
import { WriteOnly } from '../access/WriteOnly';
import { AssignDialog } from '../assign/AssignDialog';
import { useClients, useSessions } from '../api/queries';
import type { Client } from '../api/types';
import { Section } from '../shared/Section';
import { useVisibleRows } from '../shared/useVisibleRows';
import { askForMachine } from './add_question';
import { inListOrder, matches } from './describe';
import classes from './MachineList.module.css';
import { MachineRow } from './MachineRow';

/** Below this a search field is in the way. */
const fewMachines = 8;
const rowHeight = 69;

export function MachinesPage() {
  const { data, error } = useClients();
  // The rows tell how much goes over the wire now.
  useSessions();
  const [choosingFor, setChoosingFor] = useState<string | null>(null);
  const [wanted, setWanted] = useState('');
  const search = useDeferredValue(wanted);
  const close = useCallback(() => setChoosingFor(null), []);
  const shown = useMemo(() => data && inListOrder(data).filter((client) => matches(client, search)), [data, search]);
  const chosen = data?.find((client) => client.mac === choosingFor);
  return (
    <>
      <Section
        title={t`Machines`}
        order={1}
        items={shown}
        error={error}
        empty={
          search === ''
            ? t`No machine has asked for a boot yet. Turn one on that boots from the network (PXE): it shows up here by itself.`
            : t`No machine is like that.`
        }
        actions={
          data !== undefined && (
            <>
              {data.length > fewMachines && (
                <TextInput
                  size="xs"
                  type="search"
                  aria-label={t`Search machines`}
                  placeholder={t`Name, MAC, address, image`}
                  value={wanted}
                  onChange={(event) => setWanted(event.currentTarget.value)}
                />
              )}
              <WriteOnly>
                <Button size="xs" variant="default" onClick={() => askForMachine(data)} aria-haspopup="dialog">
                  {t`Add a machine`}
                </Button>
              </WriteOnly>
            </>
          )
        }
      >
        {(clients) => <Rows clients={clients} onAssign={setChoosingFor} />}
      </Section>
      <AssignDialog client={chosen} onClose={close} />
    </>
  );
}

function Rows({ clients, onAssign }: { clients: readonly Client[]; onAssign: (mac: string) => void }) {
  const rows = useVisibleRows(clients.length, rowHeight);
  return (
    <ul
      className={classes.list}
      ref={rows.list as ComponentProps<'ul'>['ref']}
      style={{ paddingTop: rows.above, paddingBottom: rows.below }}
    >
      {clients.slice(rows.start, rows.end).map((client, index) => (
        <MachineRow
          key={client.mac}
          client={client}
          position={rows.start + index + 1}
          of={clients.length}
          measure={rows.measure}
          onAssign={onAssign}
        />
      ))}
    </ul>
  );
}
