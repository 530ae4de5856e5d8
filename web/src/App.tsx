// SPDX-License-Identifier: Apache-2.0
import { Container } from '@mantine/core';
import { ActivityList } from './activity/ActivityList';
import { useLive } from './api/useLive';
import classes from './App.module.css';
import { Footer } from './header/Footer';
import { Header } from './header/Header';
import { ImageList } from './images/ImageList';
import { MachineList } from './machines/MachineList';
import { SessionList } from './sessions/SessionList';
import { TokenDialog } from './token/TokenDialog';

export function App() {
  const live = useLive();
  return (
    <>
      <Header live={live} />
      <Container size="xl" component="main" className={classes.main}>
        <div className={classes.work}>
          <MachineList />
          <ImageList />
          <SessionList />
        </div>
        <div className={classes.aside}>
          <ActivityList />
        </div>
      </Container>
      <Footer />
      <TokenDialog />
    </>
  );
}
