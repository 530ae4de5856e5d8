// SPDX-License-Identifier: Apache-2.0
import { Anchor } from '@mantine/core';
import { Link } from 'wouter';
import { useNames } from '../api/queries';
import { places } from '../app/places';

/** A machine by its name, or its MAC until it has one. */
export function MachineLink({ mac }: { mac: string }) {
  const name = useNames().get(mac);
  return (
    <Anchor component={Link} href={places.machine(mac)} className={name === undefined ? 'mono' : undefined} inherit>
      {name ?? mac}
    </Anchor>
  );
}
