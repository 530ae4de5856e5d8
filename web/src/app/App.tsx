// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react';
import { Route, Router, Switch } from 'wouter';
import { useHashLocation } from 'wouter/use-hash-location';
import { Gate } from '../access/Gate';
import { ActivityPage } from '../activity/ActivityPage';
import { ImagePage } from '../images/ImagePage';
import { ImagesPage } from '../images/ImagesPage';
import { useLive } from '../live/useLive';
import { MachinePage } from '../machine/MachinePage';
import { MachinesPage } from '../machines/MachinesPage';
import { NetworkPage } from '../network/NetworkPage';
import { SessionsPage } from '../sessions/SessionsPage';
import { SettingsPage } from '../settings/SettingsPage';
import { Arrival } from './Arrival';
import { Missing } from './Missing';
import { Shell } from './Shell';

/** The sentences are looked up while rendering: another language renders everything anew. */
export function App() {
  const { i18n } = useLingui();
  return (
    <Gate key={i18n.locale}>
      <Pages />
    </Gate>
  );
}

function Pages() {
  const live = useLive();
  return (
    <Router hook={useHashLocation}>
      <Arrival />
      <Shell live={live}>
        <Switch>
          <Route path="/" component={MachinesPage} />
          <Route path="/machines/:mac">{({ mac }) => <MachinePage key={mac} mac={decodeURIComponent(mac)} />}</Route>
          <Route path="/images" component={ImagesPage} />
          <Route path="/images/:name">{({ name }) => <ImagePage key={name} name={decodeURIComponent(name)} />}</Route>
          <Route path="/network" component={NetworkPage} />
          <Route path="/sessions" component={SessionsPage} />
          <Route path="/activity" component={ActivityPage} />
          <Route path="/settings/:section?">{({ section }) => <SettingsPage section={section} />}</Route>
          <Route component={Missing} />
        </Switch>
      </Shell>
    </Router>
  );
}
