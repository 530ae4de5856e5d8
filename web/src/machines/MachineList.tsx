// SPDX-License-Identifier: Apache-2.0
import { useCallback, useState } from 'react';
import { AssignDialog } from '../assign/AssignDialog';
import { useClients } from '../api/queries';
import { Section } from '../shared/Section';
import { inListOrder } from './describe';
import classes from './MachineList.module.css';
import { MachineRow } from './MachineRow';

export function MachineList() {
  const { data, error } = useClients();
  const [choosingFor, setChoosingFor] = useState<string | null>(null);
  const close = useCallback(() => setChoosingFor(null), []);
  const chosen = data?.find((client) => client.mac === choosingFor);
  return (
    <>
      <Section
        title="Machines"
        items={data}
        error={error}
        empty="No machine has asked for a boot yet. Turn one on that boots from the network (PXE): it shows up here by itself."
      >
        {(clients) => (
          <ul className={classes.list}>
            {inListOrder(clients).map((client) => (
              <MachineRow key={client.mac} client={client} onAssign={setChoosingFor} />
            ))}
          </ul>
        )}
      </Section>
      <AssignDialog client={chosen} onClose={close} />
    </>
  );
}
