// SPDX-License-Identifier: Apache-2.0
// The virtual PC of an e2e run, as the harness describes it in the environment.
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { need } from './real_server.ts';

export interface RealMachine {
  url: string;
  token: string;
  mac: string;
  image: string;
  bootMilliseconds: number;
  powerOn(): ChildProcess;
  /** Milliseconds since 1970, NaN until the packet was seen. */
  firstDhcp(): number;
  serialLog(): string;
}

export function requireMachine(): RealMachine {
  const command = need('BOOTFERRY_POWER_ON');
  const firstDhcpFile = need('BOOTFERRY_FIRST_DHCP_FILE');
  const bannerFile = need('BOOTFERRY_BANNER_FILE');
  return {
    url: need('BOOTFERRY_URL'),
    token: need('BOOTFERRY_TOKEN'),
    mac: need('BOOTFERRY_MAC').toLowerCase(),
    image: need('BOOTFERRY_IMAGE'),
    bootMilliseconds: Number(process.env['BOOTFERRY_BOOT_SECONDS'] ?? 120) * 1000,
    powerOn: () => spawn('/bin/sh', ['-c', command], { stdio: 'inherit', detached: true }),
    firstDhcp: () => Number.parseFloat(textOf(firstDhcpFile)),
    serialLog: () => textOf(bannerFile),
  };
}

/** Ends what powerOn started and is still there: its own process group, nothing else. */
export function powerOff(pc: ChildProcess): void {
  if (pc.pid === undefined || pc.exitCode !== null) return;
  try {
    process.kill(-pc.pid, 'SIGTERM');
  } catch {
    // It has ended by itself.
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
