// SPDX-License-Identifier: Apache-2.0
import { t } from '@lingui/core/macro';
import { Link } from 'wouter';
import { places } from '../app/places';
import classes from './SectionLinks.module.css';

interface SectionLinksProps {
  sections: readonly { name: string; title: string }[];
  here: string;
}

/** They look like tabs and are links: each section has its own address, to open beside another and to come back to. */
export function SectionLinks({ sections, here }: SectionLinksProps) {
  return (
    <nav aria-label={t`Sections of the settings`}>
      <ul className={classes.sections}>
        {sections.map(({ name, title }) => (
          <li key={name}>
            <Link href={places.settingsSection(name)} className={classes.link} aria-current={name === here ? 'page' : undefined}>
              {title}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
