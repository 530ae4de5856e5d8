// SPDX-License-Identifier: Apache-2.0
import { t } from '@lingui/core/macro';
import type { ComponentType } from 'react';
import { Link, useLocation } from 'wouter';
import { ActivityIcon, ImagesIcon, MachinesIcon, NetworkIcon, SessionsIcon, SettingsIcon } from '../shared/icons';
import classes from './Navigation.module.css';
import { places } from './places';

/** At the side on wide screens, at the bottom of phones. */
export function Navigation() {
  const [location] = useLocation();
  const pages: [place: string, name: string, Icon: ComponentType][] = [
    [places.machines, t`Machines`, MachinesIcon],
    [places.images, t`Images`, ImagesIcon],
    [places.network, t`Network`, NetworkIcon],
    [places.sessions, t`Sessions`, SessionsIcon],
    [places.activity, t`Activity`, ActivityIcon],
    [places.settings, t`Settings`, SettingsIcon],
  ];
  const isHere = (place: string) =>
    place === places.machines ? location === '/' || location.startsWith('/machines') : location.startsWith(place);
  return (
    <nav className={classes.nav} aria-label={t`Pages`}>
      <ul>
        {pages.map(([place, name, Icon]) => (
          <li key={place}>
            <Link href={place} className={classes.link} aria-current={isHere(place) ? 'page' : undefined}>
              <Icon />
              <span>{name}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
